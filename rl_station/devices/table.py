"""The device table: state and counters of every device, from whatever thread reports."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from drivers.contract import DeviceState, FrameRefused, Read, ReaderEvent, StateChange, TagReads, Weighed
from rl_station.devices.reports import DeviceStatus, DuplicateIgnored, Fate, LastRead, NotTaken, Report
from rl_station.devices.statistics import Counters, counters_of, with_counters
from rl_station.domain.scan import shown

_KEPT_READS = 5
_SHOWN = 80
_TAGS_NOTED_NS = 200_000_000
_TROUBLED = frozenset({DeviceState.LOST, DeviceState.DEGRADED})


class DeviceTable:
    """Takes reports and gives consistent lines; each call is atomic. Reports of devices it does not know are passed over."""

    def __init__(self, devices: Iterable[DeviceStatus], counted: Mapping[str, Counters] | None = None) -> None:
        self._lock = threading.Lock()
        self._counted = dict(counted or {})
        self._lines: dict[str, DeviceStatus] = {}
        self._was_ready: set[str] = set()
        self._troubles: dict[str, dict[str, str]] = {}
        self.set(devices)

    def set(self, devices: Iterable[DeviceStatus], kept: Collection[str] = ()) -> None:
        """The devices there are from now on, in this order. One that is `kept` stays as it is; any other keeps its counters."""
        with self._lock:
            before = self._lines
            self._counted |= counters_of(before.values())
            self._lines = {
                device.name: before[device.name] if device.name in kept else self._resumed(device, before)
                for device in devices
            }
            self._was_ready.intersection_update(kept)
            self._troubles = {name: found for name, found in self._troubles.items() if name in kept}

    def lines(self) -> tuple[DeviceStatus, ...]:
        """In the order of the configuration."""
        with self._lock:
            return tuple(self._shown(line) for line in self._lines.values())

    def line(self, name: str) -> DeviceStatus | None:
        with self._lock:
            line = self._lines.get(name)
            return line and self._shown(line)

    def counters(self) -> dict[str, Counters]:
        """Of every device that ever was."""
        with self._lock:
            return self._counted | counters_of(self._lines.values())

    def note(self, report: Report, *, test: bool = False) -> None:
        """Count a report. `test`: a read that only a health check asked for."""
        with self._lock:
            line = self._lines.get(report.device)
            if line is not None:
                self._lines[line.name] = self._changed(line, report, test)

    def count_job(self, name: str, problem: str) -> None:
        """A print job that went out, or did not."""
        with self._lock:
            if (line := self._lines.get(name)) is not None and not problem:
                self._lines[name] = replace(_seen(line), good_reads=line.good_reads + 1)

    def count_error(self, name: str) -> None:
        """Something a device could not do that does not change its state, such as a beep."""
        with self._lock:
            if (line := self._lines.get(name)) is not None:
                self._lines[name] = replace(line, errors=line.errors + 1)

    def trouble(self, name: str, kind: str, reason: str) -> DeviceStatus | None:
        """What is wrong with a device that calls itself ready; an empty reason takes it back. The line where that changed it."""
        with self._lock:
            line, before = self._lines.get(name), self._troubles.get(name, {})
            if line is None or before.get(kind, "") == reason:
                return None
            self._troubles[name] = {**before, kind: reason} if reason else _without(before, kind)
            if reason and kind not in before:
                line = self._lines[name] = replace(line, errors=line.errors + 1)
            return self._shown(line)

    def troubled(self, kind: str) -> tuple[str, ...]:
        with self._lock:
            return tuple(name for name, found in self._troubles.items() if kind in found)

    def _shown(self, line: DeviceStatus) -> DeviceStatus:
        troubles = self._troubles.get(line.name)
        if not troubles or line.state is not DeviceState.READY:
            return line
        return replace(line, state=DeviceState.DEGRADED, reason="; ".join(troubles.values()))

    def _resumed(self, line: DeviceStatus, before: Mapping[str, DeviceStatus]) -> DeviceStatus:
        if line.name in before:
            line = replace(line, last_reads=before[line.name].last_reads)
        counted = self._counted.get(line.name)
        return line if counted is None else with_counters(line, counted)

    def _changed(  # noqa: PLR0911 - a table: one return for each row
        self, line: DeviceStatus, report: Report, test: bool
    ) -> DeviceStatus:
        match report:
            case Read(data=data, symbology=symbology):
                line = _with_read(line, data, Fate.TEST if test else Fate.READ, symbology)
                return replace(line, good_reads=line.good_reads + 1)
            case Weighed(grams=grams, stable=stable):
                line = _with_read(line, f"{grams} g{'' if stable else ', moving'}".encode(), Fate.WEIGHED)
                return replace(line, good_reads=line.good_reads + stable)
            case TagReads():
                return _with_tags(line, report)
            case ReaderEvent():
                return line
            case DuplicateIgnored(read=read):
                line = _with_read(line, read.data, Fate.DUPLICATE, read.symbology)
                return replace(line, duplicates=line.duplicates + 1)
            case NotTaken(data=data):
                line = _with_read(line, data, Fate.NOT_TAKEN)
                return replace(line, overflowed=line.overflowed + 1)
            case FrameRefused(head=head, reason=reason):
                line = _with_read(line, head, Fate.REFUSED, note=reason)
                return replace(line, refused=line.refused + 1)
            case StateChange():
                return self._in_state(line, report)

    def _in_state(self, line: DeviceStatus, change: StateChange) -> DeviceStatus:
        ready = change.state is DeviceState.READY
        again = ready and line.state is not change.state and line.name in self._was_ready
        failed = change.state in _TROUBLED and line.state is not change.state
        if ready:
            self._was_ready.add(line.name)
        return replace(
            line,
            state=change.state,
            reason=change.reason,
            reconnects=line.reconnects + again,
            errors=line.errors + failed,
        )


def _seen(line: DeviceStatus) -> DeviceStatus:
    return replace(line, last_seen_ns=time.monotonic_ns(), last_seen_at=_now())


def _with_read(
    line: DeviceStatus, data: bytes, fate: Fate, symbology: str | None = None, note: str = ""
) -> DeviceStatus:
    text = shown(data[:_SHOWN].decode("latin-1"))
    cut = text if len(text) <= _SHOWN and len(data) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
    read = LastRead(cut, fate, _now(), symbology or "", note)
    # A scale talks all the time: of its weights only the newest is worth a line.
    older = () if fate is Fate.WEIGHED else line.last_reads
    return replace(_seen(line), last_reads=(read, *older[: _KEPT_READS - 1]))


def _with_tags(line: DeviceStatus, report: TagReads) -> DeviceStatus:
    """Every read counts; which tag it was is noted a few times a second, as readers report a thousand."""
    line = replace(line, good_reads=line.good_reads + len(report.reads))
    now = time.monotonic_ns()
    if not report.reads or (line.last_seen_ns is not None and now - line.last_seen_ns < _TAGS_NOTED_NS):
        return line
    read = report.reads[-1]
    strength = "" if read.rssi_cdbm is None else f" {read.rssi_cdbm / 100:.1f} dBm"
    told = LastRead(read.epc[:_SHOWN], Fate.TAG, _now(), note=f"antenna {read.antenna}{strength}")
    # As with weights: of a tag that lies there, only the newest read is worth a line.
    older = [each for each in line.last_reads if each.text != told.text]
    return replace(_seen(line), last_reads=(told, *older[: _KEPT_READS - 1]))


def _without(troubles: Mapping[str, str], kind: str) -> dict[str, str]:
    return {key: reason for key, reason in troubles.items() if key != kind}


def _now() -> int:
    return time.time_ns() // 1000
