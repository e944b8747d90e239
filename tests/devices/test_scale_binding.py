"""A scale of devices.toml at work among the station's devices: bound, watched, tested and swapped like a scanner."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.contract import Weighed
from rl_station.devices import DeviceSet, DeviceState, HealthLevel, Report, bind, rebind
from rl_station.settings.device_settings import DevicesFile

PATIENCE_S = 20.0


class Heard:
    """A listener that waits for weights."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.weights: list[tuple[str, int]] = []

    def __call__(self, report: Report) -> None:
        if isinstance(report, Weighed):
            with self._changed:
                self.weights.append((report.device, report.grams))
                self._changed.notify_all()

    def wait(self, weight: tuple[str, int]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: weight in self.weights, PATIENCE_S), self.weights


class Bench:
    """A scale on a pseudo terminal."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)

    def weigh(self, line: bytes) -> None:
        os.write(self._master, line)

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def benches() -> Iterator[tuple[Bench, Bench]]:
    two = Bench(), Bench()
    yield two
    for bench in two:
        bench.close()


def settings(path: str, **more: object) -> DevicesFile:
    return DevicesFile.model_validate({"scales": {"bench": {"driver": "serial", "port": path, **more}}})


def line(devices: DeviceSet) -> tuple[str, str, DeviceState]:
    (only,) = devices.status()
    return only.name, only.kind, only.state


@contextmanager
def weighing(bench: Bench, grams: int) -> Iterator[None]:
    """The scale says the same over and over, as scales do."""
    stop = threading.Event()

    def talk() -> None:
        while not stop.wait(0.01):
            bench.weigh(f"ST,GS,+{grams:7}g\r\n".encode())

    hand = threading.Thread(target=talk)
    hand.start()
    try:
        yield
    finally:
        stop.set()
        hand.join()


def test_a_scale_is_bound_weighs_and_answers_for_its_health(benches: tuple[Bench, Bench], tmp_path: Path) -> None:
    bench, _ = benches
    devices, heard = bind(settings(bench.path), [], [], ["bench"], data=tmp_path), Heard()
    devices.start(heard)
    try:
        with weighing(bench, 1234):
            heard.wait(("bench", 1234))
            assert line(devices) == ("bench", "scale", DeviceState.READY)
            assert devices.test("bench", HealthLevel.INTERNAL).ok
            assert devices.test("bench", HealthLevel.EXTERNAL, PATIENCE_S).report == "1234 g, stable"
        assert devices.tap("bench", None)
    finally:
        devices.stop()


def test_a_scale_is_swapped_while_the_station_works(benches: tuple[Bench, Bench], tmp_path: Path) -> None:
    first, second = benches
    devices, heard = bind(settings(first.path), [], [], ["bench"], data=tmp_path), Heard()
    devices.start(heard)
    try:
        with weighing(first, 100):
            heard.wait(("bench", 100))
        assert not rebind(devices, settings(first.path), [], [], ["bench"], data=tmp_path)
        assert rebind(devices, settings(second.path), [], [], ["bench"], data=tmp_path).changed == ("bench",)
        with weighing(second, 200):
            heard.wait(("bench", 200))
        assert rebind(devices, settings(second.path), [], [], [], data=tmp_path).removed == ("bench",)
        assert devices.status() == ()
    finally:
        devices.stop()


def test_a_scale_that_nobody_configured_is_lost_with_its_reason(tmp_path: Path) -> None:
    devices = bind(DevicesFile(), [], [], ["bench"], data=tmp_path)
    assert line(devices) == ("bench", "scale", DeviceState.LOST)


def test_a_recording_is_looked_for_in_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "yesterday.jsonl").write_text('{"t_ns": 0, "device": "x", "raw": "CODE\\r"}\n')
    read = DevicesFile.model_validate({"scanners": {"old": {"driver": "replay", "file": "yesterday.jsonl"}}})
    devices, done = bind(read, ["old"], [], data=tmp_path), threading.Event()

    def listen(report: Report) -> None:
        if getattr(report, "data", b"") == b"CODE":
            done.set()

    devices.start(listen)
    assert done.wait(PATIENCE_S)
    devices.stop()
