"""Scan byte in to next prompt painted, on the real station with busy tag readers: serial line to terminal, commit included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.bench import Bench, undisturbed
from benchmarks.bench_site import load, make_site
from benchmarks.figure import CannotMeasureError, Figure, at_most, percentile, spread
from benchmarks.rfid_load import RATE, READERS, Busy, busy_readers
from benchmarks.rfid_readers import QUEUED
from benchmarks.screen_reader import ScreenReader
from benchmarks.terminal import COLUMNS, PATIENCE_S, ROWS, Heard, ScannerLine, StationScreen, until_shown
from benchmarks.twin import Step, Twin

P99, P50 = "scan_to_paint_p99_ms", "scan_to_paint_p50_ms"
NAMES = (P99, P50)
REPLAY = "scan_to_paint_replay_p99_ms"
BAR = 50.0

_SCANS = 1500
_SCANS_MEANWHILE = 60
_WARM_UP = 40
_QUIET_MS = 60
_NOTE = f"while {READERS} tag readers deliver {RATE} reads/s each, on the same cores"
_REPLAY_NOTE = f"while {READERS} tag readers hand over {QUEUED} reports each that they kept during an outage"
_HOURS_S = 3600 * 24


class Sample(NamedTuple):
    """Milliseconds from the scan to the tone (committed), the prompt's words (painted), and the last change (settled)."""

    tone: float
    painted: float
    settled: float


def measure(bench: Bench) -> list[Figure]:
    """One scan after the other, each when the screen has come to rest, so that none waits for another."""
    with busy_readers(READERS, RATE, _HOURS_S) as busy, _at_work(bench, busy) as scanned:
        busy.running()
        samples = [sample for _ in range(bench.samples(_SCANS)) if (sample := scanned())]
    return _figures(samples[min(_WARM_UP, len(samples) // 10) :])


def measure_replay(bench: Bench) -> list[Figure]:
    """The scans right after the readers began: taking so many reports keeps a core busy for longer than these last."""
    with busy_readers(READERS, 0, 0) as busy, _at_work(bench, busy) as scanned:
        busy.running()
        scanned()
        busy.release()
        samples = [sample.painted for _ in range(bench.samples(_SCANS_MEANWHILE)) if (sample := scanned())]
    return [Figure(REPLAY, percentile(samples, 99), "ms", note=_REPLAY_NOTE, detail=spread(samples, "ms"))]


@contextmanager
def _at_work(bench: Bench, busy: Busy) -> Iterator[Callable[[], Sample | None]]:
    """A station on its screen, and what gives it its next scan."""
    line = ScannerLine()
    with bench.folder("scan") as folder, bench.scratch() as scratch:
        config = make_site(folder, port=line.port, readers=busy.ports)
        twin = Twin(load(config), scratch)
        station = StationScreen(config, folder / "data", line)
        reader = ScreenReader(COLUMNS, ROWS)
        try:
            until_shown(station, reader, twin.sentence())
            with undisturbed():
                yield lambda: _scan(station, line, reader, twin)
        finally:
            station.close()
            twin.close()
            line.close()


class _Answer:
    """What the bench sees of the station's answer to one scan."""

    def __init__(self, reader: ScreenReader, step: Step) -> None:
        self._reader = reader
        self._step = step
        self._before = self._area = reader.working_area()
        self.tone = self.painted = self.settled = 0

    def take(self, heard: Iterable[Heard]) -> None:
        for each in heard:
            if each.tone:
                self.tone = self.tone or each.at
            else:
                self._draw(each)

    @property
    def complete(self) -> bool:
        return bool(self.tone and self.painted)

    def _draw(self, each: Heard) -> None:
        reader = self._reader
        reader.feed(each.data)
        area = reader.working_area()
        if area != self._area:
            self._area, self.settled = area, each.at
        # The code stands in the result; with it, an instruction that stays the same is still known to be the new one.
        if not self.painted and area != self._before and reader.shows(self._step.sentence):
            self.painted = each.at if reader.shows(self._step.code) else 0


def _scan(station: StationScreen, line: ScannerLine, reader: ScreenReader, twin: Twin) -> Sample | None:
    """A scan and its answer; None where the answer looks like what stood there before."""
    step = twin.scan(twin.upcoming())
    if reader.shows(step.sentence) and reader.shows(step.code):
        line.scan(step.code)
        for each in station.until_tone(_QUIET_MS):
            reader.feed(b"" if each.tone else each.data)
        return None
    answer = _Answer(reader, step)
    begin = line.scan(step.code)
    while not answer.complete:
        # Read first, look afterwards: looking takes time that must not delay the reading.
        heard = station.listen(PATIENCE_S * 1000)
        if not heard:
            raise CannotMeasureError(f"after {step.code!r} the screen says not {step.sentence!r}, but:\n{reader.text}")
        answer.take([*heard, *station.until_quiet(_QUIET_MS)])
    return Sample(*((at - begin) / 1e6 for at in (answer.tone, answer.painted, answer.settled)))


def _figures(samples: Sequence[Sample]) -> list[Figure]:
    painted = [sample.painted for sample in samples]
    detail = {
        **spread(painted, "ms"),
        **spread([sample.tone for sample in samples], "ms", prefix="committed_"),
        **spread([sample.settled for sample in samples], "ms", prefix="settled_"),
    }
    return [
        at_most(Figure(P99, percentile(painted, 99), "ms", note=_NOTE, detail=detail), BAR),
        Figure(P50, percentile(painted, 50), "ms", note=_NOTE),
    ]
