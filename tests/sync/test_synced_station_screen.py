"""What the worker sees of sync: whether the centre can be reached, how many events wait, and what IT has to hear."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faulty_centre import Centre, captive_portal, lost_request

from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundScanner, DeviceSet
from rl_station.settings import Site, load_site
from rl_station.settings.paths import example_site
from rl_station.station.clocks import SystemClock
from rl_station.station.compose import open_engine
from rl_station.station.running import RunningStation
from rl_station.station.sync import StationSync
from rl_station.store import open_reader
from rl_station.sync import enrolment
from rl_station.sync.http_channel import HttpChannel
from rl_station.tui.contract import Link, Status, View

SITE = load_site(example_site(), station="demo", environ={})


def eventually(condition: Callable[[], bool], within: float = 20.0) -> None:
    until = time.monotonic() + within
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


class Shown:
    """A station on simulated devices, and the status it shows."""

    def __init__(self, folder: Path, centre: Centre, site: Site = SITE) -> None:
        self.folder, self.centre, self.site = folder, centre, site
        centre.clock.at = SystemClock().now()
        folder.mkdir(exist_ok=True)
        self.scanner = SimulatedScanner(name="bench")
        self.station = RunningStation(
            lambda: open_engine(site, folder, "live"),
            DeviceSet([BoundScanner("bench", "simulated", self.scanner)]),
            sync=StationSync(folder, site.station.id, SystemClock()),
        )
        self.views: list[View] = []

    def start(self) -> None:
        self.station.start()
        self.station.subscribe(self.views.append)

    @property
    def status(self) -> Status:
        return self.views[-1].status

    def told(self) -> set[str]:
        return {view.result.message.code for view in self.views if view.result is not None}

    def enrol(self) -> None:
        channel, name = HttpChannel(self.centre.url), self.site.station.id
        enrolment.write(self.folder, enrolment.enrol(channel, self.centre.url, name, self.centre.code(name)))
        channel.close()

    def scan(self, number: int) -> None:
        """Something nobody knows: refused, and recorded all the same by the time this returns."""
        for each in range(number):
            before = self.results()
            self.station.scan(f"JUNK{each}".encode(), device="keyboard", manual=True)
            eventually(lambda before=before: self.results() > before)  # type: ignore[misc]

    def results(self) -> int:
        """The number of the last result shown."""
        result = self.views[-1].result if self.views else None
        return result.seq if result is not None else 0


@pytest.fixture
def shown(tmp_path: Path, centre: Centre) -> Iterator[Shown]:
    made = Shown(tmp_path / "station", centre)
    yield made
    made.station.stop()


def test_a_station_that_is_not_enrolled_says_that_its_events_stay_here(shown: Shown) -> None:
    shown.start()
    shown.scan(3)
    eventually(lambda: shown.status.unsynced == 3)
    assert shown.status.link is Link.NONE


def test_the_count_grows_while_the_network_is_gone_and_drains_when_it_is_back(shown: Shown, centre: Centre) -> None:
    shown.enrol()
    shown.start()
    shown.scan(1)
    eventually(lambda: (shown.status.link, shown.status.unsynced) == (Link.UP, 0))
    assert shown.status.oldest_at is None
    centre.always = lost_request
    shown.scan(5)
    eventually(lambda: (shown.status.link, shown.status.unsynced) == (Link.DOWN, 5))
    assert shown.status.oldest_at is not None
    centre.always = None
    eventually(lambda: (shown.status.link, shown.status.unsynced) == (Link.UP, 0))


def test_a_sign_in_page_of_the_network_is_a_link_that_is_down(shown: Shown, centre: Centre) -> None:
    shown.enrol()
    centre.always = captive_portal
    shown.start()
    shown.scan(2)
    eventually(lambda: (shown.status.link, shown.status.unsynced) == (Link.DOWN, 2))
    assert shown.status.notices == ()


def test_a_revoked_station_says_whom_to_call_and_goes_on_working(shown: Shown, centre: Centre) -> None:
    shown.enrol()
    shown.start()
    eventually(lambda: shown.status.link is Link.UP)
    centre.revoke(SITE.station.id)
    shown.scan(2)
    eventually(lambda: "station.sync_refused" in {notice.code for notice in shown.status.notices})
    shown.scan(2)
    eventually(lambda: shown.status.unsynced == 4)


def test_a_clock_that_is_hours_off_is_shown(shown: Shown, centre: Centre) -> None:
    centre.clock.at -= 3 * 3_600_000_000
    shown.enrol()
    shown.start()
    shown.scan(1)
    eventually(lambda: "station.clock_ahead" in {notice.code for notice in shown.status.notices})
    assert shown.status.link is Link.UP


def test_a_copy_at_work_elsewhere_is_told_to_the_worker(shown: Shown, centre: Centre, tmp_path: Path) -> None:
    shown.enrol()
    shown.start()
    shown.scan(2)
    eventually(lambda: (shown.status.link, shown.status.unsynced) == (Link.UP, 0))
    shown.station.stop()
    shutil.copytree(shown.folder, tmp_path / "copy")
    copies = [Shown(folder, centre) for folder in (tmp_path / "copy", shown.folder)]
    for each in copies:
        each.start()
        each.scan(3)
        eventually(lambda each=each: (each.status.link, each.status.unsynced) == (Link.UP, 0))  # type: ignore[misc]
    eventually(lambda: any("station.forked" in each.told() for each in copies))
    for each in copies:
        each.station.stop()
    with open_reader(shown.folder) as reader:
        assert [epoch.reason for epoch in reader.epochs()] == ["new", "forked"]
