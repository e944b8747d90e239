"""The demo's key that pulls the network: offered by the demo alone."""

from __future__ import annotations

from dataclasses import dataclass

import sample_views as sample
from app_driving import settled, shown, text_of
from scripted_port import DemoPort


@dataclass
class PulledPort(DemoPort):
    """One whose network a key pulls."""

    pulls: int = 0

    def pull_network(self) -> None:
        self.pulls += 1


async def test_the_demo_offers_a_key_that_pulls_the_network() -> None:
    async with shown(port=PulledPort([sample.RECEIVE])) as (app, pilot, port):
        assert "N  network" in text_of(app)
        await pilot.press("n")
        await settled(pilot)
        assert isinstance(port, PulledPort)
        assert port.pulls == 1
        await pilot.press("f6")
        await settled(pilot)
        await pilot.press("n")
        assert port.pulls == 2
        assert port.given == []


async def test_a_real_station_has_no_such_key() -> None:
    async with shown(sample.RECEIVE) as (app, pilot, port):
        assert "network" not in text_of(app)
        await pilot.press("n")
        await settled(pilot)
        assert port.given == []
