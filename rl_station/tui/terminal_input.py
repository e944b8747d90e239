"""The terminal below the widgets: scans are taken out of the byte stream before Textual makes keys of it.

Widgets are too late for that: Textual handles printable keys and Enter on different paths, so fast scans overtake themselves.
Stands on Textual 8.2.8 (`LinuxDriver.run_input_thread`); `tests/tui/test_terminal_layer.py` watches each workaround.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import Any, Protocol, TextIO, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from rl_station.tui.contract import TerminalInput, TerminalKeys, TerminalScan
from rl_station.tui.messages import TerminalLost

DEVICE = "wedge"

_READ = 16 * 1024
_TICK_S = 0.1
_WAITING_TICK_S = 0.02
_PASTE_MARKS = (b"\x1b[200~", b"\x1b[201~")
# Not asked for: key reports that are not what a wedge sends (Kitty), and reports that would land in the middle of a scan
# (focus, paste marks, window size; a resize is told by SIGWINCH).
_KITTY_PUSH, _KITTY_POP = "\x1b[>", "\x1b[<u"
_NOT_WRITTEN = frozenset({"\x1b[?1004h", "\x1b[?2004h", "\x1b[?2048$p", _KITTY_POP})


class KeysOnly:
    """The terminal input of a station without a wedge scanner: everything is typing."""

    waiting = False

    def feed(self, data: bytes, now_ns: int) -> Sequence[TerminalKeys | TerminalScan]:
        return (TerminalKeys(data),)

    def flush(self, now_ns: int) -> Sequence[TerminalKeys | TerminalScan]:
        return ()


class TakesTerminal(Protocol):
    """What the driver needs of the app it drives."""

    terminal_input: TerminalInput

    def take_terminal_scan(self, data: bytes) -> None: ...

    def exit(self) -> None: ...


class PasteFilter:
    """Takes the marks of a bracketed paste out of typed bytes, so that one without its end cannot swallow what follows."""

    def __init__(self) -> None:
        self._held = b""

    @property
    def waiting(self) -> bool:
        return bool(self._held)

    def feed(self, data: bytes) -> bytes:
        """The bytes without whole marks; the beginning of a possible mark at the end is held back."""
        data = self._held + data
        for mark in _PASTE_MARKS:
            data = data.replace(mark, b"")
        keep = max((n for n in range(1, len(_PASTE_MARKS[0])) if data.endswith(_PASTE_MARKS[0][:n])), default=0)
        if not keep and data.endswith(_PASTE_MARKS[1][:-1]):
            keep = len(_PASTE_MARKS[1]) - 1
        self._held = data[len(data) - keep :]
        return data[: len(data) - keep]

    def flush(self) -> bytes:
        """What was held back and turned out to be no mark, such as a lone Escape."""
        held, self._held = self._held, b""
        return held


class StationDriver(LinuxDriver):
    """Textual's driver with our own reading of the terminal, drawing on standard output."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Textual draws on standard error, which may be a file of its own (`2>errors.txt`) while the terminal stays dark.
        if sys.__stdout__ is not None:
            self._file = _screen(sys.__stdout__)

    def write(self, data: str) -> None:
        if data in _NOT_WRITTEN or (data.startswith(_KITTY_PUSH) and data.endswith("u")):
            return
        super().write(data)

    def _request_terminal_sync_mode_support(self) -> None:
        # The kernel console does not know the question and may print part of it.
        if os.environ.get("TERM", "") != "linux":
            super()._request_terminal_sync_mode_support()

    def _get_terminal_size(self) -> tuple[int, int]:
        # The terminal itself before COLUMNS and LINES, which Textual asks first: those stay as they were at the start.
        try:
            columns, lines = os.get_terminal_size(self.fileno)
        except OSError:
            columns, lines = 0, 0
        return (columns, lines) if columns and lines else super()._get_terminal_size()

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual left it untyped
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Unhandled, these end the process with the terminal still in raw mode on the alternate screen.
            loop.add_signal_handler(number, self._station.exit)

    def stop_application_mode(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Reads until told to stop: scans to the station, the rest to Textual as keys."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        paste = PasteFilter()
        assembler = self._station.terminal_input

        def keys(data: bytes) -> None:
            text = decode(data)
            for message in parser.feed(text) if text else ():
                self.process_message(message)

        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                soon = assembler.waiting or paste.waiting
                data = self._read() if selector.select(_WAITING_TICK_S if soon else _TICK_S) else b""
                if data is None:
                    self.send_message(TerminalLost())
                    return
                now = time.monotonic_ns()
                self._dispatch(assembler.feed(data, now) if data else assembler.flush(now), paste, keys)
                if not data and paste.waiting:
                    keys(paste.flush())
                for message in parser.tick():
                    self.process_message(message)
        try:
            list(parser.feed(""))
        except (EOFError, ParseError):
            # The parser was in the middle of a sequence that nobody will finish now.
            return

    def _dispatch(
        self, pieces: Sequence[TerminalKeys | TerminalScan], paste: PasteFilter, keys: Callable[[bytes], None]
    ) -> None:
        for piece in pieces:
            if isinstance(piece, TerminalScan):
                self._station.take_terminal_scan(piece.data)
            else:
                keys(paste.feed(piece.data))

    def _read(self) -> bytes | None:
        """The next bytes, or None when the terminal is gone."""
        try:
            return os.read(self.fileno, _READ) or None
        except (OSError, termios.error):
            return None

    @property
    def _station(self) -> TakesTerminal:
        return cast(TakesTerminal, self._app)


def _screen(out: TextIO) -> TextIOWrapper:
    """`out` as a screen: a character that its encoding lacks is spelled out, as on standard error.

    Standard output itself would raise on the thread that writes, and nothing would ever be drawn again.
    """
    return open(out.fileno(), "w", encoding=out.encoding, errors="backslashreplace", closefd=False)
