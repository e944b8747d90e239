"""Vendors' scanners as they are delivered, and everything set otherwise."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from scanner_bench import QUICK, Collector, PtyPort

from drivers.contract import DeviceState, Read
from drivers.scanner.profiles import PROFILES
from drivers.scanner.serial import serial_scanner


@pytest.fixture
def port(tmp_path: Path) -> Iterator[PtyPort]:
    plugged = PtyPort(tmp_path / "scanner")
    yield plugged
    plugged.unplug()


def speed(port: PtyPort) -> int:
    """What the computer set the line to, as the terminal knows it."""
    descriptor = os.open(port.link, os.O_RDWR | os.O_NOCTTY)
    try:
        return int(termios.tcgetattr(descriptor)[5])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("profile", "baud", "good", "bad"),
    [
        ("zebra", termios.B9600, b"", b"\x07"),
        ("honeywell", termios.B115200, b"\x1b7,\x1b1,", b"\x1b8,\x1b8,"),
        ("datalogic", termios.B9600, b"\x01", b"FE"),
        (
            "datalogic-cordless",
            termios.B9600,
            b"\x12\x1b[3q\r\x12\x1b[6q\x1b[5q\x1b[5q\x1b[5q\x1b[7q\r",
            b"\x12\x1b[4q\r",
        ),
    ],
)
def test_a_vendors_scanner_is_spoken_to_as_it_is_delivered(
    port: PtyPort, profile: str, baud: int, good: bytes, bad: bytes
) -> None:
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(port.link), profile=profile, backoff=QUICK)
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    assert speed(port) == baud
    scanner.good()
    scanner.bad()
    # Both may arrive at once.
    assert port.sent_back(len(good + bad)) in (good, good + bad)
    port.send(b"]C10109521234567880\r\n")
    heard.wait_codes(1)
    assert [each.symbology for each in heard.reports if isinstance(each, Read)] == ["]C1"]
    scanner.stop()


def test_everything_a_profile_says_can_be_said_otherwise(port: PtyPort) -> None:
    heard = Collector()
    scanner = serial_scanner(
        name="it",
        port=str(port.link),
        profile="honeywell",
        baud=19200,
        good="\x16\x07\r",
        bad="",
        light_good="",
        light_bad="\x1b2,",
        prefix="<",
        suffix=">",
        terminators=("ETX",),
        symbology_id=False,
    )
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    assert speed(port) == termios.B19200
    scanner.bad()
    scanner.good()
    assert port.sent_back(3) == b"\x1b2,"
    assert port.sent_back(3) == b"\x16\x07\r"
    port.send(b"<]C1AB\rCD>\x03")
    assert heard.wait_codes(1) == [b"]C1AB\rCD"]
    assert [each.symbology for each in heard.reports if isinstance(each, Read)] == [None]
    scanner.stop()


def test_a_code_without_an_aim_identifier_is_read_all_the_same(port: PtyPort) -> None:
    heard = Collector()
    scanner = serial_scanner(name="it", port=str(port.link), profile="datalogic")
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    port.send(b"0109521234567880\r")
    assert heard.wait_codes(1) == [b"0109521234567880"]
    scanner.stop()


def test_an_unknown_vendor_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match="unknown profile 'symbol'; valid: generic, zebra, honeywell, datalogic, datalogic-cordless"
    ):
        serial_scanner(name="it", port="/dev/null", profile="symbol")


@pytest.mark.parametrize("options", [{}, {"port": "/dev/null", "match": {"usb_serial": "S1"}}])
def test_a_scanner_is_either_at_a_port_or_looked_for(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either a port or a match"):
        serial_scanner(name="it", **options)  # type: ignore[arg-type]  # test options


def test_every_profile_can_frame() -> None:
    assert all(each.framing().terminators for each in PROFILES.values())


def test_a_message_to_a_cordless_handheld_is_no_longer_than_its_base_takes() -> None:
    cordless = PROFILES["datalogic-cordless"]
    sent = (cordless.good, cordless.bad, cordless.light_good)
    assert all(each.startswith("\x12") and each.endswith("\r") and len(each) <= 48 for each in sent)
