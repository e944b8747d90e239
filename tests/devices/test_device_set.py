"""The devices of a station together: one stream, one table, and nobody hurts the others."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from devices_bench import Stream, eventually, line, simulated

from drivers.contract import DeviceError, DeviceState, FrameRefused, Listener, PrinterStatus, Read, StateChange
from drivers.scanner.simulated import SimulatedScanner
from drivers.scanner.wedge import WedgeScanner
from rl_station.devices import BoundPrinter, BoundScanner, DeviceSet, DeviceStatus, bind
from rl_station.devices.debounce import Debouncer
from rl_station.devices.table import DeviceTable
from rl_station.settings.device_settings import DevicesFile

MS = 1_000_000


class RefusesToStart:
    """An adapter from elsewhere with a bug."""

    name = "buggy"

    def start(self, listener: Listener) -> None:
        raise ZeroDivisionError("division by zero")

    def stop(self) -> None:
        raise ZeroDivisionError("division by zero")


class Misnamed:
    """An adapter from elsewhere that reports under a name of its own."""

    name = "inner-name"

    def start(self, listener: Listener) -> None:
        listener(Read(self.name, b"CODE", time.monotonic_ns()))

    def stop(self) -> None:
        """Nothing runs."""


class LabelPrinter:
    """A printer whose answer to the status question is given."""

    accepts = "application/zpl"

    def __init__(self, name: str, answer: PrinterStatus | Exception) -> None:
        self.name = name
        self.answer = answer

    def send(self, job: bytes, timeout: float) -> None:
        """Prints nothing."""

    def status(self, timeout: float) -> PrinterStatus:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_the_same_code_at_once_is_one_scan_and_the_repeat_is_told() -> None:
    scanner, bound = simulated("sim", debounce_ms=60_000)
    devices, stream = DeviceSet([bound]), Stream()
    devices.start(stream)
    for code in ("PLATE1", "PLATE1", "PLATE2"):
        scanner.push(code)
    stream.wait(lambda: stream.codes("sim") == [b"PLATE1", b"PLATE2"])
    devices.stop()
    assert stream.repeats("sim") == [b"PLATE1"]
    assert (line(devices, "sim").good_reads, line(devices, "sim").duplicates) == (2, 1)


def test_two_labels_before_a_scanner_that_reads_by_itself_are_one_scan_each() -> None:
    debouncer = Debouncer(400)
    reads = [Read("it", code, at * MS) for at, code in enumerate([b"A", b"B"] * 100)]
    assert [read.data for read in reads if debouncer.repeats(read) is None] == [b"A", b"B"]


def test_the_same_code_from_two_scanners_is_two_scans() -> None:
    (first, bound_first), (second, bound_second) = simulated("one", 60_000), simulated("two", 60_000)
    devices, stream = DeviceSet([bound_first, bound_second]), Stream()
    devices.start(stream)
    first.push("PLATE")
    second.push("PLATE")
    stream.wait(lambda: stream.codes("one") == stream.codes("two") == [b"PLATE"])
    devices.stop()


def test_a_deliberate_repeat_after_the_window_counts() -> None:
    debouncer = Debouncer(400)
    times_ms = [0, 399, 400, 700, 799, 800]
    answers = [debouncer.repeats(Read("it", b"PLATE", at * MS)) for at in times_ms]
    assert answers == [None, 399 * MS, None, 300 * MS, 399 * MS, None]


def test_a_code_that_answered_a_question_may_answer_the_next_after_the_same_pull_of_the_trigger() -> None:
    debouncer = Debouncer(400)
    assert debouncer.repeats(Read("it", b"YES", 0)) is None
    debouncer.answered(b"YES")
    assert debouncer.repeats(Read("it", b"YES", 149 * MS)) == 149 * MS
    assert debouncer.repeats(Read("it", b"YES", 150 * MS)) is None
    assert debouncer.repeats(Read("it", b"YES", 349 * MS)) == 199 * MS, "whose answer was not taken yet"
    debouncer.answered(b"NEVER READ")
    assert debouncer.repeats(Read("it", b"NEVER READ", 350 * MS)) is None
    assert debouncer.repeats(Read("it", b"NEVER READ", 600 * MS)) == 250 * MS


def test_without_a_window_every_read_counts() -> None:
    debouncer = Debouncer(0)
    assert [debouncer.repeats(Read("it", b"PLATE", 5)) for _ in range(3)] == [None] * 3


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns as often as they can, so that what is not guarded breaks."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_a_device_that_reports_from_many_threads_is_counted_exactly(hurried: None) -> None:
    table = DeviceTable([DeviceStatus("it", "scanner", "simulated")])
    read = Read("it", b"CODE", 1)

    def report() -> None:
        for _ in range(1500):
            table.note(read)

    hands = [threading.Thread(target=report) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert table.lines()[0].good_reads == 6000


def test_many_scanners_at_once_make_one_stream_and_exact_counters(hurried: None) -> None:
    scanners = [simulated(f"sim{number}") for number in range(8)]
    devices, stream = DeviceSet([bound for _, bound in scanners]), Stream()
    devices.start(stream)
    wanted = [f"CODE{count}".encode() for count in range(200)]

    def shoot(scanner: SimulatedScanner) -> None:
        for code in wanted:
            scanner.push(code)

    hands = [threading.Thread(target=shoot, args=(scanner,)) for scanner, _ in scanners]
    for hand in hands:
        hand.start()
    stream.wait(lambda: sum(isinstance(report, Read) for report in stream.heard) >= 1600 or stream.interrupted)
    for hand in hands:
        hand.join()
    devices.stop()
    assert not stream.interrupted
    assert all(stream.codes(scanner.name) == wanted for scanner, _ in scanners)
    assert [found.good_reads for found in devices.status()] == [200] * 8


def test_a_driver_that_raises_is_lost_and_the_others_go_on() -> None:
    scanner, bound = simulated("sim")
    devices, stream = DeviceSet([BoundScanner("buggy", "outsider", RefusesToStart()), bound]), Stream()
    devices.start(stream)
    scanner.push("STILL HERE")
    stream.wait(lambda: stream.codes("sim") == [b"STILL HERE"])
    assert (line(devices, "buggy").state, line(devices, "buggy").reason) == (DeviceState.LOST, "division by zero")
    assert line(devices, "sim").state is DeviceState.READY
    devices.stop()


def test_a_driver_that_misnames_its_reports_is_counted_on_its_own_line() -> None:
    devices, stream = DeviceSet([BoundScanner("bench", "outsider", Misnamed())]), Stream()
    devices.start(stream)
    assert stream.codes("bench") == [b"CODE"]
    assert line(devices, "bench").good_reads == 1


def test_the_table_tells_refusals_reconnects_and_when_a_device_was_last_seen() -> None:
    scanner, bound = simulated("sim")
    devices, stream = DeviceSet([bound]), Stream()
    assert line(devices, "sim") == DeviceStatus("sim", "scanner", "simulated")
    devices.start(stream)
    scanner.push("X" * 9000)
    scanner.unplug()
    stream.wait(lambda: stream.state("sim") == StateChange("sim", DeviceState.LOST, "unplugged"))
    assert (line(devices, "sim").state, line(devices, "sim").reason) == (DeviceState.LOST, "unplugged")
    scanner.plug()
    scanner.push("AGAIN")
    stream.wait(lambda: stream.codes("sim") == [b"AGAIN"])
    found = line(devices, "sim")
    assert (found.state, found.refused, found.reconnects, found.good_reads) == (DeviceState.READY, 1, 1, 1)
    assert found.last_seen_ns is not None
    assert any(isinstance(report, FrameRefused) for report in stream.heard)
    devices.stop()


def test_nothing_comes_after_stop() -> None:
    scanner, bound = simulated("sim")
    devices, stream = DeviceSet([bound]), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("sim") is not None)
    devices.stop()
    heard = list(stream.heard)
    scanner.push("TOO LATE")
    assert stream.heard == heard


def test_feedback_reaches_the_scanner_that_read() -> None:
    (first, bound_first), (second, bound_second) = simulated("one"), simulated("two")
    devices = DeviceSet([bound_first, bound_second, BoundScanner("wedge", "wedge", WedgeScanner(name="wedge"))])
    devices.good("one")
    devices.bad("two")
    devices.bad("wedge")
    devices.bad("nobody")
    eventually(lambda: (list(first.tones), list(second.tones)) == (["good"], ["bad"]))


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (PrinterStatus(True), DeviceState.READY, ""),
        (PrinterStatus(False, "out of paper"), DeviceState.DEGRADED, "out of paper"),
        (DeviceError("connection refused"), DeviceState.LOST, "connection refused"),
        (ZeroDivisionError("a bug"), DeviceState.LOST, "internal error: a bug"),
    ],
)
def test_printers_are_asked_how_they_are(answer: PrinterStatus | Exception, state: DeviceState, reason: str) -> None:
    devices, stream = DeviceSet([], [BoundPrinter("zebra", "zpl", LabelPrinter("zebra", answer))]), Stream()
    devices.start(stream)
    stream.wait(lambda: stream.state("zebra") == StateChange("zebra", state, reason))
    assert (line(devices, "zebra").kind, line(devices, "zebra").state) == ("printer", state)
    devices.printed("zebra", "head open")
    assert (line(devices, "zebra").state, line(devices, "zebra").reason) == (DeviceState.DEGRADED, "head open")
    devices.printed("zebra")
    assert line(devices, "zebra").state is DeviceState.READY
    devices.stop()


def test_a_station_is_bound_from_its_file(tmp_path: Path) -> None:
    master, slave = os.openpty()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"socket://127.0.0.1:{server.getsockname()[1]}"
        settings = DevicesFile.model_validate(
            {
                "scanners": {
                    "cable": {"driver": "serial", "port": os.ttyname(slave), "terminators": ["CR"]},
                    "network": {"driver": "serial", "port": address, "idle_gap_ms": 20},
                    "keyboard": {"driver": "wedge"},
                    "key": {"driver": "simulated", "script": ["FIRED"]},
                    "unused": {"driver": "simulated"},
                },
                "printers": {"labels": {"driver": "file", "path": "labels"}},
            }
        )
        devices = bind(settings, ["cable", "network", "keyboard", "key"], ["labels"], data=tmp_path)
        stream = Stream()
        devices.start(stream)
        peer, _ = server.accept()
        for name in ("cable", "network", "keyboard", "key", "labels"):
            ready = StateChange(name, DeviceState.READY)
            stream.wait(lambda name=name, ready=ready: stream.state(name) == ready)  # type: ignore[misc]  # bound early
        os.write(master, b"CABLE\r")
        peer.sendall(b"NET\rWORK\r")
        terminal, fired = devices.terminal, devices.fired_scanner()
        assert fired is not None
        assert terminal.feed(b"KEYBOARD\r", 0) == []
        assert fired.fire_next() == "FIRED"
        for name, code in {
            "cable": b"CABLE",
            "network": b"NET\rWORK",
            "keyboard": b"KEYBOARD",
            "key": b"FIRED",
        }.items():
            stream.wait(lambda name=name, code=code: stream.codes(name) == [code])  # type: ignore[misc]  # bound early
        printer = devices.printers["labels"].printer
        assert printer is not None
        printer.send(b"^XA^XZ", 1.0)
        assert [path.suffix for path in (tmp_path / "labels").iterdir()] == [".zpl"]
        devices.stop()
        peer.close()
    os.close(master)
    os.close(slave)


def test_a_device_that_cannot_be_made_is_lost_with_its_reason(tmp_path: Path) -> None:
    settings = DevicesFile.model_validate({"scanners": {"good": {"driver": "simulated"}}})
    devices, stream = bind(settings, ["good", "nowhere"], ["no-printer"], data=tmp_path), Stream()
    devices.start(stream)
    lost = {found.name: found.reason for found in devices.status() if found.state is DeviceState.LOST}
    assert lost == {"nowhere": "not in devices.toml", "no-printer": "not in devices.toml"}
    assert list(devices.printers) == []
    devices.stop()
