"""What RFID readers cost: a share of one core at a busy portal's rate, a queue's replay, and decoding alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.bench import Bench
from benchmarks.figure import CannotMeasureError, Figure, at_most
from benchmarks.rfid_load import RATE, READERS, busy_readers
from benchmarks.rfid_readers import QUEUED
from drivers.contract import DeviceError, DeviceReport, TagReads
from drivers.rfid import simulated_messages as says
from drivers.rfid.llrp.codec import codec
from drivers.rfid.llrp.messages import Report
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.llrp.wire import MessageType, message
from rl_station.devices.tag_places import TagPlaces
from rl_station.devices.tag_smoothing import Place, Zone
from rl_station.devices.tags import TagWatch

SHARE, REPLAY, DECODE = "rfid_cpu_share", "rfid_replay_reads_s", "rfid_decode_tags_s"
NAMES = (SHARE, REPLAY, DECODE)
BAR = 0.4

_SECONDS = 60
_PATIENCE_S = 60.0
_TAGS_A_REPORT = 20
_REPORTS = 4000


def measure(bench: Bench) -> list[Figure]:
    try:
        return [_share(bench), _replay(), _decode(bench)]
    except DeviceError as error:
        raise CannotMeasureError(str(error)) from error


def _share(bench: Bench) -> Figure:
    """This process's time on the processor while four readers report; reading, smoothing, and nothing else."""
    seconds = bench.samples(_SECONDS)
    station = _Station()
    with busy_readers(READERS, RATE, seconds) as busy, station.reading(busy.ports):
        station.until(1)
        began, spent = time.monotonic(), time.process_time()
        expected = busy.sent()
        station.until(expected)
        spent, took = time.process_time() - spent, time.monotonic() - began
    detail = {"readers": READERS, "sent": expected, "read": station.count, "changes": station.changes, "took_s": took}
    share = Figure(SHARE, spent / took, "cores", detail=detail, note="driver and smoothing; one tag a message")
    judged = at_most(share, BAR)
    return judged if station.count == expected else Figure(SHARE, None, "cores", BAR, False, "reads were lost", detail)


def _replay() -> Figure:
    """How fast a queue is taken that a reader kept while the network was away."""
    station = _Station()
    with busy_readers(1, 0, 0) as busy, station.reading(busy.ports):
        busy.running()
        busy.release()
        station.until(1)
        began = time.monotonic()
        station.until(QUEUED)
        took = time.monotonic() - began
    detail = {"queued": QUEUED, "read": station.count, "took_s": took}
    return Figure(REPLAY, QUEUED / took, "1/s", detail=detail, note="one tag a message")


def _decode(bench: Bench) -> Figure:
    """Tags of reports in one piece, without any network."""
    tags = b"".join(says.seen(f"3034{tag:020X}", 1, -4500, 1) for tag in range(_TAGS_A_REPORT))
    frame = message(MessageType.RO_ACCESS_REPORT, 1, tags)
    reading, reports = codec(), bench.samples(_REPORTS)
    began = time.perf_counter()
    for _ in range(reports):
        decoded = reading.decode(frame)
    took = time.perf_counter() - began
    if not isinstance(decoded, Report) or len(decoded.tags) != _TAGS_A_REPORT:
        raise CannotMeasureError("a report was not decoded")
    return Figure(DECODE, reports * _TAGS_A_REPORT / took, "tags/s", detail={"tags_a_report": _TAGS_A_REPORT})


class _Station:
    """As much of a station as tags come through: its readers and the smoothing."""

    def __init__(self) -> None:
        self.count = self.changes = 0
        self._came = threading.Condition()

    @contextmanager
    def reading(self, ports: Sequence[int]) -> Iterator[None]:
        readers = [LlrpReader(name=f"portal-{port}", host="127.0.0.1", port=port) for port in ports]
        bench = Place(Zone("bench"), None)
        watch = TagWatch(TagPlaces("bench", {(reader.name, 0): bench for reader in readers}))

        def take(report: DeviceReport) -> None:
            if isinstance(report, TagReads):
                watch.take(report.reads)
                with self._came:
                    self.count += len(report.reads)
                    self._came.notify_all()

        watch.start(self._changed)
        for reader in readers:
            reader.start(take)
        try:
            yield
        finally:
            for reader in readers:
                reader.stop()
            watch.stop()

    def _changed(self, changes: tuple[object, ...]) -> None:
        self.changes += len(changes)

    def until(self, count: int) -> None:
        """Wait for so many reads, as long as more come."""
        with self._came:
            while self.count < count:
                before = self.count
                if not self._came.wait(_PATIENCE_S) and self.count == before:
                    raise CannotMeasureError(f"after {before} of {count} reads no more came")
