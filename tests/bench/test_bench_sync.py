"""What the figures of sync stand on: every event of a backlog gets to the centre, over HTTP, into each kind of database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks import catalogue, sync, sync_cost, sync_downlink, sync_feed

ROOT = Path(__file__).resolve().parents[2]
PROMISED = {"uplink_1_station_eps": 15_000, "uplink_8_stations_eps": 30_000}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Reachable for everybody: PostgreSQL runs as nobody where we are root."""
    with tempfile.TemporaryDirectory(prefix="rl-bench-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def measured(*names: str, folder: Path) -> dict[str, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--json", "--folder", str(folder), *names],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {figure["name"]: figure for figure in json.loads(done.stdout)["figures"]}


@pytest.mark.parametrize("name", sync.NAMES)
def test_a_backlog_is_sent_by_every_station_and_the_bar_is_that_of_the_design(folder: Path, name: str) -> None:
    figure = measured(name, folder=folder)[name]
    detail = figure["detail"]
    assert isinstance(detail, dict)
    assert detail["stations"] == sync.COURSES[name].stations
    assert detail["events"] >= detail["stations"] * sync.BACKLOG / 20
    assert detail["refused"] == 0
    assert figure["bar"] == PROMISED.get(name)


@pytest.mark.parametrize(
    "names",
    [sync_feed.NAMES, sync_downlink.NAMES, sync_cost.names("10k")],
    ids=["feed", "downlink", "cost"],
)
def test_what_else_sync_costs_is_measured(folder: Path, names: tuple[str, ...]) -> None:
    figures = measured(*names, folder=folder)
    assert set(figures) == set(names)
    assert all(figure["value"] for figure in figures.values())


def test_sync_names_every_figure_of_sync_but_those_that_take_very_long() -> None:
    chosen = catalogue.chosen(["sync"])
    assert {name for measurement in chosen for name in measurement.names} == set(catalogue.GROUPS["sync"])
    assert set(PROMISED) < set(catalogue.GROUPS["sync"])
    assert not set(sync_cost.names("10m")) & set(catalogue.GROUPS["sync"])
