"""A serial line to a printer, used like the lines of `link`: opened for a job, and nothing waits past its deadline."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import serial

from drivers.contract import DeviceError
from drivers.transport.links import explained

_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial port and its speed in bits per second; 8 data bits, no parity, 1 stop bit."""

    path: str
    baud: int


def parse_serial(url: str, baud: int) -> SerialAddress | None:
    """Where `serial:///dev/ttyUSB0` leads; None for any other kind of url."""
    parts = urlsplit(url)
    if parts.scheme != "serial":
        return None
    if parts.netloc or not parts.path.startswith("/"):
        raise ValueError(f"a serial printer is at a path such as serial:///dev/ttyUSB0, not at {url!r}")
    return SerialAddress(parts.path, baud)


@contextmanager
def opened_serial(address: SerialAddress, deadline: float) -> Iterator[int]:
    """A non-blocking file descriptor to the printer, closed once what was written has left. Raises DeviceError."""
    try:
        port = serial.Serial(address.path, address.baud, exclusive=True)
    except (OSError, ValueError) as error:
        raise DeviceError(explained(error).reason) from error
    try:
        yield port.fileno()
        _drain(port, deadline)
    finally:
        _close(port)


def _drain(port: serial.Serial, deadline: float) -> None:
    """Closing a line throws away what has not left yet."""
    while port.out_waiting:
        if time.monotonic() >= deadline:
            raise DeviceError("stalled: the printer takes no data")
        # No event tells that a line has run empty.
        select.select([], [], [], _LOOK_SECONDS)


def _close(port: serial.Serial) -> None:
    """Closing a line that is held up waits for up to half a minute, unless it has nothing left to send."""
    try:
        port.reset_output_buffer()
        port.close()
    except OSError as error:
        raise DeviceError(explained(error).reason) from error
