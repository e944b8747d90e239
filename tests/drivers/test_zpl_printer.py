"""A ZPL printer over a real socket and a real terminal device, with a peer that behaves as badly as printers do."""

from __future__ import annotations

import os
import socket
import struct
import threading
import tty
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from escpos_peer import on_network

from drivers.contract import DeviceError, Printer
from drivers.printer import ZplPrinter
from drivers.printer.host_status import parse_host_status
from drivers.printer.link import parse_address

LABEL = b"^XA^FO10,10^FDhello^FS^XZ\n"


def host_status(**flags: int) -> bytes:
    """The three lines of a healthy printer, with these flags raised."""
    f = {"paper": 0, "pause": 0, "full": 0, "ram": 0, "hot": 0, "head": 0, "ribbon": 0, "formats": 0, "left": 0} | flags
    first = f"030,{f['paper']},{f['pause']},0406,{f['formats']:03d},{f['full']},0,0,000,{f['ram']},0,{f['hot']}"
    second = f"000,0,{f['head']},{f['ribbon']},0,2,4,0,{f['left']:08d},1,000"
    return "".join(f"\x02{line}\x03\r\n" for line in (first, second, "1234,0")).encode()


class Peer:
    """A printer at the other end: keeps what it was sent, and answers each ~HS with what `answer` says."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.answer = answer
        self.received = b""
        self.connections = 0

    def serve(self, connection: socket.socket) -> None:
        while data := connection.recv(65536):
            self.received += data
            for _ in range(data.count(b"~HS")):
                connection.sendall(self.answer(self.received))

    @property
    def jobs(self) -> bytes:
        return self.received.replace(b"~HS\r\n", b"")


def until(release: threading.Event) -> Callable[[socket.socket], None]:
    """A printer that takes the connection and does nothing with it."""

    def ignore(_: socket.socket) -> None:
        release.wait(10)

    return ignore


def healthy(_: bytes) -> bytes:
    return host_status()


def test_a_job_reaches_the_printer_whole() -> None:
    peer = Peer(healthy)
    with on_network(peer.serve) as url:
        printer = ZplPrinter(name="bench", url=url)
        printer.send(LABEL, timeout=5)
        printer.send(LABEL * 2, timeout=5)
    assert isinstance(printer, Printer)
    assert peer.jobs == LABEL * 3


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ({"paper": 1}, "out of paper"),
        ({"pause": 1}, "paused"),
        ({"head": 1, "pause": 1}, "head open"),
        ({"full": 1}, "buffer full"),
        ({"ribbon": 1}, "out of ribbon"),
        ({"hot": 1}, "print head too hot"),
        ({"ram": 1}, "memory fault"),
    ],
)
def test_a_printer_that_cannot_print_says_why_and_gets_no_job(flags: dict[str, int], reason: str) -> None:
    peer = Peer(lambda _: host_status(**flags))
    with on_network(peer.serve) as url:
        printer = ZplPrinter(name="bench", url=url)
        status = printer.status(timeout=5)
        with pytest.raises(DeviceError, match=reason):
            printer.send(LABEL, timeout=5)
    assert (status.ready, status.reason) == (False, reason)
    assert peer.jobs == b""


def test_nobody_listening_is_refused() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    printer = ZplPrinter(name="bench", url=url)
    with pytest.raises(DeviceError, match="connection refused"):
        printer.send(LABEL, timeout=5)
    assert printer.status(timeout=5).reason == "connection refused"


def test_a_connection_nobody_picks_up_is_given_up() -> None:
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        printer = ZplPrinter(name="bench", url=f"tcp://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(DeviceError, match="stalled"):
            printer.send(LABEL, timeout=0.2)
        for one in crowd:
            one.close()


def test_a_printer_that_accepts_and_never_reads_is_given_up_even_for_a_small_label() -> None:
    release = threading.Event()
    with on_network(until(release)) as url:
        printer = ZplPrinter(name="bench", url=url)
        with pytest.raises(DeviceError, match="stalled: the printer does not answer"):
            printer.send(LABEL, timeout=0.2)
        release.set()


def test_a_printer_that_stops_reading_in_the_middle_of_a_job_is_given_up() -> None:
    release = threading.Event()

    def answers_once(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(host_status())
        release.wait(10)

    with on_network(answers_once) as url:
        printer = ZplPrinter(name="bench", url=url)
        with pytest.raises(DeviceError, match="stalled: the printer takes no data"):
            printer.send(LABEL * 1_000_000, timeout=0.5)
        release.set()


def test_a_printer_that_swallows_the_job_and_dies_is_not_called_printed() -> None:
    def falls_silent(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(host_status())
        connection.recv(100)

    with on_network(falls_silent) as url, pytest.raises(DeviceError, match="closed the connection"):
        ZplPrinter(name="bench", url=url).send(LABEL, timeout=5)


def test_a_reset_in_the_middle_of_a_job_is_reported() -> None:
    def resets(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(host_status())
        connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with on_network(resets) as url, pytest.raises(DeviceError, match="closed the connection"):
        ZplPrinter(name="bench", url=url).send(LABEL * 1_000_000, timeout=10)


def test_a_slow_printer_gets_everything() -> None:
    received = bytearray()
    pace = threading.Event()

    def sips(connection: socket.socket) -> None:
        asked = 0
        while data := connection.recv(4000):
            pace.wait(0.001)
            received.extend(data)
            if received.count(b"~HS") > asked:
                asked += 1
                connection.sendall(host_status())

    job = LABEL * 20_000
    with on_network(sips) as url:
        ZplPrinter(name="bench", url=url).send(job, timeout=30)
    assert bytes(received).replace(b"~HS\r\n", b"") == job


def test_an_answer_in_pieces_is_put_together() -> None:
    def stutters(connection: socket.socket) -> None:
        while data := connection.recv(1000):
            for _ in range(data.count(b"~HS")):
                for byte in host_status():
                    connection.sendall(bytes([byte]))

    with on_network(stutters) as url:
        assert ZplPrinter(name="bench", url=url).status(timeout=5).ready


def test_something_that_is_no_printer_is_called_so() -> None:
    def floods(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n" * 1000)

    with on_network(floods) as url:
        assert ZplPrinter(name="bench", url=url).status(timeout=5).reason == "what answers is not a ZPL printer"


def test_a_print_server_that_never_answers_can_be_used_one_way() -> None:
    peer = Peer(lambda _: b"")
    with on_network(peer.serve) as url:
        printer = ZplPrinter(name="bench", url=url, answers=False)
        printer.send(LABEL, timeout=5)
        assert printer.status(timeout=5).ready
    assert peer.received == LABEL


def test_one_way_a_peer_that_never_reads_cannot_hold_a_large_job_for_ever() -> None:
    release = threading.Event()
    with on_network(until(release)) as url:
        with pytest.raises(DeviceError, match="stalled"):
            ZplPrinter(name="bench", url=url, answers=False).send(LABEL * 1_000_000, timeout=0.3)
        release.set()


def test_a_status_asked_during_a_stalled_job_says_busy() -> None:
    asked, release = threading.Event(), threading.Event()

    def holds(_: bytes) -> bytes:
        asked.set()
        release.wait(10)
        return host_status()

    with on_network(Peer(holds).serve) as url:
        printer = ZplPrinter(name="bench", url=url)
        job = threading.Thread(target=printer.send, args=(LABEL, 10), daemon=True)
        job.start()
        assert asked.wait(5)
        assert printer.status(timeout=0.1).reason == "busy with another job"
        release.set()
        job.join(5)


def test_a_device_file_is_written_and_answers() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    received = bytearray()

    def prints() -> None:
        with suppress(OSError):
            while data := os.read(master, 1000):
                received.extend(data)
                for _ in range(data.count(b"~HS")):
                    os.write(master, host_status())

    thread = threading.Thread(target=prints, daemon=True)
    thread.start()
    printer = ZplPrinter(name="usb", url=os.ttyname(slave))
    printer.send(LABEL, timeout=5)
    os.close(slave)
    thread.join(5)
    os.close(master)
    assert bytes(received).replace(b"~HS\r\n", b"") == LABEL


def test_a_device_nobody_reads_is_given_up() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    with pytest.raises(DeviceError, match="stalled: the printer takes no data"):
        ZplPrinter(name="usb", url=os.ttyname(slave), answers=False).send(LABEL * 10_000, timeout=0.2)
    os.close(slave)
    os.close(master)


def test_a_missing_device_and_a_plain_file_are_told_apart(tmp_path: Path) -> None:
    missing, plain = tmp_path / "lp0", tmp_path / "notes.txt"
    plain.write_text("keep me")
    assert ZplPrinter(name="usb", url=str(missing)).status(timeout=1).reason == "no such device"
    with pytest.raises(DeviceError, match="is not a device"):
        ZplPrinter(name="usb", url=str(plain)).send(LABEL, timeout=1)
    assert plain.read_text() == "keep me"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("tcp://10.0.0.7", ("10.0.0.7", 9100)),
        ("tcp://zebra.local:6101", ("zebra.local", 6101)),
        ("tcp://[::1]:9100", ("::1", 9100)),
        ("/dev/usb/lp0", "/dev/usb/lp0"),
        ("file:///dev/usb/lp0", "/dev/usb/lp0"),
    ],
)
def test_addresses(url: str, address: object) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize("url", ["", "zebra.local:9100", "tcp://", "http://zebra.local", "lp0", "tcp://host:port"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError):
        ZplPrinter(name="bench", url=url)


@pytest.mark.parametrize("cut", range(0, len(host_status()) - 12))
def test_a_status_is_none_until_it_is_all_there(cut: int) -> None:
    assert parse_host_status(host_status()[:cut]) is None


def test_a_status_counts_what_is_waiting() -> None:
    status = parse_host_status(b"noise\x02\x03" + host_status(formats=7, left=12))
    assert status is not None
    assert (status.formats_waiting, status.labels_remaining, status.status.ready) == (7, 12, True)
