"""The device table: state and counters of every device, from whatever thread reports."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import replace

from drivers.contract import DeviceState, FrameRefused, Read, StateChange, Weighed
from rl_station.devices.reports import DeviceStatus, DuplicateIgnored, NotTaken, Report


class DeviceTable:
    """Takes reports and gives consistent lines; each call is atomic."""

    def __init__(self, devices: Iterable[DeviceStatus]) -> None:
        self._lock = threading.Lock()
        self._lines = {device.name: device for device in devices}
        self._was_ready: set[str] = set()

    def lines(self) -> tuple[DeviceStatus, ...]:
        """In the order of the configuration."""
        with self._lock:
            return tuple(self._lines.values())

    def note(self, report: Report) -> None:
        with self._lock:
            line = self._lines[report.device]
            self._lines[line.name] = self._changed(line, report)

    def _changed(self, line: DeviceStatus, report: Report) -> DeviceStatus:
        match report:
            case Read(received_ns=seen):
                return replace(line, good_reads=line.good_reads + 1, last_seen_ns=seen)
            case DuplicateIgnored(read=read):
                return replace(line, duplicates=line.duplicates + 1, last_seen_ns=read.received_ns)
            case Weighed(received_ns=seen):
                return replace(line, last_seen_ns=seen)
            case NotTaken():
                return replace(line, overflowed=line.overflowed + 1, last_seen_ns=time.monotonic_ns())
            case FrameRefused():
                return replace(line, refused=line.refused + 1, last_seen_ns=time.monotonic_ns())
            case StateChange(state=state, reason=reason):
                again = state is DeviceState.READY and line.state is not state and line.name in self._was_ready
                if state is DeviceState.READY:
                    self._was_ready.add(line.name)
                return replace(line, state=state, reason=reason, reconnects=line.reconnects + again)
