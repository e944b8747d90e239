"""A scanner on a wire, on real pseudo terminals and sockets."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nobody import without_root
from scanner_bench import PATIENCE_S, QUICK, Collector, PtyPort

from drivers.contract import DeviceState
from drivers.scanner.serial import serial_scanner
from drivers.transport import links
from drivers.transport.serial_port import Backoff


@pytest.fixture
def port(tmp_path: Path) -> Iterator[PtyPort]:
    plugged = PtyPort(tmp_path / "scanner")
    yield plugged
    plugged.unplug()


@contextmanager
def reading(path: object, **options: object) -> Iterator[Collector]:
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(path), backoff=QUICK, **options)  # type: ignore[arg-type]  # test options
    scanner.start(heard)
    try:
        yield heard
    finally:
        scanner.stop()


def test_a_code_that_comes_in_pieces_is_one_code(port: PtyPort) -> None:
    with reading(port.link) as heard:
        heard.wait_state(DeviceState.READY)
        for piece in (b"1Z99", b"9AA1", b"01234567", b"84\r"):
            port.send(piece)
        assert heard.wait_codes(1) == [b"1Z999AA10123456784"]


def test_codes_that_come_in_one_piece_are_many(port: PtyPort) -> None:
    with reading(port.link) as heard:
        heard.wait_state(DeviceState.READY)
        port.send(b"ONE\rTWO\r\nTHREE\nFOUR\r")
        assert heard.wait_codes(4) == [b"ONE", b"TWO", b"THREE", b"FOUR"]


def test_crlf_counts_once_even_when_it_is_torn_apart(port: PtyPort) -> None:
    with reading(port.link) as heard:
        heard.wait_state(DeviceState.READY)
        port.send(b"ONE\r")
        heard.wait_codes(1)
        port.send(b"\n")
        port.send(b"TWO\r\n")
        assert heard.wait_codes(2) == [b"ONE", b"TWO"]
        assert heard.refused == []


def test_cr_inside_a_2d_payload_does_not_split_it(port: PtyPort) -> None:
    licence = b"@\n\x1e\rANSI 636014040002DL\nDAQY8748\rDCSSAMPLE"
    with reading(port.link, idle_gap_ms=40) as heard:
        heard.wait_state(DeviceState.READY)
        port.send(licence + b"\r\n")
        assert heard.wait_codes(1) == [licence]
        port.send(b"NEXT\r")
        assert heard.wait_codes(2)[1] == b"NEXT"


def test_half_a_code_from_before_an_unplug_is_refused_and_does_not_join_the_next(port: PtyPort) -> None:
    with reading(port.link) as heard:
        heard.wait_state(DeviceState.READY)
        port.send(b"WHOLE\rHALF")
        heard.wait_codes(1)
        port.unplug()
        heard.wait(lambda it: any(state in (DeviceState.LOST, DeviceState.ABSENT) for state, _ in it.states))
        port.plug()
        heard.wait_state(DeviceState.READY, times=2)
        port.send(b"NEXT\r")
        assert heard.wait_codes(2) == [b"WHOLE", b"NEXT"]
        assert [(refused.reason, refused.head) for refused in heard.refused] == [("no terminator", b"HALF")]


def test_a_scanner_without_terminator_is_told_apart_from_a_silent_one(port: PtyPort) -> None:
    with reading(port.link, stale_ms=100) as heard:
        heard.wait_state(DeviceState.READY)
        port.send(b"NOEND")
        heard.wait(lambda it: bool(it.refused))
        assert [(refused.reason, refused.head) for refused in heard.refused] == [("no terminator", b"NOEND")]
        port.send(b"NEXT\r")
        assert heard.wait_codes(1) == [b"NEXT"]


def test_unplugging_is_told_and_the_same_name_elsewhere_is_found_again(port: PtyPort) -> None:
    with reading(port.link) as heard:
        heard.wait_state(DeviceState.READY)
        first = port.link.resolve()
        blocker, blocked = os.openpty()  # takes the old number, so that the replug is another device
        port.unplug()
        heard.wait_state(DeviceState.LOST, "unplugged")
        heard.wait_state(DeviceState.ABSENT, "no such device")
        spare = os.openpty()
        port.plug()
        heard.wait_state(DeviceState.READY, times=2)
        assert port.link.resolve() != first
        port.send(b"AGAIN\r")
        assert heard.wait_codes(1) == [b"AGAIN"]
        for descriptor in (blocker, blocked, *spare):
            os.close(descriptor)


def test_a_scanner_that_is_plugged_in_later_is_found(tmp_path: Path) -> None:
    with reading(tmp_path / "scanner") as heard:
        heard.wait_state(DeviceState.ABSENT, "no such device")
        assert heard.states[0] == (DeviceState.OPENING, "")
        port = PtyPort(tmp_path / "scanner")
        heard.wait_state(DeviceState.READY)
        port.send(b"HELLO\r")
        assert heard.wait_codes(1) == [b"HELLO"]
        port.unplug()


class Attempts(Backoff):
    """A back-off that tells when so many attempts have failed."""

    enough = threading.Event()

    def after(self, failures: int) -> float:
        if failures > 5:
            self.enough.set()
        return 0.001


def test_waiting_for_a_scanner_does_not_repeat_itself(tmp_path: Path) -> None:
    heard, backoff = Collector(), Attempts()
    scanner = serial_scanner(name="it", port=str(tmp_path / "scanner"), backoff=backoff)
    scanner.start(heard)
    assert backoff.enough.wait(PATIENCE_S)
    (tmp_path / "scanner").mkdir()
    heard.wait_state(DeviceState.LOST, "not a serial port")
    scanner.stop()
    assert heard.states == [
        (DeviceState.OPENING, ""),
        (DeviceState.ABSENT, "no such device"),
        (DeviceState.LOST, "not a serial port"),
    ]


def test_attempts_come_ever_later_up_to_a_ceiling() -> None:
    backoff = Backoff(first=0.5, factor=2, ceiling=5)
    assert [backoff.after(failures) for failures in (1, 2, 3, 4, 5, 6, 10_000)] == [0.5, 1, 2, 4, 5, 5, 5]


def test_a_file_that_is_no_port_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "scanner").write_text("not a device")
    with reading(tmp_path / "scanner") as heard:
        heard.wait_state(DeviceState.LOST, "not a serial port")


def test_missing_permission_is_named_and_healed_without_a_restart(port: PtyPort) -> None:
    device = port.link.resolve()
    device.chmod(0o000)
    heard = Collector()
    # By its own path: nobody may not pass the folder that the symlink is in.
    scanner = serial_scanner(name="it", port=str(device), backoff=QUICK)
    with without_root():
        scanner.start(heard)
    heard.wait_state(DeviceState.LOST, "permission denied")
    device.chmod(0o666)
    heard.wait_state(DeviceState.READY)
    scanner.stop()


def test_a_port_that_another_program_holds_is_busy(port: PtyPort) -> None:
    with reading(port.link) as first:
        first.wait_state(DeviceState.READY)
        with reading(port.link) as second:
            second.wait_state(DeviceState.LOST, "busy")
        port.send(b"MINE\r")
        assert first.wait_codes(1) == [b"MINE"]


def test_several_scanners_at_once_do_not_mix(tmp_path: Path) -> None:
    ports = [PtyPort(tmp_path / f"scanner{number}") for number in range(6)]
    wanted = [[f"{number}-{count:04}".encode() * 3 for count in range(60)] for number in range(6)]

    def shoot(port: PtyPort, codes: list[bytes]) -> None:
        for code in codes:
            port.send(code[:5])
            port.send(code[5:] + b"\r")

    heard = [Collector() for _ in ports]
    scanners = [serial_scanner(name=f"s{number}", port=str(port.link)) for number, port in enumerate(ports)]
    for scanner, listener in zip(scanners, heard, strict=True):
        scanner.start(listener)
    for listener in heard:
        listener.wait_state(DeviceState.READY)
    hands = [threading.Thread(target=shoot, args=pair) for pair in zip(ports, wanted, strict=True)]
    for hand in hands:
        hand.start()
    assert [listener.wait_codes(60) for listener in heard] == wanted
    for hand in hands:
        hand.join()
    for scanner, port in zip(scanners, ports, strict=True):
        scanner.stop()
        port.unplug()


def test_binary_noise_is_survived_and_the_next_code_is_exact(port: PtyPort) -> None:
    noise = random.Random(7).randbytes(60_000)  # noqa: S311 - noise, not a secret
    with reading(port.link) as heard:
        heard.wait_state(DeviceState.READY)
        port.send(noise + b"\r\n" + b"EXACT\r")
        heard.wait(lambda it: bool(it.codes) and it.codes[-1] == b"EXACT")


def test_a_stream_without_end_is_refused_once_and_left_behind(port: PtyPort) -> None:
    with reading(port.link) as heard:
        heard.wait_state(DeviceState.READY)
        port.send(b"\x00" * 50_000 + b"\rEXACT\r")
        assert heard.wait_codes(1) == [b"EXACT"]
        assert len(heard.refused) == 1


def test_prefix_and_suffix_are_taken_off_and_a_torn_code_is_refused(port: PtyPort) -> None:
    with reading(port.link, prefix="\x02", suffix="\x03") as heard:
        heard.wait_state(DeviceState.READY)
        port.send(b"567\x03\r" + b"\x021234567\x03\r" + b"\x02123\r")
        assert heard.wait_codes(1) == [b"1234567"]
        heard.wait(lambda it: len(it.refused) == 2)
        assert [refused.reason for refused in heard.refused] == ["prefix missing", "suffix missing"]


def test_good_and_bad_tones_go_to_the_scanner(port: PtyPort) -> None:
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(port.link), good="\x06", bad="\x15\xff")
    scanner.good()
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    scanner.bad()
    assert port.sent_back(2) == b"\x15\xff"
    scanner.good()
    assert port.sent_back(1) == b"\x06"
    scanner.stop()


def test_a_port_without_descriptor_is_read_too() -> None:
    heard = Collector()
    scanner = serial_scanner(name="it", port="loop://", good="ECHO\r")
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    scanner.good()
    assert heard.wait_codes(1) == [b"ECHO"]
    scanner.stop()


def test_a_refused_connection_is_named_and_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        number = reserved.getsockname()[1]
    with reading(f"socket://127.0.0.1:{number}") as heard:
        heard.wait_state(DeviceState.LOST, "connection refused")
        with socket.create_server(("127.0.0.1", number)) as server:
            peer, _ = server.accept()
            with peer:
                heard.wait_state(DeviceState.READY)
                peer.sendall(b"FOUND\r")
                assert heard.wait_codes(1) == [b"FOUND"]


def test_a_connection_that_nobody_answers_does_not_hold_up_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_CONNECT_S", 3600.0)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        crowd = [socket.socket() for _ in range(4)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(address)  # fills the queue of connections that were never accepted
        with reading(f"socket://127.0.0.1:{address[1]}") as heard:
            heard.wait_state(DeviceState.OPENING)
        assert not [thread for thread in threading.enumerate() if thread.name == "port-it"]
        assert (DeviceState.READY, "") not in heard.states
        for each in crowd:
            each.close()


@pytest.mark.parametrize("address", ["socket://nowhere", "nonsense://x", "socket://[::1"])
def test_an_address_that_makes_no_sense_is_a_reason_not_a_crash(address: str) -> None:
    with reading(address) as heard:
        heard.wait_state(DeviceState.LOST)
        assert heard.states[-1][1]
