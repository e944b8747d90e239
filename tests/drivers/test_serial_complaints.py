"""What people complain of about scanners on wires, each as a test on real terminals and sockets."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from scanner_bench import QUICK, Bench, CallingBench, Collector, PtyBench, PtyPort, SocketBench, SsiBench

from drivers.contract import DeviceState, Read
from drivers.scanner.serial import serial_scanner
from drivers.transport.serial_port import Backoff
from rl_station.domain.meaning import interpret
from rl_station.domain.scan import ScanKind, ScanSource
from rl_station.settings import load_site

EXAMPLE = Path(__file__).parents[2] / "config"
WIRES: list[Callable[[Path], Bench]] = [PtyBench, SocketBench, CallingBench, SsiBench]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[PtyPort]:
    plugged = PtyPort(tmp_path / "scanner")
    yield plugged
    plugged.unplug()


def opened(bench: Bench) -> Collector:
    heard = Collector()
    bench.scanner.start(heard)
    bench.connected()
    heard.wait_state(DeviceState.READY)
    return heard


@pytest.mark.parametrize("make", WIRES)
def test_gs_is_kept_from_the_wire_to_the_meaning(make: Callable[[Path], Bench], tmp_path: Path) -> None:
    site = load_site(EXAMPLE)
    bench = make(tmp_path)
    heard = opened(bench)
    bench.scan(b"]C1010952123454321321ABC123\x1d10LOT7")
    heard.wait_codes(1)
    (read,) = [report for report in heard.reports if isinstance(report, Read)]
    source = ScanSource(read.device, read.data.decode("latin-1"), read.symbology)
    found = interpret(source, site.reference, site.carriers).first(ScanKind.GTIN)
    assert found is not None
    assert (found.value, found.attribute("21"), found.attribute("10")) == ("09521234543213", "ABC123", "LOT7")
    bench.scanner.stop()
    bench.close()


def test_eight_busy_scanners_of_all_kinds_do_not_mix(tmp_path: Path) -> None:
    benches: list[Bench] = []
    for number in range(8):
        (tmp_path / str(number)).mkdir()
        benches.append(WIRES[number % len(WIRES)](tmp_path / str(number)))
    with ExitStack() as closing:
        for bench in benches:
            closing.callback(bench.close)
            closing.callback(bench.scanner.stop)
        heard = [opened(bench) for bench in benches]
        wanted = [[f"{number}-{count:04}".encode() * 5 for count in range(100)] for number in range(8)]

        def shoot(bench: Bench, codes: list[bytes]) -> None:
            for code in codes:
                bench.scan(code)

        hands = [threading.Thread(target=shoot, args=pair) for pair in zip(benches, wanted, strict=True)]
        for hand in hands:
            hand.start()
        assert [listener.wait_codes(100) for listener in heard] == wanted
        for hand in hands:
            hand.join()
        assert all(listener.refused == [] for listener in heard)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_an_hour_of_plugging_and_pulling_loses_no_code_and_leaks_nothing(port: PtyPort) -> None:
    """Once every five seconds for an hour; the waiting in between is left out."""
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(port.link), backoff=Backoff(first=0.001, ceiling=0.002))
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    files, threads = open_files(), threading.active_count()
    for number in range(720):
        port.send(b"CODE %d\rHALF" % number)
        heard.wait_codes(number + 1)
        port.unplug()
        # Mostly it is back before anybody looked; now and then it stays away until that is noticed.
        gone = (DeviceState.ABSENT,) if number % 100 == 0 else (DeviceState.LOST, DeviceState.ABSENT)
        heard.wait(lambda it, gone=gone: it.states[-1][0] in gone)
        port.plug()
        heard.wait(lambda it: it.states[-1][0] is DeviceState.READY)
    assert heard.codes == [b"CODE %d" % number for number in range(720)]
    assert (open_files(), threading.active_count()) == (files, threads)
    assert {state for state, _ in heard.states} == {
        DeviceState.OPENING,
        DeviceState.READY,
        DeviceState.LOST,
        DeviceState.ABSENT,
    }
    scanner.stop()


def test_a_loose_plug_is_not_tried_at_full_speed() -> None:
    """A port that opens and breaks at once counts as failing, however often it opens."""
    asked: list[int] = []
    enough = threading.Event()

    class Counting(Backoff):
        def after(self, failures: int) -> float:
            asked.append(failures)
            if len(asked) >= 10:
                enough.set()
            return 0.0

    with socket.create_server(("127.0.0.1", 0)) as server:
        heard = Collector()
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
        scanner = serial_scanner(name="it", port=url, backoff=Counting(ceiling=3600.0))
        scanner.start(heard)
        while not enough.is_set():
            peer, _ = server.accept()
            peer.close()
        scanner.stop()
    assert asked[:10] == list(range(1, 11))


def test_modemmanager_that_holds_a_fresh_port_is_waited_for(port: PtyPort) -> None:
    holder = os.open(port.link, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(port.link), backoff=QUICK)
    scanner.start(heard)
    heard.wait_state(DeviceState.LOST, "busy")
    port.send(b"TAKEN BY THE OTHER")
    os.close(holder)
    heard.wait_state(DeviceState.READY)
    port.send(b"\rMINE\r")
    heard.wait(lambda it: bool(it.codes) and it.codes[-1] == b"MINE")
    scanner.stop()


def test_binary_noise_at_full_speed_does_not_grow_the_station(port: PtyPort) -> None:
    chance = random.Random(11)  # noqa: S311 - noise, not a secret
    # No terminator in it: the worst case for a buffer.
    noise = chance.randbytes(1 << 20).translate(None, b"\r\n")
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(port.link))
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    port.send(noise)
    port.send(b"\rEXACT\r")
    assert heard.wait_codes(1) == [b"EXACT"]
    assert [(refused.reason, refused.length, len(refused.head)) for refused in heard.refused] == [
        ("longer than 8192 bytes", 8193, 64)
    ]
    scanner.stop()


def at_another_speed(data: bytes, sent: int, heard: int) -> bytes:
    """What a UART set to `heard` baud makes of bytes sent at `sent` baud: 8N1, each bit looked at in its middle."""
    line = [1] * 8
    for byte in data:
        line += [0, *(byte >> bit & 1 for bit in range(8)), 1]
    line += [1] * 16

    def level(at: float) -> int:
        return line[int(at)] if at < len(line) else 1

    step, at, made = sent / heard, 0.0, bytearray()
    while at < len(line):
        if level(at):
            at += step / 16
            continue
        made.append(sum(level(at + (bit + 1.5) * step) << bit for bit in range(8)))
        at += 9.5 * step
    return bytes(made)


@pytest.mark.parametrize("heard_at", [4_800, 19_200, 115_200])
def test_a_wrong_baud_rate_never_reads_a_code_wrong_that_looks_right_and_is_survived(
    port: PtyPort, heard_at: int
) -> None:
    assert at_another_speed(b"1Z999AA10123456784\r", 9600, 9600) == b"1Z999AA10123456784\r"
    garbage = at_another_speed(b"1Z999AA10123456784\r" * 20, 9600, heard_at)
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(port.link), stale_ms=100)
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    port.send(garbage)
    heard.wait(lambda it: bool(it.refused) or bool(it.codes))
    assert not any(b"1Z999" in code for code in heard.codes)
    port.send(b"\rEXACT\r")
    heard.wait(lambda it: it.codes[-1:] == [b"EXACT"])
    scanner.stop()


def test_cr_inside_a_2d_payload_does_not_split_it_over_the_network() -> None:
    licence = b"@\n\x1e\rANSI 636014040002DL\nDAQY8748\rDCSSAMPLE"
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard = Collector()
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
        scanner = serial_scanner(name="it", port=url, idle_gap_ms=40)
        scanner.start(heard)
        peer, _ = server.accept()
        with peer:
            peer.sendall(licence[:20])
            peer.sendall(licence[20:] + b"\r")
            assert heard.wait_codes(1) == [licence]
        scanner.stop()
