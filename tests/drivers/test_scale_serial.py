"""A scale on a wire, on real pseudo terminals."""

from __future__ import annotations

import os
import random
import select
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scanner_bench import PATIENCE_S, QUICK, Collector, PtyPort

from drivers.contract import DeviceState, FrameRefused, HealthChecked, HealthLevel, Scale, Tapped, Weighed
from drivers.scale import serial
from drivers.scale.serial import SerialScale
from drivers.scale.simulated import SimulatedScale


@pytest.fixture
def port(tmp_path: Path) -> Iterator[PtyPort]:
    plugged = PtyPort(tmp_path / "scale")
    yield plugged
    plugged.unplug()


@contextmanager
def weighing(port: PtyPort, **options: object) -> Iterator[tuple[SerialScale, Collector]]:
    heard = Collector()
    scale = SerialScale(name="it", port=str(port.link), backoff=QUICK, **options)  # type: ignore[arg-type]  # test options
    scale.start(heard)
    try:
        heard.wait_state(DeviceState.READY)
        yield scale, heard
    finally:
        scale.stop()


def weights(heard: Collector) -> list[tuple[int, bool]]:
    return [(report.grams, report.stable) for report in heard.reports if isinstance(report, Weighed)]


def wait_weights(heard: Collector, count: int) -> list[tuple[int, bool]]:
    heard.wait(lambda it: len(weights(it)) >= count)
    return weights(heard)


def test_what_settles_on_the_scale_is_reported_in_grams(port: PtyPort) -> None:
    with weighing(port) as (scale, heard):
        assert isinstance(scale, Scale)
        port.send(b"US,GS,+  0.800kg\r\nUS,GS,+  1.2")
        port.send(b"30kg\r\nST,GS,+  1.234kg\r\n")
        assert wait_weights(heard, 3) == [(800, False), (1230, False), (1234, True)]


def test_a_scale_that_repeats_itself_is_not_a_flood(port: PtyPort) -> None:
    with weighing(port) as (_, heard):
        port.send(b"ST,GS,+  1.234kg\r\n" * 30 + b"ST,GS,+  0.000kg\r\n")
        heard.wait(lambda it: (0, True) in weights(it))
        # Once, and once a second more if this machine was slow.
        assert len(weights(heard)) < 10


def test_less_than_nothing_is_a_negative_weight(port: PtyPort) -> None:
    with weighing(port) as (_, heard):
        port.send(b"S S    -0.350 kg\r\n")
        assert wait_weights(heard, 1) == [(-350, True)]


def test_overload_shows_as_trouble_until_something_is_taken_off(port: PtyPort) -> None:
    with weighing(port) as (_, heard):
        port.send(b"ST,GS,+  9.999kg\r\nOL,GS,+       kg\r\nOL,GS,+       kg\r\nST,GS,+  9.999kg\r\n")
        assert wait_weights(heard, 2) == [(9999, True), (9999, True)]
        assert heard.states[-2:] == [(DeviceState.DEGRADED, "overload: take something off"), (DeviceState.READY, "")]


def test_garbage_is_trouble_told_once_and_no_weight(port: PtyPort) -> None:
    noise = random.Random(5).randbytes(20_000)  # noqa: S311 - noise, not a secret
    with weighing(port) as (_, heard):
        port.send(noise + b"\r\nST,GS,+  1.234kg\r\n")
        heard.wait(lambda it: (1234, True) in weights(it))
        assert heard.states.count((DeviceState.DEGRADED, "sends something that is no weight")) == 1
        assert heard.states[-1] == (DeviceState.READY, "")
        assert weights(heard) == [(1234, True)]
        assert not [report for report in heard.reports if isinstance(report, FrameRefused)]


def test_it_is_lost_and_found_again_and_half_a_line_is_forgotten(
    port: PtyPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial, "_TORN_NS", 3_600_000_000_000)
    with weighing(port) as (_, heard):
        port.send(b"ST,GS,+  1.000kg\r\nST,GS,+  2.")
        wait_weights(heard, 1)
        port.unplug()
        heard.wait_state(DeviceState.LOST, "unplugged")
        port.plug()
        heard.wait_state(DeviceState.READY, times=2)
        port.send(b"500kg\r\nST,GS,+  1.000kg\r\n")
        assert wait_weights(heard, 2) == [(1000, True), (1000, True)]
        assert weights(heard) == [(1000, True), (1000, True)]


def test_a_bare_weight_is_taken_once_its_line_is_known_to_be_whole(
    port: PtyPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    with weighing(port) as (_, heard):
        port.send(b"ST,GS,+  1.000kg\r\n  1.500 kg\r\n")
        assert wait_weights(heard, 2) == [(1000, True), (1500, True)]
    monkeypatch.setattr(serial, "_TORN_NS", 0)
    with weighing(port) as (_, heard):
        port.send(b"  1.000 kg\r\n")
        assert wait_weights(heard, 1) == [(1000, True)]


def test_a_print_key_tells_whether_the_weight_had_settled(port: PtyPort) -> None:
    with weighing(port) as (_, heard):
        port.send(b"ST,GS,+  1.000kg\r\n  2.000 kg ?\r\n  2.500 kg\r\n")
        assert wait_weights(heard, 3) == [(1000, True), (2000, False), (2500, True)]


def answer(port: PtyPort, command: bytes, lines: list[bytes]) -> threading.Thread:
    """The scale's side of a conversation: a line for each command it is sent."""

    def speak() -> None:
        for line in lines:
            heard = b""
            while not heard.endswith(command):
                heard += port.sent_back(1)
            port.send(line)

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    return thread


def test_a_scale_that_waits_to_be_asked_is_asked(port: PtyPort) -> None:
    lines = [b"S D     0.9 kg\r\n", b"S S     1.234 kg\r\n", b"S I\r\n", b"S S     1.3 kg\r\n"]
    with weighing(port, ask="SI\r\n", ask_ms=50) as (_, heard):
        thread = answer(port, b"SI\r\n", lines)
        assert wait_weights(heard, 3) == [(900, False), (1234, True), (1300, True)]
        assert (DeviceState.DEGRADED, "not ready") in heard.states
        thread.join(PATIENCE_S)


def test_a_scale_that_is_asked_and_says_nothing_is_in_trouble_until_it_does(port: PtyPort) -> None:
    with weighing(port, ask="W\r", ask_ms=50) as (_, heard):
        heard.wait_state(DeviceState.DEGRADED, "does not answer")
        port.send(b"ST,GS,+  1.234kg\r\n")
        assert wait_weights(heard, 1) == [(1234, True)]
        assert (DeviceState.READY, "") in heard.states[2:]


def test_a_scale_that_just_talks_is_never_spoken_to(port: PtyPort) -> None:
    with weighing(port) as (_, heard):
        port.send(b"ST,GS,+  1.234kg\r\n")
        wait_weights(heard, 1)
        assert port._master is not None
        assert select.select([port._master], [], [], 0)[0] == []


def test_its_health_is_a_line_that_comes(port: PtyPort) -> None:
    with weighing(port, ask="W\r", ask_ms=60_000) as (scale, heard):
        assert isinstance(scale, HealthChecked)
        assert port.sent_back(2) == b"W\r"
        assert scale.check_health(HealthLevel.INTERNAL, 1).ok
        assert scale.check_health(HealthLevel.EXTERNAL, 0.01).report == "no weight came in time"
        assert port.sent_back(2) == b"W\r"
        thread = answer(port, b"W\r", [b"US,GS,+  0.000kg\r\n"])
        assert scale.check_health(HealthLevel.EXTERNAL, PATIENCE_S).report == "0 g, not settled"
        thread.join(PATIENCE_S)
        thread = answer(port, b"W\r", [b"ST,GS,+  0.000kg\r\nUS,GS,+  2.000kg\r\nST,GS,+  2.500kg\r\n"])
        assert scale.check_health(HealthLevel.INTERACTIVE, PATIENCE_S).report == "2500 g, stable"
        thread.join(PATIENCE_S)
        port.unplug()
        heard.wait(lambda it: it.states[-1][0] in (DeviceState.LOST, DeviceState.ABSENT))
        assert not scale.check_health(HealthLevel.INTERNAL, 1).ok
        assert not scale.check_health(HealthLevel.EXTERNAL, 0.01).ok


def test_a_scale_that_was_never_started_says_so() -> None:
    assert SerialScale(name="it", port="/dev/null").check_health("external", 1).report == "not started"


def test_its_raw_bytes_can_be_tapped(port: PtyPort) -> None:
    chunks: list[bytes] = []
    with weighing(port, prefix="\x02", suffix="\x03") as (scale, heard):
        assert isinstance(scale, Tapped)
        scale.tap(lambda data, _: chunks.append(data))
        port.send(b"\x02ST,GS,+  1.234kg\x03\r\n")
        assert wait_weights(heard, 1) == [(1234, True)]
    assert b"".join(chunks).startswith(b"\x02ST,GS,+  1.234kg\x03")


def test_nothing_is_reported_after_stop_and_it_can_be_started_again(port: PtyPort) -> None:
    with weighing(port) as (scale, heard):
        scale.stop()
        reported = list(heard.reports)
        port.send(b"ST,GS,+  1.000kg\r\n")
        assert heard.reports == reported
        assert not [thread for thread in threading.enumerate() if thread.name.endswith("-it")]
        scale.start(heard)
        heard.wait_state(DeviceState.READY, times=2)
        port.send(b"ST,GS,+  2.000kg\r\n")
        heard.wait(lambda it: (2000, True) in weights(it))


def test_the_line_is_set_as_the_settings_say(port: PtyPort) -> None:
    keeper = os.open(port.link, os.O_RDONLY | os.O_NOCTTY)
    with weighing(port, baud=2400):
        assert termios.tcgetattr(keeper)[4:6] == [termios.B2400, termios.B2400]
    os.close(keeper)


def test_a_simulated_scale_first_swings_and_then_settles() -> None:
    heard, scale = Collector(), SimulatedScale(name="sim")
    assert isinstance(scale, Scale)
    scale.put(1)
    scale.start(heard)
    scale.put(1234)
    assert wait_weights(heard, 2) == [(1234, False), (1234, True)]
    scale.stop()
    scale.put(5)
    assert weights(heard) == [(1234, False), (1234, True)]


@pytest.mark.parametrize(
    "options", [{}, {"port": "/dev/x", "match": {"usb_serial": "1"}}, {"port": "x", "terminators": ("?",)}]
)
def test_settings_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"either a port or a match|unknown terminator"):
        SerialScale(name="it", **options)  # type: ignore[arg-type]  # wrong on purpose
