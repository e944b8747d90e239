"""A question with a timer, at a station that runs: the screen counts though nobody scans anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_bench import badge_of, command, demo_site, engine_in, eventually

from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundScanner, DeviceSet
from rl_station.domain.events import ParcelReceived
from rl_station.station.running import RunningStation
from rl_station.store import open_reader
from rl_station.tui.contract import View

SITE = demo_site()
TRACKING, SKU = "736280237911", "KA-COFFEE-FA"
ANSWERS = {"condition": "INTACT", "hazard": "SAFE", "weigh": "NOWEIGHT", "plate": "NOLABEL"}


@pytest.mark.slow
def test_the_screen_counts_while_a_timer_runs(tmp_path: Path) -> None:
    scanner = SimulatedScanner(name="bench")
    devices = DeviceSet([BoundScanner("bench", "simulated", scanner)])
    station = RunningStation(lambda: engine_in(tmp_path, SITE), devices)
    views: list[View] = []
    station.start()
    station.subscribe(views.append)

    def read(code: str) -> View:
        before = views[-1].result.seq if views[-1].result else 0
        scanner.push(code)
        eventually(lambda: (result := views[-1].result) is not None and result.seq > before)
        return views[-1]

    try:
        for code in (badge_of(SITE), command("RECEIVE"), TRACKING):
            read(code)
        while (step := views[-1].prompt.step) in ANSWERS:
            read(command(ANSWERS[step]))
        with open_reader(tmp_path) as reader:
            events = [line.event for line in reader.log()]
        parcel = next(event.parcel for event in events if isinstance(event, ParcelReceived))
        product = SITE.reference.product("kinderkiste", SKU)
        assert product is not None
        for code in (command("INSPECT"), parcel, product.gtins[0], command("OPENED"), command("ANSWER1")):
            read(code)
        for code in (command("ANSWER1"), "3 cups", command("START")):
            read(code)
        assert views[-1].prompt.timed
        began = len(views)
        eventually(lambda: len({_seconds(view) for view in views[began - 1 :]}) > 2)
    finally:
        station.stop()


def _seconds(view: View) -> str:
    return str(dict(view.prompt.detail.params).get("seconds", "")) if view.prompt.detail else ""
