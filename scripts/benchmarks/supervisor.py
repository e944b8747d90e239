"""What a look at the supervisor's figures costs while the station works, with a short and a very long log behind it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from msgspec.structs import replace

from benchmarks import bulk
from benchmarks.bench import Bench, undisturbed
from benchmarks.bench_site import load, make_site
from benchmarks.figure import Figure, at_most, percentile, spread
from rl_station.domain import events as ev
from rl_station.domain import kpi
from rl_station.domain.events import Event
from rl_station.settings import Site
from rl_station.station.clocks import SystemClock
from rl_station.store import Reader, Store, open_reader

NAMES = ("supervisor_refresh_10k_ms",)
MANY = ("supervisor_refresh_ms",)
BAR = 100.0

_STORED = 10_000
_STORED_MANY = 10_000_000
_STORED_MANY_QUICK = 100_000
_LOOKS = 400
_SHIFT_HOURS = 8
_WAITING = (("to_open", 3_000), ("to_grade", 300), ("to_sort", 1_200), ("to_rework", 300), ("on_hold", 200))
"""A busy site's floor: how many wait in each queue. One in ten has something wrong with it."""
_STEPS = {"to_rework": ("clean",)}
_HELD = {"on_hold": "hold"}


def measure(bench: Bench) -> list[Figure]:
    return [_measure(bench, NAMES[0], _STORED)]


def measure_many(bench: Bench) -> list[Figure]:
    return [_measure(bench, MANY[0], _STORED_MANY_QUICK if bench.quick else _STORED_MANY)]


def _measure(bench: Bench, name: str, stored: int) -> Figure:
    with bench.folder("supervisor") as folder:
        site = load(make_site(folder))
        data = folder / "data"
        bench.say(f"writing a log of {stored:,} events")
        built = bulk.build(data, site, stored)
        with Store.open(
            data, station=site.station.id, prefix=site.station.prefix, clock=SystemClock(), purpose="live"
        ) as store:
            lives = _floor(store, bulk.parcels(site.station.prefix, built.parcels + 1))
            events = store.head.seq
            with open_reader(data) as reader, undisturbed():
                looks, behind = _looks(store, reader, site, lives, bench.samples(_LOOKS))
                found = _look(reader, site)
    detail = {
        **spread(looks, "ms"),
        **spread(behind, "ms", prefix="drill_down_"),
        "stored_events": events,
        "waiting": sum(queue.waiting for queue in found.queues),
        "troubles": len(found.troubles),
        "database_mib": built.mib,
        "built_in_s": built.seconds,
    }
    return at_most(Figure(name, percentile(looks, 99), "ms", detail=detail), BAR)


def _floor(store: Store, lives: Iterator[list[bulk.Given]]) -> Iterator[list[bulk.Given]]:
    """Leave parcels and units where they wait; gives the lives that are still to come."""
    for queue, number in _WAITING:
        for place, life in zip(range(number), lives, strict=False):
            events = list(_until(queue, [event for given in life for event in given.events]))
            if place % 10 == 0:
                events += _wrong(events)
            store.append(events, operator=bulk.OPERATOR)
    return lives


def _until(queue: str, events: list[Event]) -> Iterator[Event]:
    """A parcel's life as far as where it waits, or its first unit does; a decided one is for work or on hold."""
    ends = {"to_open": ev.ParcelLaneAssigned, "to_grade": ev.UnitRecallChecked}
    for event in events:
        if isinstance(event, ev.DispositionDecided):
            yield replace(event, disposition=_HELD.get(queue, event.disposition), steps=_STEPS.get(queue, ()))
        else:
            yield event
        if isinstance(event, ends.get(queue, ev.UnitPlateConfirmed)):
            return


def _wrong(events: list[Event]) -> list[Event]:
    unit = next((event.unit for event in events if isinstance(event, ev.UnitIdentified)), "")
    parcel = next(event.parcel for event in events if isinstance(event, ev.ParcelReceived))
    if unit:
        return [ev.UnitSwapSuspected(unit=unit, parcel=parcel, expected=("S1",), found="S2")]
    return [ev.LabelPrintFailed(label="parcel", parcel=parcel, reason="no paper")]


def _looks(
    store: Store, reader: Reader, site: Site, lives: Iterator[list[bulk.Given]], number: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each look, and of what is behind one of its figures, right after a commit."""
    inputs = (given for life in lives for given in life)
    ways = [
        kpi.Selection(of="queue", name="to_open"),
        kpi.Selection(of="trouble", name="swap"),
        kpi.Selection(of="work", name="sorted"),
        kpi.Selection(of="share", name="disposition", value="resell"),
    ]
    looks: list[float] = []
    behind: list[float] = []
    for which in range(number):
        store.append(next(inputs).events, operator=bulk.OPERATOR)
        begin = time.perf_counter_ns()
        _look(reader, site)
        looked = time.perf_counter_ns()
        reader.figures.selected(ways[which % len(ways)])
        looks.append((looked - begin) / 1e6)
        behind.append((time.perf_counter_ns() - looked) / 1e6)
    return looks, behind


def _look(reader: Reader, site: Site) -> kpi.Figures:
    """All figures of a shift that has gone on for eight hours."""
    at = time.time_ns() // 1000
    hour = at // kpi.HOUR_US * kpi.HOUR_US
    shift = kpi.Shift("day", hour - (_SHIFT_HOURS - 1) * kpi.HOUR_US, hour + kpi.HOUR_US)
    of = kpi.Of(scope="station", site=site.id, station=site.station.id)
    with reader.figures.at_once():
        return kpi.look(reader.figures, of, kpi.Moment(at, hour, shift), kpi.Supervision())
