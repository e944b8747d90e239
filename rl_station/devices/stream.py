"""What all devices report, merged into one stream: debounced, counted, bounded, one report at a time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from drivers.contract import DeviceReport, DeviceState, FrameRefused, Read, StateChange
from rl_station.devices.active import ActiveScanner
from rl_station.devices.bound import BoundScanner
from rl_station.devices.reports import DuplicateIgnored, NotTaken, Report, ReportListener
from rl_station.devices.table import DeviceTable
from rl_station.devices.trial import Trial

Full = Callable[[], bool]
"""Whether no further scan can be taken at the moment."""

_OVERFLOW = "overflow"
_SILENCE = "silence"


class Stream:
    """Hands on from `open` to `close`. The listener is called under the stream's lock and may call nothing of it."""

    def __init__(self, table: DeviceTable) -> None:
        self._table = table
        self._lock = threading.Lock()
        self._listener: ReportListener | None = None
        self._full: Full = lambda: False
        self._trials: dict[str, Trial] = {}
        self._not_taken: Counter[str] = Counter()

    def open(self, listener: ReportListener, full: Full) -> None:
        with self._lock:
            self._listener = listener
            self._full = full

    def close(self) -> None:
        """Nothing is handed on after this returns."""
        with self._lock:
            self._listener = None

    def retire(self, active: ActiveScanner) -> None:
        """Nothing of this device is handed on after this returns, whatever its adapter still does."""
        with self._lock:
            active.retired = True

    def tune(self, active: ActiveScanner, bound: BoundScanner) -> None:
        """Every read after this returns is taken under the new settings."""
        with self._lock:
            active.tune(bound)

    def deliver(self, active: ActiveScanner, report: DeviceReport) -> None:
        """Take a report of a device, on its thread."""
        with self._lock:
            if active.retired:
                return
            if report.device != active.name:
                # An adapter that misnames its reports would be counted on another device's line, or on none.
                report = replace(report, device=active.name)
            self._note_life(active, report)
            if not isinstance(report, Read | FrameRefused):
                self._publish(report)
            elif isinstance(report, Read) and (after := active.debouncer.repeats(report)) is not None:
                self._publish(DuplicateIgnored(report, after))
            elif isinstance(report, Read) and self._is_trial(report):
                self._table.note(report, test=True)
            elif self._full():
                if isinstance(report, Read):
                    active.debouncer.forget(report)
                self._overflow(report)
            else:
                self._publish(report)

    def answered(self, active: ActiveScanner, data: bytes) -> None:
        """This code of the device answered a question."""
        with self._lock:
            active.debouncer.answered(data)

    def tell(self, report: Report) -> None:
        """Report something that no adapter reports by itself."""
        with self._lock:
            self._publish(report)

    def silent(self, active: ActiveScanner, reason: str) -> None:
        """A device that calls itself ready but does not live; an empty reason when it lives."""
        with self._lock:
            if not active.retired:
                self._trouble(active.name, _SILENCE, reason)

    def caught_up(self) -> None:
        """Scans are taken again: the devices are as they say."""
        with self._lock:
            self._not_taken.clear()
            for name in self._table.troubled(_OVERFLOW):
                self._trouble(name, _OVERFLOW, "")

    def try_out(self, name: str, trial: Trial | None) -> None:
        """Show the reads of a device to a trial from now on; None ends it."""
        with self._lock:
            if trial is None:
                self._trials.pop(name, None)
            else:
                self._trials[name] = trial

    def _is_trial(self, read: Read) -> bool:
        trial = self._trials.get(read.device)
        return trial is not None and trial.takes(read)

    def _note_life(self, active: ActiveScanner, report: DeviceReport) -> None:
        now = time.monotonic_ns()
        if not isinstance(report, StateChange):
            active.watchdog.alive(now)
            self._trouble(active.name, _SILENCE, "")
        elif report.state is DeviceState.READY:
            # An open port proves nothing about who is behind it, but it is owed the time to speak up.
            active.watchdog.looked(now)

    def _overflow(self, report: Read | FrameRefused) -> None:
        self._not_taken[report.device] += 1
        self._publish(NotTaken(report))
        count = self._not_taken[report.device]
        self._trouble(report.device, _OVERFLOW, f"{count} scan{'s' * (count > 1)} not taken: too many wait")

    def _trouble(self, name: str, kind: str, reason: str) -> None:
        line = self._table.trouble(name, kind, reason)
        if line is not None and self._listener is not None:
            self._listener(StateChange(name, line.state, line.reason))

    def _publish(self, report: Report) -> None:
        self._table.note(report)
        if isinstance(report, StateChange) and (line := self._table.line(report.device)) is not None:
            # A device that calls itself ready may be in trouble all the same.
            report = StateChange(report.device, line.state, line.reason)
        if self._listener is not None:
            self._listener(report)
