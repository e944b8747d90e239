"""What `scripts/bench` promises those who read its document. How fast anything is, is not a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import catalogue, report
from benchmarks.figure import CannotMeasureError, Figure, at_least, at_most, percentile

ROOT = Path(__file__).resolve().parents[2]
PROMISED = {
    "scan_to_paint_p99_ms",
    "commit_p99_over_fdatasync_p99",
    "commit_p99_over_fdatasync_p99_10m",
    "wedge_exact",
    "start_to_prompt_s",
    "station_rss_mib",
    "supervisor_refresh_ms",
}


def bench(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--folder", str(folder), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def measured(*names: str, folder: Path) -> dict[str, dict[str, object]]:
    done = bench("--json", *names, folder=folder)
    assert done.returncode == 0, done.stderr
    return {figure["name"]: figure for figure in json.loads(done.stdout)["figures"]}


def test_every_promised_figure_has_its_measurement() -> None:
    assert set(catalogue.NAMES) >= PROMISED
    assert len(set(catalogue.NAMES)) == len(catalogue.NAMES)


def test_standard_output_is_one_document_of_machine_and_figures(tmp_path: Path) -> None:
    done = bench("--json", "interpret_us", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert set(document) == {"machine", "figures"}
    assert set(document["machine"]) >= {"cpu", "cores", "python", "sqlite", "filesystem", "fdatasync_4k_p99_ms"}
    assert {figure["name"] for figure in document["figures"]} == {"interpret_us", "decide_us", "prompt_us"}
    for figure in document["figures"]:
        assert set(figure) >= {"name", "value", "unit", "bar", "ok"}
        assert figure["value"] > 0
        assert figure["bar"] is None and figure["ok"] is None


def test_a_figure_with_a_bar_says_whether_it_was_met(tmp_path: Path) -> None:
    figure = measured("commit_p99_over_fdatasync_p99", folder=tmp_path)["commit_p99_over_fdatasync_p99"]
    assert figure["bar"] == 5
    assert figure["ok"] is (float(str(figure["value"])) <= 5)


def test_a_figure_nobody_has_heard_of_is_wrong_usage_and_the_known_ones_are_named(tmp_path: Path) -> None:
    done = bench("comit_p99", folder=tmp_path)
    assert done.returncode == 2
    assert "comit_p99" in done.stderr and "wedge_exact" in done.stderr
    assert not done.stdout


def test_the_ten_million_events_are_written_only_for_those_who_ask_by_name() -> None:
    usual = [name for measurement in catalogue.chosen([]) for name in measurement.names]
    asked = [
        name for measurement in catalogue.chosen(["commit_p99_over_fdatasync_p99_10m"]) for name in measurement.names
    ]
    assert "commit_p99_over_fdatasync_p99_10m" not in usual
    assert asked == ["commit_p99_over_fdatasync_p99_10m"]


def test_a_bar_is_met_at_the_bar_and_missed_beyond_it() -> None:
    assert at_most(Figure("a", 50.0, "ms"), 50).ok is True
    assert at_most(Figure("a", 50.1, "ms"), 50).ok is False
    assert at_least(Figure("b", 200, "scans"), 200).ok is True
    assert at_least(Figure("b", 199, "scans"), 200).ok is False
    assert at_most(Figure("c", None, ""), 50).ok is False


def test_a_percentile_is_a_sample_and_not_the_largest_of_a_hundred_and_one() -> None:
    samples = [float(each) for each in range(101, 0, -1)]
    assert percentile(samples, 99) == 100
    assert percentile(samples, 50) == 51
    assert percentile([7.0], 99) == 7
    with pytest.raises(CannotMeasureError):
        percentile([], 99)


def test_a_missed_bar_stands_out_in_the_table() -> None:
    figures = [
        at_most(Figure("slow_ms", 80.0, "ms"), 50),
        at_most(Figure("fast_ms", 8.0, "ms"), 50),
        Figure("free_us", 3.0, "us"),
    ]
    slow, fast, free = report.as_table({"cpu": "any"}, figures).splitlines()[2:]
    assert slow.endswith("MISSED") and fast.endswith("ok") and free.endswith("us")


@pytest.mark.slow
def test_scans_typed_without_a_pause_are_counted_on_the_real_station(tmp_path: Path) -> None:
    figure = measured("wedge_exact", folder=tmp_path)["wedge_exact"]
    assert (figure["value"], figure["ok"]) == (200, True)


@pytest.mark.slow
def test_the_prompt_after_each_scan_is_found_on_the_real_terminal(tmp_path: Path) -> None:
    figures = measured("scan_to_paint_p99_ms", folder=tmp_path)
    detail = figures["scan_to_paint_p99_ms"]["detail"]
    assert isinstance(detail, dict)
    assert detail["samples"] > 50
    assert 0 < detail["p50_ms"] <= detail["p99_ms"]


@pytest.mark.slow
def test_a_station_started_again_shows_the_parcel_in_hand(tmp_path: Path) -> None:
    figure = measured("start_to_prompt_s", folder=tmp_path)["start_to_prompt_s"]
    assert isinstance(figure["detail"], dict)
    assert figure["detail"]["starts"] == 2
