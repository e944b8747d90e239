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


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a scale shows, in grams; `stable` once it has settled. The monotonic time is that of the line's last byte, in ns."""

    device: str
    grams: int
    stable: bool
    received_ns: int


@dataclass(frozen=True, slots=True)
class RawBytes:
    """Bytes as they came over the wire, before anything was made of them; monotonic time of their arrival in ns."""

    device: str
    data: bytes
    received_ns: int


@dataclass(frozen=True, slots=True)
class TagRead:
    """One tag as a reader reported it: `epc` in upper-case hex, as it stands in the tag's memory.

    `rssi_cdbm` in 1/100 dBm; `seen_us` when it was last seen, in microseconds since 1970 UTC by this machine's clock: reports
    that a reader kept while the network was away have the time of then. `received_ns` is monotonic, when the report arrived.
    `count`: how often it was seen since the report before. `phase` in 1/4096 of a turn.
    """

    device: str
    epc: str
    antenna: int
    rssi_cdbm: int | None
    seen_us: int
    received_ns: int
    count: int = 1
    phase: int | None = None


@dataclass(frozen=True, slots=True)
class TagReads:
    """Tag reads that came together, in the reader's order."""

    device: str
    reads: tuple[TagRead, ...]


class ReaderEventCode(StrEnum):
    """What a tag reader can have to say for itself. `READS_LOST`: its buffer overflowed, tag reads are gone for good."""

    ANTENNA_LOST = "antenna_lost"
    ANTENNA_BACK = "antenna_back"
    BUFFER_FILLING = "buffer_filling"
    READS_LOST = "reads_lost"
    READER_EXCEPTION = "reader_exception"
    OTHER_CLIENT = "other_client"
    BAD_MESSAGE = "bad_message"
    REBOOTED = "rebooted"
    INPUT_CHANGED = "input_changed"


@dataclass(frozen=True, slots=True)
class ReaderEvent:
    """Something a person should know of a tag reader; `detail` is a short English phrase, such as `antenna 2`."""

    device: str
    code: ReaderEventCode
    detail: str = ""


DeviceReport = Read | StateChange | FrameRefused | Weighed | TagReads | ReaderEvent
Listener = Callable[[DeviceReport], None]
RawListener = Callable[[bytes, int], None]
"""Called with raw bytes and the monotonic time of their arrival in ns."""


class DeviceError(Exception):
    """A device could not do what was asked. The message says what, for a person."""


class NoSuchTagError(DeviceError):
    """The tag is not in this reader's field; another reader may see it."""


@runtime_checkable
class Scanner(Protocol):
    """Reads codes. `start` returns at once; reports come on the adapter's own thread until `stop` returns.

    It may be started again after `stop`.
    """

    @property
    def name(self) -> str: ...
    def start(self, listener: Listener) -> None: ...
    def stop(self) -> None: ...


@runtime_checkable
class Scale(Protocol):
    """Weighs. Started and stopped like a scanner; reports `Weighed` instead of reads."""

    @property
    def name(self) -> str: ...
    def start(self, listener: Listener) -> None: ...
    def stop(self) -> None: ...


@runtime_checkable
class TagReader(Protocol):
    """Reads RFID tags. Started and stopped like a scanner; reports `TagReads` and `ReaderEvent` instead of reads."""

    @property
    def name(self) -> str: ...
    def start(self, listener: Listener) -> None: ...
    def stop(self) -> None: ...

    def write_epc(self, old: str, new: str, timeout: float) -> None:
        """Give the tag that has EPC `old` (hex) the EPC `new`, and read it back.

        Blocks up to `timeout` seconds. Raises `DeviceError` with the reason where the tag does not hold `new` for certain, and
        where several tags have `old`; `NoSuchTagError` where none has.
        """
        ...

    def set_output(self, port: int, on: bool) -> None:
        """Switch a general purpose output, 1 and up: a light, a horn. Raises `DeviceError` while there is no connection."""
        ...


@runtime_checkable
class TagField(Protocol):
    """A tag reader whose field is only imagined: code puts tags into it and takes them out. For the demo and tests."""

    def appear(self, epc: str, antenna: int = 1, rssi_cdbm: int = -4500) -> None: ...
    def leave(self, epc: str) -> None: ...


@runtime_checkable
class Tapped(Protocol):
    """A device whose raw bytes can be listened to, before framing, whether it is started or not; None ends it."""

    def tap(self, listener: RawListener | None) -> None: ...


class HealthLevel(StrEnum):
    """How far a health check goes, as in UnifiedPOS CheckHealth.

    Internal: what is known without talking to the device. External: the device is asked. Interactive: a person has to scan.
    """

    INTERNAL = "internal"
    EXTERNAL = "external"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True)
class Health:
    """What a health check found; `report` is a short English sentence for IT."""

    ok: bool
    report: str


@runtime_checkable
class HealthChecked(Protocol):
    """A device that can be asked whether it lives, while it is started."""

    def check_health(self, level: str, timeout: float) -> Health:
        """`level` is one of `HealthLevel`. Blocks up to `timeout` seconds; never raises for a device that does not answer."""
        ...


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


@runtime_checkable
class FilledReader(Protocol):
    """A tag reader before which code lays tags and takes them away: the demo, a test."""

    def appear(self, epc: str) -> None: ...
    def leave(self, epc: str) -> None: ...


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
