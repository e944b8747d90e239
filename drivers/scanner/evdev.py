"""A USB scanner that types like a keyboard (HID), read from the kernel's input device instead of through the terminal.

It is grabbed: its codes reach us whole whatever has the focus, and nothing else. The layout is the one the scanner is set to.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from drivers.contract import DeviceState, Listener, RawListener, StateChange
from drivers.framing import MAX_LENGTH, Framer, Framing, terminators_named
from drivers.scanner.evdev_input import (
    Grab,
    InputLink,
    InputRoots,
    find_keyboard,
    grab,
    keyboard_match,
    open_keyboard,
)
from drivers.scanner.evdev_typing import Typist, Unreadable
from drivers.scanner.keymaps import layout_named
from drivers.transport.serial_port import Backoff, SerialPort


class EvdevScanner:
    """One keyboard scanner, at a path such as `/dev/input/by-id/...-event-kbd` or found by what it is.

    Codes are the typed text in UTF-8; Enter, also that of the keypad, is CR. Reports come on the device's own thread.
    """

    def __init__(  # noqa: PLR0913 - one option per setting of the scanner
        self,
        *,
        name: str,
        port: str = "",
        match: Mapping[str, object] | None = None,
        layout: str = "us",
        terminators: tuple[str, ...] = ("CR", "LF"),
        idle_gap_ms: int = 0,
        prefix: str = "",
        suffix: str = "",
        max_length: int = MAX_LENGTH,
        stale_ms: int = 2000,
        symbology_id: bool = False,
        backoff: Backoff | None = None,
        roots: InputRoots | None = None,
        take: Grab = grab,
    ) -> None:
        """Raises ValueError for an unknown layout or terminator, and unless there is either a port or a match."""
        if bool(port) == bool(match):
            raise ValueError("a keyboard scanner needs either a port or a match")
        self._name = name
        self._path = Path(port) if port else None
        self._match = keyboard_match(match) if match else None
        self._layout = layout_named(layout)
        self._framing = Framing(
            terminators=terminators_named(terminators),
            idle_gap_ms=idle_gap_ms,
            prefix=prefix.encode(),
            suffix=suffix.encode(),
            max_length=max_length,
            stale_ms=stale_ms,
            symbology_id=symbology_id,
        )
        self._backoff = backoff
        self._roots = roots or InputRoots()
        self._grab = take
        self._port: SerialPort | None = None
        self._tap: RawListener | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        typing = _Typing(self._name, Typist(self._layout), Framer(self._name, self._framing), listener, self._tapped)
        self._port = SerialPort(self._open, typing, name=self._name, backoff=self._backoff)
        self._port.start()

    def stop(self) -> None:
        if self._port is not None:
            self._port.stop()

    def tap(self, listener: RawListener | None) -> None:
        """Hear the typed text, before it is cut into codes."""
        self._tap = listener

    def _tapped(self, data: bytes, now_ns: int) -> None:
        if (listener := self._tap) is not None:
            listener(data, now_ns)

    def _open(self, stop: int) -> InputLink:
        path = self._path or (find_keyboard(self._match, self._roots) if self._match else Path())
        return open_keyboard(path, self._grab)


class _Typing:
    """The port's client: events become text, text becomes codes."""

    def __init__(self, name: str, typist: Typist, framer: Framer, listener: Listener, tapped: RawListener) -> None:
        self._name = name
        self._typist = typist
        self._framer = framer
        self._listener = listener
        self._tapped = tapped

    def state_changed(self, state: DeviceState, reason: str) -> None:
        # Half a code from before an unplug must not join the first one after it, nor may a key stay down for ever.
        self._framer.reset()
        self._typist.forget()
        self._listener(StateChange(self._name, state, reason))

    def received(self, data: bytes, now_ns: int) -> None:
        typed: list[str] = []
        for piece in self._typist.take(data):
            if isinstance(piece, Unreadable):
                self._frame(typed, now_ns)
                typed = []
                for report in self._framer.spoil(piece.reason, now_ns):
                    self._listener(report)
            else:
                typed.append(piece)
        self._frame(typed, now_ns)

    def deadline_ns(self) -> int | None:
        return self._framer.deadline_ns

    def expired(self, now_ns: int) -> None:
        for report in self._framer.flush(now_ns):
            self._listener(report)

    def _frame(self, typed: list[str], now_ns: int) -> None:
        if not typed:
            return
        data = "".join(typed).encode()
        self._tapped(data, now_ns)
        for report in self._framer.feed(data, now_ns):
            self._listener(report)
