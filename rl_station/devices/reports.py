"""What the devices of a station report, and what is known about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract import DeviceReport, DeviceState, Read


@dataclass(frozen=True, slots=True)
class DuplicateIgnored:
    """The same code from the same scanner within its debounce window: one scan that was read twice."""

    read: Read
    after_ns: int

    @property
    def device(self) -> str:
        return self.read.device


Report = DeviceReport | DuplicateIgnored
ReportListener = Callable[[Report], None]


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One line of the device table; the counters are those of UnifiedPOS (GoodScanCount, CommunicationErrorCount).

    `kind`: scanner or printer. `last_seen_ns` is monotonic: the last read, refusal or good answer; None for never.
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
