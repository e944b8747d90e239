"""A scan's commit against the least that durability can cost: 4 KiB written and synced, on the same disk, in turns."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice

from benchmarks import bulk
from benchmarks.bench import Bench, undisturbed
from benchmarks.bench_site import load, make_site
from benchmarks.figure import Figure, at_most, percentile, spread
from benchmarks.machine import RawFile
from rl_station.domain.scan import ScanSource
from rl_station.station.clocks import SystemClock
from rl_station.store import Store

NAMES = ("commit_p99_over_fdatasync_p99",)
MANY = ("commit_p99_over_fdatasync_p99_10m",)
BAR = 5.0

_STORED = 10_000
_STORED_MANY = 10_000_000
_STORED_MANY_QUICK = 100_000
_PAIRS = 4000
_WARM_UP = 100


def measure(bench: Bench) -> list[Figure]:
    return [_measure(bench, NAMES[0], _STORED)]


def measure_many(bench: Bench) -> list[Figure]:
    return [_measure(bench, MANY[0], _STORED_MANY_QUICK if bench.quick else _STORED_MANY)]


def _measure(bench: Bench, name: str, stored: int) -> Figure:
    with bench.folder("commit") as folder:
        site = load(make_site(folder))
        data = folder / "data"
        bench.say(f"writing a log of {stored:,} events")
        built = bulk.build(data, site, stored)
        raw = RawFile(folder / "raw")
        with Store.open(
            data, station=site.station.id, prefix=site.station.prefix, clock=SystemClock(), purpose="live"
        ) as store:
            began = store.head.seq
            with undisturbed():
                pairs = _pairs(
                    store, raw, islice(_inputs(site.station.prefix, built.parcels + 1), bench.samples(_PAIRS))
                )
            added = store.head.seq - began
        raw.close()
    commits, syncs = ([pair[which] for pair in pairs[min(_WARM_UP, len(pairs) // 10) :]] for which in (0, 1))
    detail = {
        **spread(commits, "ms", prefix="commit_"),
        **spread(syncs, "ms", prefix="fdatasync_"),
        "p50_ratio": percentile(commits, 50) / percentile(syncs, 50),
        "events_per_commit": added / len(pairs),
        "stored_events": began,
        "built_in_s": built.seconds,
        "database_mib": built.mib,
    }
    return at_most(Figure(name, percentile(commits, 99) / percentile(syncs, 99), "ratio", detail=detail), BAR)


def _pairs(store: Store, raw: RawFile, inputs: Iterable[bulk.Given]) -> list[tuple[float, float]]:
    """Milliseconds of each input's commit and of the raw sync right after it."""
    at_rest = store.checkpoint()
    pairs: list[tuple[float, float]] = []
    checkpoint: bytes | None = None
    for given in inputs:
        source = ScanSource(device="bench", raw=given.code)
        begin = time.perf_counter_ns()
        store.append(given.events, operator=bulk.OPERATOR, source=source, checkpoint=checkpoint)
        spent = time.perf_counter_ns() - begin
        pairs.append((spent / 1e6, raw.write() / 1e6))
        # As the engine does it: the state at rest is written with the input after it.
        checkpoint = at_rest[1] if at_rest and given.rest else None
    return pairs


def _inputs(prefix: str, first: int) -> Iterator[bulk.Given]:
    return (given for life in bulk.parcels(prefix, first) for given in life)
