"""A site of one station has the station's figures: two ways to keep them, the same rows and the same things behind."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from projecting_world import SITE, Writer, deliver, empty
from sqlalchemy import Engine

from rl_station.central import reading_counts
from rl_station.central.database import create_schema, open_engine, reading
from rl_station.central.folding import Taken
from rl_station.central.supervising import SiteCounted
from rl_station.central.tables import stream_key
from rl_station.domain.events import Recorded
from rl_station.domain.kpi import NO_CODE, QUEUES, SHARES, STAGES, Counted, Selection
from rl_station.store import open_reader

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))

from any_history import HISTORIES, Input
from store_world import SetClock, open_store

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
"""Thousands of commits that no disk has to wait for."""
SELECTIONS = (
    *(Selection(of="queue", name=queue) for queue in QUEUES),
    *(Selection(of="work", name=stage) for stage in STAGES),
    *(Selection(of="work", name=stage, operator="ada") for stage in STAGES),
    *(Selection(of="share", name=share) for share in SHARES),
    *(Selection(of="share", name=share, value="F1") for share in SHARES),
    *(Selection(of="trouble", name=kind) for kind in ("missing", "hazard", "swap", "label", "recall")),
    Selection(of="recovery"),
    *(Selection(of="recovery", value=currency) for currency in ("EUR", NO_CODE)),
    Selection(of="agreement"),
    Selection(of="agreement", name="functional", operator="ada"),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        found = open_engine(f"sqlite:///{folder}/central.sqlite3")
        create_schema(found)
        yield found
        found.dispose()


@pytest.mark.slow
@settings(
    max_examples=60 if settings().max_examples >= 100 else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(HISTORIES)
def test_any_history_gives_the_station_and_the_centre_the_same_figures(engine: Engine, history: list[Input]) -> None:
    empty(engine)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        clock = SetClock()
        with open_store(Path(folder), clock) as store:
            for after, operator, events in history:
                clock.at += after
                store.append(events, operator=operator)
        with open_reader(Path(folder)) as reader:
            arrive(engine, list(reader.log()))
            reading(engine, lambda connection: agree(reader.figures, SiteCounted(connection, SITE, clock.at)))


def arrive(engine: Engine, log: list[Recorded]) -> None:
    """The log as the station's pushes would bring it, a few events at a time."""
    if not log:
        return
    station, epoch = log[0].station, log[0].epoch
    taken = [Taken(stream_key(SITE, station, epoch), station, epoch, recorded) for recorded in log]
    writer = Writer(station, log=taken)
    writer.lives = [(epoch, 1, "")]
    for first in range(1, len(taken) + 1, 5):
        deliver(engine, writer, first, min(first + 4, len(taken)))


def agree(station: Counted, site: SiteCounted) -> None:
    assert sorted(map(str, site.work())) == sorted(map(str, station.work()))
    assert sorted(map(str, site.decided())) == sorted(map(str, station.decided()))
    assert sorted(map(str, site.looked())) == sorted(map(str, station.looked()))
    listed = [each for queue in QUEUES for each in reading_counts.waiting_list(site.connection, SITE, queue)]
    assert sorted(map(str, listed)) == sorted(map(str, station.waiting()))
    assert sorted(map(str, site.troubles())) == sorted(map(str, station.troubles()))
    for selection in SELECTIONS:
        found, expected = site.selected(selection), station.selected(selection)
        assert sorted(map(str, found)) == sorted(map(str, expected)), selection
        assert [each.at for each in found] == sorted((each.at for each in found), reverse=selection.of != "queue")
