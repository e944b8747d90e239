"""The devices screen over a station at work: real devices, real store, real app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from app_driving import settled, text_of, until
from textual.pilot import Pilot

from rl_station.devices import FiredScanner
from rl_station.domain import site_codes
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.compose import live_station
from rl_station.tui.app import StationApp
from rl_station.tui.look import Look

DEVICES = site_codes.make(site_codes.COMMAND, "DEVICES")


@pytest.fixture
async def working(tmp_path: Path) -> AsyncIterator[tuple[Pilot[None], FiredScanner]]:
    """The example's demo station without the demo's hands, its devices screen open, and the scanner of it."""
    station = live_station(load_site(example_site(), station="demo"), tmp_path / "data")
    station.start()
    try:
        scanner = station.devices.fired_scanner()
        assert scanner is not None
        app = StationApp(station, driver_class=None, look=Look())
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("f6")
            await until(pilot, lambda: "DEVICES" in text_of(app))
            yield pilot, scanner
    finally:
        station.stop()


def row(pilot: Pilot[None], text: str) -> str:
    return next((line for line in text_of(pilot.app).splitlines() if text in line), "")


async def test_what_is_scanned_shows_here_and_is_decided_on(working: tuple[Pilot[None], FiredScanner]) -> None:
    pilot, scanner = working
    scanner.push("WHAT\x1dIS THIS")
    await until(pilot, lambda: row(pilot, "►bench-sim").split()[-6:-5] == ["1"])
    assert "√ read WHAT<GS>IS THIS" in row(pilot, "WHAT<GS>")
    await until(pilot, lambda: "X NO" in text_of(pilot.app))
    scanner.push("AND THIS")
    await until(pilot, lambda: row(pilot, "►bench-sim").split()[-6:-5] == ["2"])


async def test_the_answer_of_a_tested_device_is_shown(working: tuple[Pilot[None], FiredScanner]) -> None:
    pilot, _ = working
    await until(pilot, lambda: "ready" in row(pilot, "labels"))
    await pilot.press("4")
    await until(pilot, lambda: "NOTE" in text_of(pilot.app) and "labels" in row(pilot, "NOTE"))
    await settled(pilot)
    assert "labels" in row(pilot, "►")


async def test_a_command_barcode_closes_the_devices_screen_and_opens_it_again(
    working: tuple[Pilot[None], FiredScanner],
) -> None:
    pilot, scanner = working
    scanner.push(DEVICES)
    await until(pilot, lambda: "DEVICES" not in text_of(pilot.app).splitlines()[0])
    scanner.push(DEVICES)
    await until(pilot, lambda: "DEVICES" in text_of(pilot.app).splitlines()[0])
    assert f"√ read {DEVICES}" in row(pilot, DEVICES)
    scanner.push("NO COMMAND")
    await until(pilot, lambda: "X NO" in text_of(pilot.app))
    assert "DEVICES" in text_of(pilot.app).splitlines()[0], "any other scan goes to the work"
