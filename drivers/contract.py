"""The small protocols every adapter meets, and the values that cross them. No returns, no screen, no database here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class DeviceState(StrEnum):
    """The life of a device as people see it."""

    ABSENT = "absent"
    OPENING = "opening"
    READY = "ready"
    DEGRADED = "degraded"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Read:
    """One framed scan: the payload without terminators, prefix and suffix, and the monotonic time of its last byte in ns."""

    device: str
    data: bytes
    received_ns: int
    symbology: str | None = None
    manual: bool = False


@dataclass(frozen=True, slots=True)
class StateChange:
    """A device changed its state. `reason` is a short English phrase for IT, such as `permission denied`."""

    device: str
    state: DeviceState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """Bytes that could not be a scan: too long, torn apart, without terminator, prefix or suffix; `reason` says which.

    `length` counts the bytes seen until they were refused, `head` holds the first 64 of them.
    """

    device: str
    reason: str
    length: int
    head: bytes


DeviceReport = Read | StateChange | FrameRefused
Listener = Callable[[DeviceReport], None]


class DeviceError(Exception):
    """A device could not do what was asked. The message says what, for a person."""


@runtime_checkable
class Scanner(Protocol):
    """Reads codes. `start` returns at once; reports come on the adapter's own thread until `stop` returns."""

    @property
    def name(self) -> str: ...
    def start(self, listener: Listener) -> None: ...
    def stop(self) -> None: ...


@runtime_checkable
class Feedback(Protocol):
    """A scanner that can tell the worker good from bad (beep, light)."""

    def good(self) -> None: ...
    def bad(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Keys:
    """Bytes that somebody typed, escape sequences included, to go on to the terminal's key parser."""

    data: bytes


@runtime_checkable
class TerminalScanner(Protocol):
    """A scanner that types into the station's terminal. The terminal's input thread feeds it; scans go to its listener."""

    def feed(self, data: bytes, now_ns: int) -> Sequence[Keys]:
        """Bytes of the terminal in, read at `now_ns` (monotonic); what was typed by a person out."""
        ...

    def flush(self, now_ns: int) -> Sequence[Keys]:
        """What has been silent for long enough to be typing. Call about every 20 ms while `waiting`."""
        ...

    @property
    def waiting(self) -> bool: ...


@runtime_checkable
class FiredScanner(Protocol):
    """A scanner that reads what code hands it: the demo's key, a test."""

    def push(self, code: str | bytes) -> None: ...

    def fire_next(self) -> str | None:
        """Read the next code of its script; None when there is none."""
        ...

    def extend(self, codes: Iterable[str]) -> None:
        """Add codes to the end of its script."""
        ...


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """`ready` or not, and why: out of paper, paused, head open, refused, stalled."""

    ready: bool
    reason: str = ""


@runtime_checkable
class Printer(Protocol):
    """Prints one job. `send` blocks up to `timeout` seconds and raises `DeviceError` when the job did not go out whole."""

    @property
    def name(self) -> str: ...

    @property
    def accepts(self) -> str:
        """Media type of a job: `application/zpl` or `image/png`."""
        ...

    def send(self, job: bytes, timeout: float) -> None: ...
    def status(self, timeout: float) -> PrinterStatus: ...
