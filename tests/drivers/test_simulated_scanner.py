"""The scanner of the demo."""

from __future__ import annotations

from scanner_bench import Collector

from drivers.contract import DeviceState, Feedback, FiredScanner
from drivers.scanner.simulated import SimulatedScanner


def test_a_key_fires_the_script_one_code_at_a_time() -> None:
    heard, scanner = Collector(), SimulatedScanner(name="sim", script=["ONE", "ZWEI-ü"])
    assert isinstance(scanner, FiredScanner)
    scanner.start(heard)
    scanner.extend(["THREE"])
    assert [scanner.fire_next() for _ in range(4)] == ["ONE", "ZWEI-ü", "THREE", None]
    assert heard.wait_codes(3) == [b"ONE", "ZWEI-ü".encode(), b"THREE"]
    scanner.stop()


def test_a_script_with_an_interval_reads_itself() -> None:
    heard, scanner = Collector(), SimulatedScanner(name="sim", script=["ONE", "TWO"], interval_ms=5)
    scanner.start(heard)
    assert heard.wait_codes(2) == [b"ONE", b"TWO"]
    scanner.stop()


def test_an_unplugged_scanner_reads_nothing() -> None:
    heard, scanner = Collector(), SimulatedScanner(name="sim")
    scanner.push("BEFORE START")
    scanner.start(heard)
    scanner.unplug()
    scanner.push("UNPLUGGED")
    scanner.plug()
    scanner.push("PLUGGED")
    assert heard.wait_codes(1) == [b"PLUGGED"]
    assert heard.states == [(DeviceState.READY, ""), (DeviceState.LOST, "unplugged"), (DeviceState.READY, "")]
    scanner.stop()


def test_it_remembers_the_feedback_it_was_given() -> None:
    scanner = SimulatedScanner(name="sim")
    assert isinstance(scanner, Feedback)
    scanner.good()
    scanner.bad()
    assert list(scanner.tones) == ["good", "bad"]
