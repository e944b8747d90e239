"""What may happen in the middle of a drain: it ends complete, and the station needs nobody's help but an administrator's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from benchmarks import bulk
from benchmarks.bench_site import load, make_site
from benchmarks.central_process import CentralProcess
from benchmarks.postgresql import Postgresql
from msgspec.structs import replace
from sync_bench import PATIENCE_S, Centre, WorkingStation, assert_whole, centre, revoke, servers
from tcp_proxy import proxy

pytestmark = pytest.mark.slow

BACKLOG = 60_000
CUTS = 20
STATION, PREFIX = "bench-1", "Q01"


@pytest.fixture(scope="module")
def backlog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a station that was offline for long."""
    folder = tmp_path_factory.mktemp("backlog")
    site = load(make_site(folder))
    bulk.build(folder / "data", replace(site, station=replace(site.station, id=STATION, prefix=PREFIX)), BACKLOG)
    return folder / "data"


def test_a_replica_killed_in_the_middle_of_a_drain_is_not_missed(
    tmp_path: Path, backlog: Path, postgresql_url: str
) -> None:
    with centre(postgresql_url) as found, servers(postgresql_url, 2) as replicas:
        with (
            proxy([each.address for each in replicas]) as way,
            draining(backlog, tmp_path, replicas[0], way.url) as station,
        ):
            at = in_the_middle(found)
            used = max(replicas, key=lambda each: way.taken[each.address])
            used.kill()
            assert found.watermark(STATION) < BACKLOG
            station.wait_until_drained()
            assert found.watermark(STATION) > at
            assert all(way.taken.values()), "the other one took over"
        assert_whole(station, found)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_restarted_in_the_middle_of_a_drain_is_waited_for(
    tmp_path: Path, backlog: Path, own_postgresql: Postgresql, mode: str
) -> None:
    with own_postgresql.database("central") as url, servers(url, 1) as (server,):
        with draining(backlog, tmp_path, server) as station:
            with centre(url) as found:
                in_the_middle(found)
            own_postgresql.stop("fast" if mode == "fast" else "immediate")
            until(lambda: not server.is_ready(), "the server says that it is not ready")
            assert server.alive()
            own_postgresql.start()
            station.wait_until_drained()
        with centre(url) as found:
            assert_whole(station, found)


def test_a_token_revoked_in_the_middle_of_a_drain_stops_it_until_the_station_is_enrolled_again(
    tmp_path: Path, backlog: Path, postgresql_url: str
) -> None:
    with centre(postgresql_url) as found, servers(postgresql_url, 1) as (server,):
        with draining(backlog, tmp_path, server) as station:
            in_the_middle(found)
            revoke(server, STATION)
            until(lambda: station.trouble() == "unauthorized", "the station says that it is locked out")
            stopped = found.watermark(STATION)
            assert stopped < BACKLOG
            station.enrol(server)
            station.wait_until_drained()
            assert found.watermark(STATION) > stopped
        assert_whole(station, found)


def test_a_station_that_is_cut_off_again_and_again_stores_each_event_once_by_either_replica(
    tmp_path: Path, backlog: Path, postgresql_url: str
) -> None:
    """A station that hears nothing asks again, and may reach the other replica while the first is still at it."""
    with centre(postgresql_url) as found, servers(postgresql_url, 2) as replicas:
        with (
            proxy([each.address for each in replicas]) as way,
            draining(backlog, tmp_path, replicas[0], way.url) as station,
        ):
            in_the_middle(found)
            cuts = 0
            while not station.drained.wait(0.1) and cuts < CUTS:
                way.cut()
                cuts += 1
            station.wait_until_drained()
            assert cuts > 1
            assert all(way.taken.values())
        assert_whole(station, found)


# --- the parts --------------------------------------------------------------------------------------------------------


@contextmanager
def draining(backlog: Path, folder: Path, server: CentralProcess, url: str = "") -> Iterator[WorkingStation]:
    """A station that has its backlog to send and nothing else to do."""
    station = WorkingStation(folder / STATION, STATION, PREFIX)
    station.copy(backlog)
    station.enrol(server, url)
    station.start()
    station.rest()
    try:
        yield station
    finally:
        station.kill()


def in_the_middle(found: Centre) -> int:
    """Wait until the drain is under way; how far it is."""
    until(lambda: found.watermark(STATION) > 0, "the drain begins")
    at = found.watermark(STATION)
    assert at < BACKLOG
    return at


def until(wanted: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not wanted():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
