"""The demo runs a central server of its own, and a key pulls the network between them."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from engine_bench import DEADLINE_S, demo_site, eventually

from rl_station.cli import demo_centre
from rl_station.settings import Site, load_site
from rl_station.settings.paths import example_site
from rl_station.station.compose import demo_station
from rl_station.station.demo_station import DemoStation
from rl_station.store import open_reader
from rl_station.store.known import KnownReader
from rl_station.sync import enrolment
from rl_station.tui.contract import Link, PullsNetwork, View

SITE = demo_site()


class Demo:
    """The demo without its screen: the last view, and the space bar."""

    def __init__(self, folder: Path, site: Site = SITE) -> None:
        self.folder = folder
        self.site = site
        self.views: list[View] = []
        self.station: DemoStation = demo_station(site, folder, seed=1)
        self.station.start()
        self.station.subscribe(self.views.append)

    @property
    def view(self) -> View:
        return self.views[-1]

    def fire(self, times: int) -> None:
        for _ in range(times):
            before = self.view.result.seq if self.view.result else 0
            self.station.fire_next()
            eventually(lambda before=before: (said := self.view.result) is not None and said.seq > before)  # type: ignore[misc]

    def all_sent(self) -> None:
        eventually(lambda: self.view.status.link is Link.UP and self.view.status.unsynced == 0)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path / "data")
    with demo_centre.beside(SITE, made.folder):
        yield made
        made.station.stop()


def test_the_demo_is_enrolled_with_a_centre_of_its_own_and_syncs(demo: Demo) -> None:
    assert DEADLINE_S > demo_centre.AFTER_S
    demo.fire(5)
    demo.all_sent()
    known = KnownReader(demo.folder)
    with open_reader(demo.folder) as reader:
        plates = {line.event.parcel for line in reader.log() if type(line.event).__name__ == "ParcelReceived"}  # type: ignore[union-attr]
    assert plates
    eventually(lambda: known.refresh() or set(known.every("parcel")) == plates)
    known.close()


def test_the_supervisor_of_the_demo_signs_in_at_its_web_page_by_badge_and_pin(demo: Demo) -> None:
    demo.fire(1)
    demo.all_sent()
    enrolled = enrolment.read(demo.folder)
    assert enrolled is not None
    with httpx.Client(base_url=enrolled.url, headers={"accept": "text/html"}, trust_env=False) as browser:
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/sign-in").text)
        assert token is not None
        given = {"csrf": token[1], "badge": "100901", "pin": "271828"}
        answer = browser.post("/sign-in", data=given, follow_redirects=True)
        assert answer.url.path == "/"
        assert "Ingrid Halvorsen" in answer.text


def test_who_was_taken_out_of_the_demos_people_is_unknown_to_its_centre_too(tmp_path: Path) -> None:
    config, data = tmp_path / "config", tmp_path / "data"
    shutil.copytree(example_site(), config)
    people = config / "operators.toml"

    def known_people() -> set[str]:
        demo = Demo(data, load_site(config, station="demo", environ={}))
        with demo_centre.beside(demo.site, data):
            demo.fire(1)
            demo.all_sent()
            demo.station.stop()
        with sqlite3.connect(data / demo_centre.DATABASE) as database:
            rows = database.execute("SELECT key FROM item WHERE kind = 'operator' AND NOT gone").fetchall()
        database.close()
        return {str(key) for (key,) in rows}

    before = known_people()
    assert {"jonas", "ingrid"} <= before
    people.write_text(re.sub(r"^\[jonas\]\n(?:[^\[\n].*\n|\n)*", "", people.read_text(), flags=re.MULTILINE))
    assert known_people() == before - {"jonas"}


def test_the_key_pulls_the_network_and_what_waits_drains_when_it_is_back(demo: Demo) -> None:
    demo.fire(2)
    demo.all_sent()
    assert isinstance(demo.station, PullsNetwork)
    demo.station.pull_network()
    eventually(lambda: demo.view.status.link is Link.DOWN)
    assert demo.view.result is not None
    assert demo.view.result.message.code == "station.network_pulled"
    waiting: list[int | None] = []
    for _ in range(4):
        demo.fire(1)
        waiting.append(demo.view.status.unsynced)
    assert waiting == sorted(set(waiting), key=int)
    assert waiting[-1] >= 4
    demo.station.pull_network()
    assert demo.view.result.message.code == "station.network_back"
    demo.all_sent()


def test_a_second_demo_on_the_same_data_goes_on(tmp_path: Path) -> None:
    for _ in range(2):
        demo = Demo(tmp_path / "data")
        with demo_centre.beside(SITE, demo.folder):
            demo.fire(2)
            demo.all_sent()
            demo.station.stop()
    with open_reader(tmp_path / "data") as reader:
        assert reader.unsynced().waiting == 0


def test_a_demo_whose_centre_cannot_be_had_works_without(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / demo_centre.DATABASE).write_bytes(b"this is no database" * 100)
    demo = Demo(tmp_path / "data")
    with demo_centre.beside(SITE, demo.folder):
        demo.fire(3)
        assert demo.view.status.link is Link.NONE
        demo.station.stop()
