"""What a scan costs before anything is written: reading its meaning, and deciding."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from benchmarks.bench import Bench
from benchmarks.bench_site import load, make_site
from benchmarks.figure import Figure, percentile, spread
from benchmarks.twin import Twin
from rl_station.domain.meaning import interpret
from rl_station.domain.scan import ScanSource
from rl_station.workflow import decide, prompt
from rl_station.workflow.inputs import Scanned

INTERPRET, DECIDE, PROMPT = "interpret_us", "decide_us", "prompt_us"
NAMES = (INTERPRET, DECIDE, PROMPT)

_SCANS = 3000

P = ParamSpec("P")
T = TypeVar("T")


def measure(bench: Bench) -> list[Figure]:
    """Each over the scans of a day's work; the value is the median."""
    spent: dict[str, list[float]] = {name: [] for name in NAMES}
    with bench.scratch() as scratch:
        site = load(make_site(scratch))
        twin = Twin(site, scratch / "data")
        engine = twin.engine
        for _ in range(bench.samples(_SCANS)):
            source = ScanSource(device="bench", raw=twin.upcoming())
            given = Scanned(_timed(spent[INTERPRET], interpret, source, site.reference, site.carriers))
            _timed(spent[DECIDE], decide, engine.session, given, engine.knowledge)
            twin.scan(source.raw)
            _timed(spent[PROMPT], prompt, engine.session, engine.knowledge)
        twin.close()
    return [Figure(name, percentile(spent[name], 50), "us", detail=spread(spent[name], "us")) for name in NAMES]


def _timed(spent: list[float], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The work's answer; the microseconds it took are added to `spent`."""
    begin = time.perf_counter_ns()
    done = work(*args, **kwargs)
    spent.append((time.perf_counter_ns() - begin) / 1000)
    return done
