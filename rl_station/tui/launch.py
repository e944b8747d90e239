"""Starts the screen. Textual is imported only here, when it is wanted: it costs a sixth of a second."""

from __future__ import annotations

import os

from rl_station.tui.contract import StationPort, TerminalInput

# Read by Textual when it is imported. Twice the frames halve the time to paint; scans and keys have to come as plain bytes.
_SETTINGS = {"TEXTUAL_FPS": "120", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_DISABLE_KITTY_KEY": "1"}


def run(port: StationPort, *, terminal_input: TerminalInput | None = None) -> int:
    """Shows the station until it is left; gives the exit code, 0 unless the terminal went away.

    `terminal_input` tells the scans of a keyboard wedge from typing; without it everything is typing.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    from rl_station.tui.app import StationApp  # noqa: PLC0415 - see above

    app = StationApp(port, terminal_input=terminal_input)
    app.run(mouse=False)
    return app.return_code or 0
