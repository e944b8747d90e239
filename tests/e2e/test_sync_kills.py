"""SIGKILL for everybody, again and again, while stations work: nothing that was durable is lost, and nothing is there twice."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from benchmarks.central_process import CentralProcess
from sync_bench import WorkingStation, assert_whole, centre, servers
from tcp_proxy import proxy

pytestmark = pytest.mark.slow

SECONDS = 20.0
"""How long the killing goes on."""
STATIONS = 3
KILLS = 10
EVENTS = 100
"""At the least, also on a slow machine."""
AT_THE_START = 0.2
"""How often one that is not at work yet is killed nevertheless."""


def test_stations_and_servers_killed_at_random_lose_nothing_and_double_nothing(
    tmp_path: Path, postgresql_url: str
) -> None:
    chance = random.Random(20)  # noqa: S311  # victims by chance, the same each time
    kills = 0
    with centre(postgresql_url) as found, servers(postgresql_url, 2) as replicas:
        with proxy([each.address for each in replicas]) as way:
            stations = _stations(tmp_path, replicas[0], way.url)
            try:
                end = time.monotonic() + SECONDS
                while time.monotonic() < end:
                    time.sleep(chance.uniform(0.05, 0.4))
                    kills += _kill_one(chance, stations, replicas)
                for replica in replicas:
                    replica.wait_until_ready()
                for station in stations:
                    station.rest()
                for station in stations:
                    station.wait_until_drained()
            finally:
                for station in stations:
                    station.kill()
            assert kills > KILLS
            assert all(way.taken.values())
        assert sum(len(station.durable) for station in stations) > EVENTS
        for station in stations:
            assert_whole(station, found)


def _stations(folder: Path, server: CentralProcess, url: str) -> list[WorkingStation]:
    made = [
        WorkingStation(folder / f"bench-{number}", f"bench-{number}", f"Q{number:02d}")
        for number in range(1, STATIONS + 1)
    ]
    for station in made:
        station.enrol(server, url)
        station.start()
    return made


def _kill_one(chance: random.Random, stations: list[WorkingStation], replicas: list[CentralProcess]) -> bool:
    """Whoever it is starts again at once; the servers without waiting for one another. False where nobody was killed.

    Now and then one is killed that is just starting; else they would never get beyond that.
    """
    victims: list[WorkingStation | CentralProcess] = [*stations, *replicas]
    victim = chance.choice(victims)
    awake = victim.is_ready() if isinstance(victim, CentralProcess) else victim.at_work
    if not awake and chance.random() > AT_THE_START:
        return False
    victim.kill()
    if isinstance(victim, CentralProcess):
        victim.start(wait=False)
    else:
        victim.start()
    return True
