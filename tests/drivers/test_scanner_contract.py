"""What every scanner adapter promises, whatever it is attached to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from keyboard_bench import EvdevBench, typable
from scanner_bench import (
    Bench,
    CallingBench,
    Collector,
    PtyBench,
    SimulatedBench,
    SocketBench,
    SsiBench,
    WedgeBench,
)

from drivers.contract import DeviceReport, DeviceState, Read, Scanner

KINDS: list[Callable[[Path], Bench]] = [
    PtyBench,
    SocketBench,
    CallingBench,
    SsiBench,
    EvdevBench,
    WedgeBench,
    SimulatedBench,
]
PLUGGABLE: list[Callable[[Path], Bench]] = [PtyBench, SocketBench, CallingBench, SsiBench, EvdevBench, SimulatedBench]
THREADED = PLUGGABLE


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made: Bench = request.param(tmp_path)
    yield made
    made.scanner.stop()
    made.close()


def started(bench: Bench, listener: Collector) -> Collector:
    ready = sum(state is DeviceState.READY for state, _ in listener.states)
    bench.scanner.start(listener)
    bench.connected()
    listener.wait_state(DeviceState.READY, times=ready + 1)
    return listener


every_kind = pytest.mark.parametrize("bench", KINDS, indirect=True)
every_pluggable = pytest.mark.parametrize("bench", PLUGGABLE, indirect=True)


@every_kind
def test_it_is_a_scanner_and_says_when_it_is_ready(bench: Bench) -> None:
    heard = started(bench, Collector())
    assert isinstance(bench.scanner, Scanner)
    assert heard.states[-1] == (DeviceState.READY, "")
    assert {report.device for report in heard.reports} == {"it"}


@every_kind
def test_a_burst_of_codes_is_read_whole_and_in_order(bench: Bench) -> None:
    heard = started(bench, Collector())
    codes = [f"1Z999AA1{number:010}".encode() for number in range(100)]
    for code in codes:
        bench.scan(code)
    assert heard.wait_codes(100) == codes
    assert heard.refused == []


@every_kind
@pytest.mark.parametrize(
    "code",
    [
        b"]d2010952123456788\x1d21SN1\x1d10LOT",
        b"[)>\x1e06\x1d1JUN043325711\x1e\x04",
        bytes(byte for byte in range(256) if byte not in b"\r\n"),
        b"  spaces stay  ",
        b"\xff\xfe\x80non-utf-8",
        b"quit\x11\x03\x1a\x13\x11quit",
    ],
)
def test_every_byte_of_a_code_is_kept(bench: Bench, code: bytes) -> None:
    if isinstance(bench, EvdevBench) and not typable(code):
        pytest.skip("no keyboard types these bytes")
    heard = started(bench, Collector())
    bench.scan(code)
    assert heard.wait_codes(1) == [code]


@every_kind
def test_the_symbology_identifier_is_named_and_left_in_the_data(bench: Bench) -> None:
    heard = started(bench, Collector())
    bench.scan(b"]C100952123456788")
    heard.wait_codes(1)
    assert [report.symbology for report in heard.reports if isinstance(report, Read)] == ["]C1"]
    assert heard.codes == [b"]C100952123456788"]


@every_kind
def test_the_longest_code_is_read_and_one_byte_more_is_refused(bench: Bench) -> None:
    heard = started(bench, Collector())
    longest, longer = b"A" * 8191 + b"B", b"C" * 8192 + b"D"
    for code in (longest, longer, b"AFTERWARDS"):
        bench.scan(code)
    assert heard.wait_codes(2) == [longest, b"AFTERWARDS"]
    assert [(refused.reason, refused.length, refused.head) for refused in heard.refused] == [
        ("longer than 8192 bytes", 8193, b"C" * 64)
    ]


@every_kind
def test_nothing_is_reported_after_stop(bench: Bench) -> None:
    heard = started(bench, Collector())
    bench.scan(b"BEFORE")
    heard.wait_codes(1)
    bench.scanner.stop()
    reported = list(heard.reports)
    if not isinstance(bench, SocketBench):
        bench.scan(b"TOO LATE")
    assert heard.reports == reported
    assert not [thread for thread in threading.enumerate() if thread.name.endswith("-it")]


@every_kind
def test_it_can_be_started_again(bench: Bench) -> None:
    heard = started(bench, Collector())
    bench.scanner.stop()
    started(bench, heard)
    bench.scan(b"SECOND LIFE")
    assert heard.wait_codes(1) == [b"SECOND LIFE"]


@every_pluggable
def test_it_survives_being_unplugged_and_plugged_in_again(bench: Bench) -> None:
    heard = started(bench, Collector())
    for round_ in range(1, 4):
        bench.scan(f"BEFORE {round_}".encode())
        heard.wait_codes(2 * round_ - 1)
        bench.unplug()
        heard.wait_state(DeviceState.LOST, times=round_)
        bench.replug()
        heard.wait_state(DeviceState.READY, times=round_ + 1)
        bench.scan(f"AFTER {round_}".encode())
        assert heard.wait_codes(2 * round_)[-1] == f"AFTER {round_}".encode()


@pytest.mark.parametrize("bench", THREADED, indirect=True)
def test_a_listener_that_fails_once_does_not_silence_the_scanner(bench: Bench) -> None:
    heard = Collector()

    def clumsy(report: DeviceReport) -> None:
        if isinstance(report, Read) and report.data == b"STUMBLE":
            raise RuntimeError("a bug upstairs")
        heard(report)

    bench.scanner.start(clumsy)
    bench.connected()
    heard.wait_state(DeviceState.READY)
    bench.scan(b"STUMBLE")
    heard.wait(lambda it: any(state is DeviceState.LOST and "internal error" in reason for state, reason in it.states))
    if isinstance(bench, SocketBench | CallingBench):
        bench.replug()
    heard.wait_state(DeviceState.READY, times=2)
    bench.scan(b"STILL HERE")
    assert heard.wait_codes(1) == [b"STILL HERE"]
