"""What the device figures stand on: a peer for every driver, keys that are those of a keyboard, scans that cannot go astray."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from benchmarks import catalogue, driver_to_decision, eight_scanners, keyboard
from benchmarks.eight_scanners import Shot
from benchmarks.figure import CannotMeasureError

from drivers import registry
from drivers.scanner.evdev_typing import EVENT, Typist
from drivers.scanner.keymaps import US
from rl_station.domain.events import ScanRefused
from rl_station.domain.scan import ScanSource
from rl_station.station.clocks import SystemClock
from rl_station.store import Store

ROOT = Path(__file__).resolve().parents[2]
SHOTS = [Shot(0.0, "one", "NOBODY KNOWS 1"), Shot(0.1, "two", "NOBODY KNOWS 2"), Shot(0.2, "one", "NOBODY KNOWS 3")]


def measured(name: str, folder: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--json", "--folder", str(folder), name],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return next(figure for figure in json.loads(done.stdout)["figures"] if figure["name"] == name)


def recorded(folder: Path, scans: Sequence[tuple[str, str]]) -> Path:
    """A log of refused scans, each by a device."""
    with Store.open(folder, station="it", prefix="Q01", clock=SystemClock(), purpose="live", ballast=0) as store:
        for device, code in scans:
            store.append([ScanRefused(code="trace.nothing")], operator="", source=ScanSource(device=device, raw=code))
    return folder


def test_every_driver_that_reads_codes_has_its_figures() -> None:
    # A recording is played without a scanner at the other end.
    live = set(registry.BUILT_IN[registry.Kind.SCANNER]) - {"replay"}
    assert live <= set(driver_to_decision.DRIVERS)
    for driver in driver_to_decision.DRIVERS:
        assert set(driver_to_decision.names(driver)) <= set(catalogue.NAMES)


def test_what_the_bench_types_is_read_as_what_it_meant() -> None:
    code = "]C10109522345000091\x1d21aZ;/ RL1;\"!'_"
    events = b"".join((*keyboard.strokes(code), keyboard.enter()))
    assert len(events) % EVENT.size == 0
    assert "".join(str(typed) for typed in Typist(US).take(events)) == code + "\r"


def test_what_no_keyboard_types_is_told() -> None:
    with pytest.raises(CannotMeasureError, match="é"):
        list(keyboard.strokes("caf\xe9"))


def test_scans_that_are_recorded_as_they_were_made_count(tmp_path: Path) -> None:
    # Two scanners may overtake one another.
    data = recorded(tmp_path, [("two", SHOTS[1].code), ("one", SHOTS[0].code), ("one", SHOTS[2].code)])
    assert eight_scanners.checked(data, 0, SHOTS) == 3


@pytest.mark.parametrize("order", [(0, 1), (0, 2, 1), (2, 1, 0), (0, 1, 2, 2)])
def test_a_scan_that_is_lost_crossed_out_of_order_or_doubled_is_no_figure(tmp_path: Path, order: Sequence[int]) -> None:
    devices = ("one", "two", "one", "one")
    data = recorded(tmp_path, [(device, SHOTS[which].code) for device, which in zip(devices, order, strict=False)])
    with pytest.raises(CannotMeasureError, match="are not what was recorded"):
        eight_scanners.checked(data, 0, SHOTS)


def test_a_figure_of_a_driver_has_no_bar_and_says_what_it_is_made_of(tmp_path: Path) -> None:
    figure = measured("driver_to_decision_p99_ms_ssi", tmp_path)
    assert (figure["unit"], figure["bar"], figure["ok"]) == ("ms", None, None)
    detail = figure["detail"]
    assert isinstance(detail, dict)
    assert 0 < detail["to_engine_p50_ms"] < detail["p50_ms"] <= detail["p99_ms"] == figure["value"]


@pytest.mark.slow
@pytest.mark.parametrize("driver", [driver for driver in driver_to_decision.DRIVERS if driver != "ssi"])
def test_every_driver_is_measured_through_a_running_station(tmp_path: Path, driver: str) -> None:
    figure = measured(f"driver_to_decision_p50_ms_{driver}", tmp_path)
    assert isinstance(figure["value"], float)
    assert figure["value"] > 0


@pytest.mark.slow
def test_eight_scanners_at_once_lose_and_cross_nothing(tmp_path: Path) -> None:
    figure = measured("eight_scanners_cpu_share", tmp_path)
    assert (figure["unit"], figure["bar"], figure["ok"]) == ("share", None, None)
    assert isinstance(figure["detail"], dict)
    assert figure["detail"]["scans"] == 160
    assert figure["detail"]["refused"] == 32
