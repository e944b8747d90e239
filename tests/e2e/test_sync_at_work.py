"""A worker at a station, a central server beside it, an administrator at the command line: the whole program."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.central_process import PROGRAM, CentralProcess
from courses import DRESS, PHONE, SIGN_IN, Walk
from station_bench import STATION, Scanner, Site, running
from sync_bench import Centre, centre

from rl_station.store import open_reader

pytestmark = pytest.mark.slow


@pytest.fixture
def server(database_url: str) -> Iterator[CentralProcess]:
    made = CentralProcess(database_url)
    made.start()
    yield made
    made.close()


@pytest.fixture
def found(server: CentralProcess) -> Iterator[Centre]:
    with centre(server.database) as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, server: CentralProcess) -> Site:
    """Enrolled as IT does it: a code at the server, shown at the station."""
    made = Site(tmp_path)
    told = subprocess.run(
        [PROGRAM, "central", "enroll", STATION, "--database", server.database, "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    done = made.run("sync", "enroll", "--central", server.url, "--code", json.loads(told.stdout)["code"])
    assert done.returncode == 0, done.stderr
    return made


def test_the_worker_goes_on_while_the_server_is_away_and_everything_arrives_when_it_is_back(
    site: Site, server: CentralProcess, found: Centre
) -> None:
    with running(site) as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, *DRESS))
        station.wait_for("all sent")
        server.kill()
        walk.go(PHONE)
        station.wait_for("not sent")
        station.wait_for("server unreachable")
        server.start()
        station.wait_for("all sent")
    assert found.log(STATION) == log_of(site)
    site.assert_intact()


def test_what_a_station_left_behind_is_sent_without_it(site: Site, server: CentralProcess, found: Centre) -> None:
    server.kill()
    with running(site, scanner=Scanner(site.link)) as station:
        station.ready()
        Walk(station).go((*SIGN_IN, *DRESS))
        station.wait_for("not sent")
    server.start()
    done = site.run("sync", "once")
    assert done.returncode == 0, done.stderr
    assert json.loads(site.run("sync", "status", "--json").stdout)["waiting"] == 0
    assert found.log(STATION) == log_of(site)


def log_of(site: Site) -> dict[int, str]:
    with open_reader(site.data) as reader:
        return {recorded.seq: link.hex() for recorded, link in reader.entries()}
