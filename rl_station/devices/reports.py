"""What the devices of a station report, and what is known about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from drivers.contract import DeviceReport, DeviceState, FrameRefused, Read


@dataclass(frozen=True, slots=True)
class DuplicateIgnored:
    """The same code from the same scanner within its debounce window: one scan that was read twice."""

    read: Read
    after_ns: int

    @property
    def device(self) -> str:
        return self.read.device


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A scan that came while too many others waited: nobody will decide on it, and the worker has to hear so."""

    report: Read | FrameRefused

    @property
    def device(self) -> str:
        return self.report.device

    @property
    def data(self) -> bytes:
        """The code, or the beginning of what was no code."""
        return self.report.data if isinstance(self.report, Read) else self.report.head


Report = DeviceReport | DuplicateIgnored | NotTaken
ReportListener = Callable[[Report], None]


class Fate(StrEnum):
    """What became of a read."""

    READ = "read"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    NOT_TAKEN = "not taken"
    WEIGHED = "weighed"
    TAG = "tag"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class LastRead:
    """One of the last reads of a device. `text` is safe to show: control characters by name (`<GS>`); cut to 80 characters.

    `at` is wall time in microseconds UTC. `note` says why for a refused one.
    """

    text: str
    fate: Fate
    at: int
    symbology: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One line of the device table; the counters are those of UnifiedPOS (GoodScanCount, CommunicationErrorCount).

    `kind`: scanner, scale, reader or printer. Counters and `last_seen_at` (microseconds UTC) live on through restarts; for a
    printer `good_reads` counts jobs printed. `errors`: times it was lost, in trouble or raised; `overflowed`: scans not taken
    because too many waited. `last_seen_ns` is monotonic: the last read, refusal or good answer since the start; None for never.
    `last_reads`: at most 5, newest first.
    """

    name: str
    kind: str
    driver: str
    state: DeviceState = DeviceState.ABSENT
    reason: str = "not started"
    good_reads: int = 0
    duplicates: int = 0
    refused: int = 0
    reconnects: int = 0
    last_seen_ns: int | None = None
    errors: int = 0
    overflowed: int = 0
    last_seen_at: int | None = None
    last_reads: tuple[LastRead, ...] = ()
