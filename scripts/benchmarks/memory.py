"""Memory of the real station over a day's parcels, worked off without a pause: how much at the end, and whether it is flat."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from benchmarks.bench import Bench
from benchmarks.bench_site import load, make_site
from benchmarks.figure import CannotMeasureError, Figure, at_most
from benchmarks.screen_reader import ScreenReader
from benchmarks.terminal import COLUMNS, ROWS, ScannerLine, StationScreen, until_shown
from benchmarks.twin import Twin
from rl_station.store import open_reader

RSS, GROWTH = "station_rss_mib", "station_rss_growth_mib"
NAMES = (RSS, GROWTH)
BAR = 150.0

_PARCELS = 1440
"""A parcel a minute for 24 hours."""

_GROWTH_NOTE = "mean of the last third less mean of the first; the database's page cache fills to its limit meanwhile"
_COPIES = 9
_CAUGHT_UP_MS = 15
"""The screen is given so long without output before the next parcel: no worker is faster than it."""


def measure(bench: Bench) -> list[Figure]:
    parcels = bench.samples(_PARCELS)
    line = ScannerLine()
    began = time.monotonic()
    with bench.folder("memory") as folder, bench.scratch() as scratch:
        config = make_site(folder, port=line.port, copies=_COPIES)
        twin = Twin(load(config), scratch)
        station = StationScreen(config, folder / "data", line)
        try:
            until_shown(station, ScreenReader(COLUMNS, ROWS), twin.sentence())
            sizes, scans = _work(bench, station, line, twin, parcels)
        finally:
            station.close()
            twin.close()
            line.close()
        with open_reader(folder / "data") as reader:
            stored = reader.head().seq
    if stored != twin.events:
        raise CannotMeasureError(f"the station recorded {stored} events, its twin {twin.events}")
    third = max(1, len(sizes) // 3)
    first, last = statistics.mean(sizes[:third]), statistics.mean(sizes[-third:])
    detail = {
        "at_start_mib": sizes[0],
        "first_third_mib": first,
        "last_third_mib": last,
        "parcels": parcels,
        "scans": scans,
        "events": stored,
        "took_s": time.monotonic() - began,
    }
    note = f"{parcels} parcels, as many as in {parcels / 60:.0f} hours at one a minute"
    return [
        at_most(Figure(RSS, max(sizes[-third:]), "MiB", note=note, detail=detail), BAR),
        Figure(GROWTH, last - first, "MiB", note=_GROWTH_NOTE),
    ]


def _work(
    bench: Bench, station: StationScreen, line: ScannerLine, twin: Twin, parcels: int
) -> tuple[Sequence[float], int]:
    """Memory after each parcel, and the number of scans."""
    sizes: list[float] = []
    scans = 0
    while len(sizes) < parcels:
        step = twin.scan(twin.upcoming())
        line.scan(step.code)
        scans += 1
        tone = next(each.data for each in station.until_tone() if each.tone)
        if (tone == b"-") is not step.refused:
            raise CannotMeasureError(f"station and twin disagree about {step.code!r}")
        if step.received:
            station.until_quiet(_CAUGHT_UP_MS)
            sizes.append(station.rss_mib())
            if len(sizes) % 200 == 0:
                bench.say(f"{len(sizes)} parcels, {sizes[-1]:.1f} MiB")
    return sizes, scans
