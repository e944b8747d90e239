"""A receipt printer over real sockets and terminals; what it prints is looked at dot by dot and read with a scanner."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import subprocess
import sys
import threading
import tty
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from escpos_peer import HEALTHY, ReceiptPrinter, on_network, on_terminal, serving
from PIL import Image

from drivers.contract import DeviceError, Printer
from drivers.printer.escpos import EscposPrinter
from drivers.printer.escpos_status import read_processed, read_status
from rl_station.labels.layout import Code128, Layout, Media, Qr, Text
from rl_station.labels.pixels import to_png

PLATE = "RLUD010000001A"


def label(width: float = 70, height: float = 50) -> bytes:
    """A label as the station prints it."""
    items = (
        Code128(5, 3, width - 10, 15, PLATE),
        Qr(5, 22, 20, "RL1;" + PLATE),
        Text(30, 25, width - 35, 8, "RESELL", bold=True),
    )
    return to_png(Layout(Media(width, height), items))


def png(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def codes(picture: Image.Image) -> set[str]:
    # A quiet zone, as the paper around a label.
    paper = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    paper.paste(picture.convert("L"), (40, 40))
    return {found.text for found in zxingcpp.read_barcodes(paper)}


def test_a_label_is_printed_dot_for_dot_and_its_codes_can_be_read() -> None:
    peer, job = ReceiptPrinter(), label()
    with on_network(serving(peer)) as url:
        printer = EscposPrinter(name="bench", url=url)
        assert isinstance(printer, Printer)
        printer.send(job, timeout=10)
    source = Image.open(BytesIO(job)).convert("1")
    printed = peer.label.crop((0, 0, *source.size))
    assert printed.tobytes() == source.tobytes()
    assert codes(peer.label) == {PLATE, "RL1;" + PLATE}
    assert (peer.cuts, peer.strange) == (1, [])


def test_a_label_that_is_too_wide_lies_down() -> None:
    peer = ReceiptPrinter()
    with on_network(serving(peer)) as url:
        EscposPrinter(name="bench", url=url, width=576, cut=False).send(label(100, 60), timeout=10)
    assert (peer.label.width, peer.label.height) == (480, 800)
    assert codes(peer.label) == {PLATE, "RL1;" + PLATE}
    assert peer.cuts == 0


def test_a_label_that_fits_no_way_is_refused_before_anything_is_sent() -> None:
    peer = ReceiptPrinter()
    with on_network(serving(peer)) as url, pytest.raises(DeviceError, match="the printer prints 384 in a row"):
        EscposPrinter(name="bench", url=url, width=384).send(label(), timeout=10)
    assert peer.strips == []


def test_a_picture_longer_than_a_printer_takes_at_once_is_whole() -> None:
    noise = random.Random(3)  # noqa: S311 - noise, not a secret
    tall = Image.frombytes("1", (384, 2500), noise.randbytes(48 * 2500))
    peer = ReceiptPrinter()
    with on_network(serving(peer)) as url:
        EscposPrinter(name="bench", url=url, width=384).send(png(tall), timeout=20)
    assert peer.label.tobytes() == tall.tobytes()
    assert len(peer.strips) > 1


def test_grey_becomes_black_or_white_and_what_is_not_there_is_white() -> None:
    """Dots scattered to look grey would spoil a bar code."""
    picture = Image.new("RGBA", (32, 3), (0, 0, 0, 0))
    for row, shade in enumerate((60, 200)):
        picture.paste((shade, shade, shade, 255), (0, row, 32, row + 1))
    peer = ReceiptPrinter()
    with on_network(serving(peer)) as url:
        EscposPrinter(name="bench", url=url).send(png(picture), timeout=10)
    assert peer.label.tobytes() == b"\x00" * 4 + b"\xff" * 8


@pytest.mark.parametrize("job", [b"", b"^XA^XZ", label()[:200], b"\x89PNG\r\n\x1a\n" + b"\x00" * 50])
def test_a_job_that_is_no_picture_is_refused(job: bytes) -> None:
    with pytest.raises(DeviceError, match="not a picture"):
        EscposPrinter(name="bench", url="tcp://127.0.0.1").send(job, timeout=1)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ((0x1A, 0x16, 0x12, 0x12), "cover open"),
        ((0x1A, 0x32, 0x12, 0x72), "out of paper"),
        ((0x12, 0x12, 0x12, 0x72), "out of paper"),
        ((0x1A, 0x52, 0x1A, 0x12), "cutter jammed"),
        ((0x1A, 0x52, 0x32, 0x12), "needs service"),
        ((0x1A, 0x52, 0x52, 0x12), "too hot"),
        ((0x1A, 0x12, 0x12, 0x12), "offline"),
    ],
)
def test_a_printer_in_trouble_gets_no_label_and_the_worker_the_reason(
    status: tuple[int, int, int, int], reason: str
) -> None:
    peer = ReceiptPrinter(status)
    with on_network(serving(peer)) as url:
        printer = EscposPrinter(name="bench", url=url)
        found = printer.status(timeout=10)
        assert not found.ready
        assert reason in found.reason
        with pytest.raises(DeviceError, match=reason):
            printer.send(label(), timeout=10)
        assert peer.strips == []
        peer.status = HEALTHY
        assert printer.status(timeout=10).ready
        printer.send(label(), timeout=10)
    assert peer.strips


def test_little_paper_is_told_but_prints() -> None:
    peer = ReceiptPrinter((0x12, 0x12, 0x12, 0x1E))
    with on_network(serving(peer)) as url:
        printer = EscposPrinter(name="bench", url=url)
        found = printer.status(timeout=10)
        assert (found.ready, found.reason) == (True, "paper nearly out")
        printer.send(label(), timeout=10)


def test_paper_that_ends_in_the_middle_of_a_label_is_the_reason_it_failed() -> None:
    peer = ReceiptPrinter(paper_dots=10)

    def serve(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            if peer.paper_dots < 0:
                peer.status = (0x1A, 0x32, 0x12, 0x72)
            peer.hear(data, connection.sendall)

    with on_network(serve) as url, pytest.raises(DeviceError, match="out of paper"):
        EscposPrinter(name="bench", url=url).send(label(), timeout=1)


def test_a_refused_connection_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
    printer = EscposPrinter(name="bench", url=f"tcp://127.0.0.1:{number}")
    assert printer.status(timeout=5).reason == "connection refused"
    with pytest.raises(DeviceError, match="connection refused"):
        printer.send(label(), timeout=5)


def test_a_printer_that_says_nothing_is_stalled_and_holds_nobody_up() -> None:
    release = threading.Event()
    with on_network(lambda _: release.wait(10)) as url:
        printer = EscposPrinter(name="bench", url=url)
        assert printer.status(timeout=0.1).reason == "stalled: the printer does not answer"
        with pytest.raises(DeviceError, match="stalled"):
            printer.send(label(), timeout=0.1)
        release.set()


def test_a_printer_that_takes_no_data_is_stalled() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    with pytest.raises(DeviceError, match="stalled: the printer takes no data"):
        EscposPrinter(name="bench", url=os.ttyname(slave), answers=False).send(label(), timeout=0.3)
    os.close(slave)
    os.close(master)


def test_a_printer_that_hangs_up_in_the_middle_is_an_error() -> None:
    def serve(connection: socket.socket) -> None:
        printer = ReceiptPrinter()
        printer.hear(connection.recv(65536), connection.sendall)
        connection.recv(100)

    with on_network(serve) as url, pytest.raises(DeviceError, match="closed the connection"):
        EscposPrinter(name="bench", url=url).send(label(), timeout=5)


def test_something_else_that_answers_is_not_taken_for_a_printer() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n" + b"a" * 300)
        connection.recv(100)

    with on_network(serve) as url:
        assert EscposPrinter(name="bench", url=url).status(timeout=5).reason == "what answers is not an ESC/POS printer"


def test_a_printer_that_cannot_speak_is_printed_on_all_the_same() -> None:
    peer = ReceiptPrinter()

    def serve(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            peer.hear(data, lambda _: None)

    with on_network(serve) as url:
        printer = EscposPrinter(name="bench", url=url, answers=False)
        assert printer.status(timeout=5).ready
        printer.send(label(), timeout=5)
        printer.send(label(), timeout=5)
    assert codes(peer.label) == {PLATE, "RL1;" + PLATE}


def test_a_label_is_printed_on_a_serial_line() -> None:
    peer = ReceiptPrinter()
    with on_terminal(peer) as path:
        EscposPrinter(name="bench", url=f"serial://{path}", baud=115_200).send(label(), timeout=10)
    assert codes(peer.label) == {PLATE, "RL1;" + PLATE}
    assert peer.strange == []


def test_a_label_is_printed_on_a_device_file() -> None:
    peer = ReceiptPrinter()
    with on_terminal(peer) as path:
        keeper = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(keeper)
        EscposPrinter(name="bench", url=path).send(label(), timeout=10)
        os.close(keeper)
    assert codes(peer.label) == {PLATE, "RL1;" + PLATE}


def test_a_serial_line_that_stands_still_is_stalled() -> None:
    master, slave = os.openpty()
    printer = EscposPrinter(name="bench", url=f"serial://{os.ttyname(slave)}", answers=False)
    with pytest.raises(DeviceError, match="stalled: the printer takes no data"):
        printer.send(label(), timeout=0.3)
    os.close(slave)
    os.close(master)


def test_a_serial_printer_that_is_not_there_or_not_ours_says_so(tmp_path: Path) -> None:
    assert EscposPrinter(name="bench", url=f"serial://{tmp_path}/gone").status(1).reason == "no such device"
    with on_terminal(ReceiptPrinter()) as path:
        keeper = os.open(path, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(keeper, fcntl.LOCK_EX)
        assert EscposPrinter(name="bench", url=f"serial://{path}").status(1).reason == "busy"
        os.close(keeper)


@pytest.mark.parametrize("url", ["usb://x", "bench", "serial://host/dev/ttyS0", "serial:", ""])
def test_an_address_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"printer is at"):
        EscposPrinter(name="bench", url=url)


def test_a_printer_without_its_library_names_what_to_install() -> None:
    script = (
        "import sys; sys.modules['escpos'] = None\n"
        "from drivers import registry\n"
        "try: registry.printer('escpos', 'bench', {'url': 'tcp://127.0.0.1'})\n"
        "except registry.DriverError as error: print(error)\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == (
        "driver 'escpos' cannot make 'bench': it needs python-escpos: pip install 'rl-station[escpos]'"
    )


def test_its_library_leaves_screen_log_and_disk_alone(tmp_path: Path) -> None:
    """python-escpos speaks to the terminal, takes over the log, and leaves a folder behind at every start."""
    job = tmp_path / "label.png"
    job.write_bytes(label())
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    script = (
        "import logging, sys, pathlib\n"
        "from drivers.printer.escpos_raster import raster_job\n"
        f"raster_job(pathlib.Path({str(job)!r}).read_bytes(), width=576, cut=True)\n"
        "assert logging.getLogger().handlers == [], logging.getLogger().handlers\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert (answer.stdout, answer.stderr) == ("", "")
    assert list(temporary.iterdir()) == []


def test_making_a_printer_loads_no_library_until_a_label_comes() -> None:
    script = (
        "import sys; from drivers import registry\n"
        "registry.printer('escpos', 'bench', {'url': 'tcp://127.0.0.1'})\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] == 'escpos'))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_answers_are_told_apart_however_they_come() -> None:
    assert read_status(b"") is None
    assert read_status(b"\x12\x12\x12") is None
    found = read_status(b"\x00\x11\x13\x12\x12\x12\x12")
    assert found is not None
    assert found.ready
    assert not read_processed(b"\x12\x11\x13\x1a")
    assert read_processed(b"\x12\x0c")
