"""The far ends of scanners: what a device does on its wire, so that a driver of ours has somebody to talk to."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Protocol

from benchmarks import keyboard
from benchmarks.bench_site import BAD, GOOD
from benchmarks.figure import CannotMeasureError
from benchmarks.terminal import PATIENCE_S, ScannerLine
from drivers.scanner.evdev_typing import EVENT

_CHUNK = 4096
_KEYSTROKES = 40 * EVENT.size
_TONES: Mapping[str, object] = {"good": GOOD, "bad": BAD}
_SSI_LONGEST = 240
_ACK, _NAK, _DECODED = 0xD0, 0xD1, 0xF3
_CODE_128 = 0x03


class Peer(Protocol):
    """One scanner's far end. `driver` and `options` are what the station needs to know to have it."""

    driver: str
    options: Mapping[str, object]

    def connect(self) -> None:
        """Meet the station once it has started the driver."""
        ...

    def scan(self, code: str) -> int:
        """Send a code as the device does; gives the monotonic moment in ns just before its last bytes went out."""
        ...

    def hear(self) -> bytes:
        """What the station has said meanwhile (tones, acknowledgements), answered where the device would."""
        ...

    def close(self) -> None: ...


class SerialPeer:
    """A scanner on a serial line. A PTY has no baud rate: the code is there at once."""

    driver = "serial"

    def __init__(self) -> None:
        self._line = ScannerLine()
        self.options: Mapping[str, object] = {"port": self._line.port, "baud": 115_200, **_TONES}

    def connect(self) -> None:
        """Nobody calls on a serial line."""

    def scan(self, code: str) -> int:
        return self._line.scan(code)

    def hear(self) -> bytes:
        return _waiting(self._line.fd)

    def close(self) -> None:
        self._line.close()


class SsiPeer:
    """A Zebra scanner that speaks SSI, in packets of our own making; it acknowledges every command."""

    driver = "ssi"

    def __init__(self) -> None:
        self._line = ScannerLine()
        self._heard = b""
        self.options: Mapping[str, object] = {"port": self._line.port}
        self.sent = self.acknowledged = 0

    def connect(self) -> None:
        """Nobody calls on a serial line."""

    def scan(self, code: str) -> int:
        if len(code) > _SSI_LONGEST:
            raise CannotMeasureError(f"{code!r} is longer than one packet")
        packet = _packet(_DECODED, bytes((_CODE_128,)) + code.encode("latin-1"))
        begin = time.monotonic_ns()
        os.write(self._line.fd, packet)
        self.sent += 1
        return begin

    def hear(self) -> bytes:
        fresh = _waiting(self._line.fd)
        self._heard += fresh
        for opcode in self._opcodes():
            if opcode == _NAK:
                raise CannotMeasureError("a packet was damaged on the way")
            if opcode == _ACK:
                self.acknowledged += 1
            else:
                os.write(self._line.fd, _packet(_ACK))
        return fresh

    def close(self) -> None:
        self._line.close()

    def _opcodes(self) -> Iterator[int]:
        """Of the packets that are whole; NUL between them is how the host wakes a scanner."""
        while (heard := self._heard.lstrip(b"\0")) and len(heard) >= heard[0] + 2:
            self._heard = heard[heard[0] + 2 :]
            yield heard[1]


class CallingPeer:
    """A network scanner that calls the station."""

    driver = "tcp"

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            self._address = reserved.getsockname()
        self._calling: socket.socket | None = None
        self.options: Mapping[str, object] = {"listen": f"127.0.0.1:{self._address[1]}", **_TONES}

    def connect(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self._calling is None:
            try:
                self._calling = socket.create_connection(self._address, timeout=PATIENCE_S)
            except ConnectionRefusedError as error:
                if time.monotonic() > deadline:
                    raise CannotMeasureError("the station does not take calls") from error
                time.sleep(0.01)

    def scan(self, code: str) -> int:
        return _sent(self._calling, code)

    def hear(self) -> bytes:
        return _waiting(self._calling.fileno()) if self._calling else b""

    def close(self) -> None:
        if self._calling is not None:
            self._calling.close()


class CalledPeer:
    """A network scanner, or a terminal server in raw mode, that the station calls: by `driver`, with the address in `option`."""

    def __init__(self, driver: str = "tcp", option: str = "address", scheme: str = "") -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(PATIENCE_S)
        self._called: socket.socket | None = None
        self.driver = driver
        self.options: Mapping[str, object] = {option: f"{scheme}127.0.0.1:{self._door.getsockname()[1]}", **_TONES}

    def connect(self) -> None:
        try:
            self._called, _ = self._door.accept()
        except TimeoutError as error:
            raise CannotMeasureError("the station did not call") from error

    def scan(self, code: str) -> int:
        return _sent(self._called, code)

    def hear(self) -> bytes:
        return _waiting(self._called.fileno()) if self._called else b""

    def close(self) -> None:
        if self._called is not None:
            self._called.close()
        self._door.close()


class KeyboardPeer:
    """A scanner that is a keyboard, its device node a PTY: opened, waited on and read like a real one, but not to be grabbed."""

    driver = "evdev"

    def __init__(self) -> None:
        self._line = ScannerLine()
        self.options: Mapping[str, object] = {"port": self._line.port, "take": _not_grabbed}

    def connect(self) -> None:
        """Nobody calls a keyboard."""

    def scan(self, code: str) -> int:
        """Types as fast as it is read; the moment is that of the Enter key."""
        events = b"".join(keyboard.strokes(code))
        while events:
            events = events[os.write(self._line.fd, events[:_KEYSTROKES]) :]
        last = keyboard.enter()
        begin = time.monotonic_ns()
        os.write(self._line.fd, last)
        return begin

    def hear(self) -> bytes:
        """Nothing is said to a keyboard."""
        return b""

    def close(self) -> None:
        self._line.close()


def _not_grabbed(handle: int) -> None:
    """Stands for EVIOCGRAB, which is of the kernel's input devices alone."""


def _sent(connection: socket.socket | None, code: str) -> int:
    if connection is None:
        raise CannotMeasureError("nobody is connected")
    data = code.encode("latin-1") + b"\r"
    begin = time.monotonic_ns()
    connection.sendall(data)
    return begin


def _waiting(descriptor: int) -> bytes:
    """What can be read at once."""
    heard = b""
    while select.select([descriptor], [], [], 0)[0]:
        fresh = os.read(descriptor, _CHUNK)
        if not fresh:
            raise CannotMeasureError("the station has hung up")
        heard += fresh
    return heard


def _packet(opcode: int, data: bytes = b"") -> bytes:
    """An SSI packet of a scanner: length, opcode, source 0, status 0, data, and the two's complement of their sum."""
    body = bytes((4 + len(data), opcode, 0, 0)) + data
    return body + (-sum(body) & 0xFFFF).to_bytes(2, "big")
