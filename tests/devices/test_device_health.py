"""How a device is: asked by a person, by the watchdog, and by somebody who scans."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from devices_bench import Patient, Stream, StuckFeedback, eventually, line, simulated

from drivers.contract import DeviceState, Health, HealthLevel, PrinterStatus, Read, StateChange
from rl_station.devices import BoundPrinter, BoundScanner, DeviceSet, Fate
from rl_station.devices.watchdog import SECOND_NS, Watchdog

Started = Callable[..., tuple[DeviceSet, Stream]]


@pytest.fixture
def started() -> Iterator[Started]:
    running: list[DeviceSet] = []

    def start(*scanners: BoundScanner, printers: tuple[BoundPrinter, ...] = ()) -> tuple[DeviceSet, Stream]:
        devices, stream = DeviceSet(scanners, printers), Stream()
        devices.start(stream)
        running.append(devices)
        return devices, stream

    yield start
    for devices in running:
        devices.stop()


def answer_of(work: Callable[[], Health]) -> tuple[threading.Thread, list[Health]]:
    """Do something that waits on a thread of its own."""
    answers: list[Health] = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    return thread, answers


# --- checks on demand -------------------------------------------------------------------------------------------------


def test_an_internal_check_tells_the_state_and_asks_nobody(started: Started) -> None:
    patient = Patient("bench", Health(True, "fine"))
    devices, _ = started(BoundScanner("bench", "acme", patient))
    assert devices.test("bench", HealthLevel.INTERNAL) == Health(True, "fine")
    assert patient.levels == ["internal"]
    assert patient.listener is not None
    patient.listener(StateChange("bench", DeviceState.LOST, "unplugged"))
    assert devices.test("bench", HealthLevel.INTERNAL) == Health(False, "lost: unplugged")


def test_an_external_check_asks_the_device(started: Started) -> None:
    patient = Patient("bench", Health(False, "no answer within 2 s"))
    devices, _ = started(BoundScanner("bench", "acme", patient))
    assert devices.test("bench") == Health(False, "no answer within 2 s")
    assert patient.levels == ["external"]


def test_a_device_that_cannot_be_asked_says_so(started: Started) -> None:
    devices, stream = started(simulated("bench")[1])
    stream.wait(lambda: stream.state("bench") == StateChange("bench", DeviceState.READY))
    found = devices.test("bench", HealthLevel.EXTERNAL, 0.2)
    assert found.ok
    assert "cannot ask" in found.report


def test_a_check_that_raises_is_a_device_in_trouble(started: Started) -> None:
    devices, _ = started(BoundScanner("bench", "acme", Patient("bench", ZeroDivisionError("a bug"))))
    assert devices.test("bench") == Health(False, "internal error: a bug")


def test_what_could_not_be_made_says_why_and_a_stranger_is_named(started: Started) -> None:
    devices, _ = started(BoundScanner("bench", "acme", None, failure="no such driver"))
    assert devices.test("bench") == Health(False, "no such driver")
    assert devices.test("bench", HealthLevel.INTERACTIVE, 0.0) == Health(False, "no such driver")
    assert devices.test("nobody") == Health(False, "there is no such device")


class EmptyPrinter:
    name = "zebra"
    accepts = "application/zpl"

    def send(self, job: bytes, timeout: float) -> None:
        """Prints nothing."""

    def status(self, timeout: float) -> PrinterStatus:
        return PrinterStatus(False, "out of paper")


def test_a_printer_is_asked_for_its_status(started: Started) -> None:
    devices, _ = started(printers=(BoundPrinter("zebra", "zpl", EmptyPrinter()),))
    assert devices.test("zebra") == Health(False, "out of paper")
    assert devices.test("zebra", HealthLevel.INTERACTIVE) == Health(False, "out of paper")


# --- scan this code ---------------------------------------------------------------------------------------------------


def test_scan_this_code_finds_the_scanner_and_bothers_no_workflow(started: Started) -> None:
    scanner, bound = simulated("bench", debounce_ms=60_000)
    devices, stream = started(bound)
    thread, answers = answer_of(lambda: devices.test("bench", HealthLevel.INTERACTIVE, 20, code="TEST-42"))
    # The trial has begun when a read of its code goes nowhere.
    while thread.is_alive():
        scanner.push("]C1TEST-42")
        thread.join(0.01)
    assert answers[0].ok
    assert "TEST-42" in answers[0].report
    scanner.push("PARCEL")
    stream.wait(lambda: b"PARCEL" in stream.codes("bench"))
    assert line(devices, "bench").last_reads[-1].fate in (Fate.TEST, Fate.READ)


def test_other_reads_during_a_trial_go_their_usual_way(started: Started) -> None:
    scanner, bound = simulated("bench")
    devices, stream = started(bound)
    thread, answers = answer_of(lambda: devices.test("bench", HealthLevel.INTERACTIVE, 0.3, code="TEST-42"))
    while thread.is_alive():
        scanner.push("PARCEL")
        thread.join(0.01)
    assert answers == [Health(False, "read PARCEL, not the code that was asked for")]
    scanner.push("LAST")
    stream.wait(lambda: stream.codes("bench")[-1:] == [b"LAST"])
    assert len(stream.codes("bench")) == line(devices, "bench").good_reads


def test_nobody_scans_in_time(started: Started) -> None:
    devices, _ = started(simulated("bench")[1])
    assert devices.test("bench", HealthLevel.INTERACTIVE, 0.05) == Health(False, "no scan within 0.05 s")


def test_control_characters_of_a_trial_are_shown_by_name(started: Started) -> None:
    scanner, bound = simulated("bench")
    devices, _ = started(bound)
    thread, answers = answer_of(lambda: devices.test("bench", HealthLevel.INTERACTIVE, 20))
    while thread.is_alive():
        scanner.push(b"01\x1d\x1b[2J")
        thread.join(0.01)
    assert "01<GS><ESC>[2J" in answers[0].report


# --- the watchdog -----------------------------------------------------------------------------------------------------


def test_the_watchdog_waits_for_as_long_as_it_was_told() -> None:
    watchdog = Watchdog(60, 0)
    assert [watchdog.due(at * SECOND_NS) for at in (0, 59, 60, 61, 119, 120)] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]
    assert watchdog.silence(125 * SECOND_NS) == "silent for 2 min"
    watchdog.alive(130 * SECOND_NS)
    assert not watchdog.due(189 * SECOND_NS)
    assert watchdog.silence(170 * SECOND_NS) == "silent for 40 s"


def test_without_silence_s_nobody_is_looked_after() -> None:
    assert not Watchdog(0, 0).due(10**18)


def test_a_port_that_is_open_but_dead_is_in_trouble_and_opened_anew(started: Started) -> None:
    patient = Patient("bench", Health(False, "does not answer"))
    devices, stream = started(BoundScanner("bench", "acme", patient, silence_s=0.05))
    stream.wait(lambda: (change := stream.state("bench")) is not None and change.state is DeviceState.DEGRADED)
    eventually(lambda: patient.starts > 1)
    found = line(devices, "bench")
    assert found.state is DeviceState.DEGRADED
    assert found.reason.endswith("does not answer")
    assert found.errors >= 1
    patient.answer = Health(True, "alive")
    stream.wait(lambda: (change := stream.state("bench")) is not None and change.state is DeviceState.READY)
    assert line(devices, "bench").state is DeviceState.READY


def test_a_quiet_scanner_that_answers_is_left_in_peace(started: Started) -> None:
    patient = Patient("bench", Health(True, "alive"))
    devices, _ = started(BoundScanner("bench", "acme", patient, silence_s=0.05))
    eventually(lambda: len(patient.levels) > 1)
    assert (line(devices, "bench").state, patient.starts) == (DeviceState.READY, 1)


def test_silence_of_a_scanner_that_cannot_be_asked_is_told_and_ends_with_a_read(started: Started) -> None:
    scanner, bound = simulated("bench")
    devices, stream = started(replace(bound, silence_s=0.05))
    stream.wait(lambda: (change := stream.state("bench")) is not None and change.reason.startswith("silent for"))
    assert line(devices, "bench").state is DeviceState.DEGRADED
    seen = len(stream.heard)
    scanner.push(b"HERE I AM")
    stream.wait(lambda: Read in map(type, stream.heard[seen:]))
    assert StateChange("bench", DeviceState.READY) in stream.heard[seen:]


# --- feedback ---------------------------------------------------------------------------------------------------------


def test_a_scanner_that_hangs_while_it_beeps_holds_nobody_up_and_gets_only_the_newest_tone(started: Started) -> None:
    stuck = StuckFeedback("bench")
    devices, _ = started(BoundScanner("bench", "acme", stuck))
    devices.good("bench")
    assert stuck.begun.wait(20)
    for _ in range(1000):
        devices.good("bench")
    devices.bad("bench")
    stuck.release.set()
    eventually(lambda: stuck.tones == ["good", "bad"])


class Mute:
    """A scanner whose beep raises."""

    name = "bench"
    start = Patient.start
    stop = Patient.stop

    def __init__(self) -> None:
        self.starts = 0

    def good(self) -> None:
        raise OSError("no beeper")

    def bad(self) -> None:
        raise OSError("no beeper")


def test_a_beep_that_fails_is_counted_and_the_scanner_goes_on(started: Started) -> None:
    devices, _ = started(BoundScanner("bench", "acme", Mute()))
    devices.good("bench")
    eventually(lambda: line(devices, "bench").errors == 1)
    devices.bad("bench")
    eventually(lambda: line(devices, "bench").errors == 2)
    assert line(devices, "bench").state is DeviceState.READY
