"""What sync costs when much is stored: reading the next batch and committing a scan at the station, taking a push at the centre.

The station has its whole log still to send; the centre, on PostgreSQL, has as many events already.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks import bulk
from benchmarks.bench import Bench, undisturbed
from benchmarks.bench_site import load, make_site
from benchmarks.figure import CannotMeasureError, Figure, percentile, spread
from benchmarks.postgresql import Postgresql
from rl_station.central import identity, ingest
from rl_station.central.calls import Caller, Context
from rl_station.central.database import open_engine
from rl_station.domain.scan import ScanSource
from rl_station.domain.sync_wire import Ack, Push
from rl_station.settings import Site
from rl_station.station.clocks import SystemClock
from rl_station.store import Reader, Store, open_reader

SIZES = {"10k": 10_000, "1m": 1_000_000, "10m": 10_000_000}
KINDS = ("sync_next_batch_ms", "sync_commit_ms", "sync_push_ms")
"""The median of each; with the size they make a figure's name."""
BATCH = 500
"""Events of a batch and of a push."""

_SAMPLES = 400
_COMMITS = 2_000
_FILLING = 5_000
_MOST_BYTES = 3_500_000


def names(size: str) -> tuple[str, ...]:
    return tuple(f"{kind}_{size}" for kind in KINDS)


def measure(size: str, bench: Bench) -> list[Figure]:
    events = bench.samples(SIZES[size])
    with bench.folder("cost") as folder:
        site = load(make_site(folder))
        data = folder / "data"
        bench.say(f"writing a log of {events:,} events")
        built = bulk.build(data, site, events)
        batches, unsynced = _batches(bench, data)
        commits = _commits(bench, site, data, built.parcels)
        bench.say(f"giving the centre {events:,} events")
        pushes, filled_s = _pushes(bench, folder, data, site, events)
    made = zip(names(size), (batches, commits, pushes), strict=True)
    batch, commit, push = (
        Figure(name, percentile(each, 50), "ms", detail={"stored_events": events, **spread(each, "ms")})
        for name, each in made
    )
    return [
        _with(batch, events_per_batch=BATCH, waiting_p50_ms=percentile(unsynced, 50)),
        commit,
        _with(push, events_per_push=BATCH, filled_s=filled_s),
    ]


def _with(figure: Figure, **detail: float) -> Figure:
    return Figure(figure.name, figure.value, figure.unit, detail={**figure.detail, **detail})


# --- the station ------------------------------------------------------------------------------------------------------


def _batches(bench: Bench, data: Path) -> tuple[list[float], list[float]]:
    """Milliseconds to read a batch from somewhere, and to tell how many wait since when."""
    chance = random.Random(1)  # noqa: S311 - only spreads samples
    with open_reader(data) as reader:
        head = reader.head().seq
        places = [chance.randrange(max(1, head - BATCH)) for _ in range(bench.samples(_SAMPLES))]
        reads = [_timed(partial(reader.batch, place, BATCH, _MOST_BYTES)) for place in places]
        waiting = [_timed(reader.unsynced) for _ in range(bench.samples(_SAMPLES))]
    return reads, waiting


def _commits(bench: Bench, site: Site, data: Path, parcels: int) -> list[float]:
    station = site.station
    scans = (given for life in bulk.parcels(station.prefix, parcels + 1) for given in life)
    with (
        Store.open(data, station=station.id, prefix=station.prefix, clock=SystemClock(), purpose="live") as store,
        undisturbed(),
    ):
        return [
            _timed(
                partial(
                    store.append,
                    given.events,
                    operator=bulk.OPERATOR,
                    source=ScanSource(device="bench", raw=given.code),
                )
            )
            for given in islice(scans, bench.samples(_COMMITS))
        ]


# --- the centre -------------------------------------------------------------------------------------------------------


def _pushes(bench: Bench, folder: Path, data: Path, site: Site, events: int) -> tuple[list[float], float]:
    """Milliseconds to take a push once so many events are stored, and the seconds it took to store them. No HTTP."""
    folder.chmod(0o755)
    cluster = folder / "cluster"
    cluster.mkdir()
    postgresql = Postgresql(cluster)
    try:
        postgresql.start()
        with postgresql.database("central") as url, open_reader(data) as reader:
            engine = open_engine(url, connections=1)
            context = Context(engine, SystemClock())
            identity.prepare(context)
            caller = Caller(site="bench", station=site.station.id)
            began = time.monotonic()
            # What was committed since the log was written is left for the measured pushes.
            last = events - BATCH * bench.samples(_SAMPLES)
            for push in sent(reader, site.station.id, 0, last, _FILLING):
                _taken(context, caller, push)
            filled_s = time.monotonic() - began
            measured = list(sent(reader, site.station.id, max(last, 0), reader.head().seq, BATCH))
            with undisturbed():
                pushes = [_timed(partial(_taken, context, caller, push)) for push in measured]
            engine.dispose()
            return pushes, filled_s
    finally:
        postgresql.remove()


def sent(reader: Reader, station: str, since: int, until: int, most: int) -> Iterator[Push]:
    """The events after `since` up to `until` in pushes of at most so many."""
    life = reader.lives()[-1]
    while since < until:
        events = tuple(sent for _, sent in reader.batch(since, min(most, until - since), _MOST_BYTES))
        through = since + len(events)
        yield Push(
            station=station,
            life=life,
            first=since + 1,
            previous=reader.hash_at(since),
            events=events,
            sent_at=SystemClock().now(),
            acknowledged=since,
            head=reader.hash_at(through),
        )
        since = through


def _taken(context: Context, caller: Caller, push: Push) -> None:
    said = ingest.take(context, caller, push)
    if not isinstance(said, Ack):
        raise CannotMeasureError(f"the centre does not take a push: {said}")


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begin) / 1e6
