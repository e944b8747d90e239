"""Counters live on: through a restart, a swap, a damaged file and a full disk."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path

import pytest
from devices_bench import Stream, line, simulated

from rl_station.devices import DeviceSet
from rl_station.devices.minder import Minder
from rl_station.devices.statistics import FILE, Counters, load, save


def test_counters_live_on_through_a_restart(tmp_path: Path) -> None:
    begun = time.time_ns() // 1000
    for times in (1, 2):
        scanner, bound = simulated("bench", debounce_ms=60_000)
        devices, stream = DeviceSet([bound], folder=tmp_path), Stream()
        devices.start(stream)
        for code in ("ONE", "ONE", "X" * 9000, "TWO"):
            scanner.push(code)
        stream.wait(lambda stream=stream: stream.codes("bench") == [b"ONE", b"TWO"])  # type: ignore[misc]  # bound early
        devices.stop()
        found = line(devices, "bench")
        assert (found.good_reads, found.duplicates, found.refused) == (2 * times, times, times)
    fresh = line(DeviceSet([simulated("bench")[1]], folder=tmp_path), "bench")
    assert (fresh.good_reads, fresh.last_seen_ns, fresh.last_reads) == (4, None, ())
    assert fresh.last_seen_at is not None
    assert fresh.last_seen_at >= begun


def test_a_device_that_is_away_for_a_while_keeps_its_counters(tmp_path: Path) -> None:
    save(tmp_path, {"spare": Counters(good_reads=7)})
    devices = DeviceSet([simulated("bench")[1]], folder=tmp_path)
    scanner, bound = simulated("bench")
    devices.start(stream := Stream())
    devices.swap([bound], [])
    scanner.push("CODE")
    stream.wait(lambda: stream.codes("bench") == [b"CODE"])
    devices.stop()
    assert {name: found.good_reads for name, found in load(tmp_path).items()} == {"spare": 7, "bench": 1}


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\x00\xff\xfe not json",
        b'{"version": 1, "devices": {"bench": {"good_reads": "many"}}}',
        b'{"version": 1, "devices": [1, 2]}',
        b'{"version": 99, "devices": {}}',
        b'{"version": 1, "devices": {"bench": {"good_reads": 3',
    ],
)
def test_a_damaged_file_means_counting_from_zero_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        devices = DeviceSet([simulated("bench")[1]], folder=tmp_path)
    assert line(devices, "bench").good_reads == 0
    assert "start from zero" in caplog.text


def test_a_first_start_warns_of_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        DeviceSet([simulated("bench")[1]], folder=tmp_path)
    assert caplog.text == ""


def test_the_file_is_replaced_whole_and_leaves_no_drafts(tmp_path: Path) -> None:
    save(tmp_path, {"bench": Counters(good_reads=1)})
    before = (tmp_path / FILE).stat().st_ino
    save(tmp_path, {"bench": Counters(good_reads=2)})
    assert (tmp_path / FILE).stat().st_ino != before
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    assert json.loads((tmp_path / FILE).read_bytes())["devices"]["bench"]["good_reads"] == 2


def test_a_folder_that_cannot_be_written_loses_counters_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        save(tmp_path / "gone", {"bench": Counters()})
    assert "could not be written" in caplog.text


def test_nothing_is_written_where_nothing_was_counted(tmp_path: Path) -> None:
    minder = Minder(lambda: None, lambda: {"bench": Counters(good_reads=1)}, tmp_path)
    minder.start()
    minder.stop()
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_is_kept() -> None:
    scanner, bound = simulated("bench")
    devices, stream = DeviceSet([bound]), Stream()
    devices.start(stream)
    scanner.push("CODE")
    stream.wait(lambda: stream.codes("bench") == [b"CODE"])
    devices.stop()
    assert line(DeviceSet([simulated("bench")[1]]), "bench").good_reads == 0
