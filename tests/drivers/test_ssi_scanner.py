"""An SSI scanner and the station on a real line, each keeping to the protocol or failing to."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scanner_bench import QUICK, Collector
from ssi_gun import SsiGun

from drivers.contract import DeviceState, HealthChecked, HealthLevel, Read
from drivers.scanner.ssi import SsiScanner

ENABLE, DISABLE, BEEP, REVISION = 0xE9, 0xEA, 0xE6, 0xA3
LED_ON, LED_OFF = 0xE7, 0xE8


@pytest.fixture
def gun(tmp_path: Path) -> Iterator[SsiGun]:
    shot = SsiGun(tmp_path / "scanner")
    yield shot
    shot.close()


@contextmanager
def reading(gun: SsiGun, **options: object) -> Iterator[tuple[SsiScanner, Collector]]:
    heard = Collector()
    scanner = SsiScanner(name="it", port=str(gun.port.link), backoff=QUICK, **options)  # type: ignore[arg-type]  # test options
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    try:
        yield scanner, heard
    finally:
        scanner.stop()


def test_codes_are_read_in_order_and_each_is_acknowledged(gun: SsiGun) -> None:
    codes = [f"1Z999AA1{number:010}".encode() for number in range(50)]
    with reading(gun) as (_, heard):
        assert all(gun.shoot(code) for code in codes)
        assert heard.wait_codes(50) == codes
        assert gun.sent == 50


def test_gs_and_cr_inside_a_2d_payload_come_through_packets_whole(gun: SsiGun) -> None:
    codes = [b"0109521234567880\x1d21SN1\x1d10LOT", b"@\n\x1e\rANSI 636014040002DL\rDCSSAMPLE" * 30]
    with reading(gun) as (_, heard):
        assert all(gun.shoot(code, 0x11) for code in codes)
        assert heard.wait_codes(2) == codes


def test_an_ssi_scanner_that_never_gets_its_ack_is_read_once_and_can_go_on(tmp_path: Path) -> None:
    gun = SsiGun(tmp_path / "scanner", patience_s=0.03)
    with reading(gun) as (_, heard):
        gun.deaf = True
        assert not gun.shoot(b"ONCE")
        assert gun.sent == 3
        assert not gun.shoot(b"ONCE")  # scanned again on purpose
        gun.deaf = False
        assert gun.shoot(b"NEXT")
        assert heard.wait_codes(3) == [b"ONCE", b"ONCE", b"NEXT"]
        assert heard.refused == []
    gun.close()


def test_a_line_that_spoils_packets_still_brings_every_code_once(gun: SsiGun) -> None:
    wanted = [f"{number:03}".encode() * 200 for number in range(10)]
    with reading(gun) as (_, heard):
        for code in wanted:
            gun.spoil = 2
            assert gun.shoot(code)
        assert heard.wait_codes(10) == wanted
        assert heard.refused == []


def test_a_packet_that_stays_damaged_is_refused(gun: SsiGun) -> None:
    with reading(gun, response_ms=50) as (_, heard):
        gun.spoil = 3
        assert not gun.shoot(b"NEVER WHOLE")
        heard.wait(lambda it: bool(it.refused))
        assert gun.shoot(b"NEXT")
        assert heard.wait_codes(1) == [b"NEXT"]
        assert {refused.reason for refused in heard.refused} == {"damaged on the way"}


def test_noise_on_the_line_costs_no_code(gun: SsiGun) -> None:
    chance = random.Random(3)  # noqa: S311 - noise, not a secret
    with reading(gun, response_ms=50) as (_, heard):
        for number in range(5):
            gun.port.send(chance.randbytes(3000))
            assert gun.shoot(f"AFTER NOISE {number}".encode()) or gun.shoot(f"AFTER NOISE {number}".encode())
        heard.wait(lambda it: len(set(it.codes)) == 5)
        assert heard.codes == [f"AFTER NOISE {number}".encode() for number in range(5)]


def test_the_symbology_of_the_type_byte_is_told(gun: SsiGun) -> None:
    with reading(gun) as (_, heard):
        gun.shoot(b"9521234567880", 0x0B)
        heard.wait_codes(1)
        assert [report.symbology for report in heard.reports if isinstance(report, Read)] == ["]E0"]


def test_scanning_is_switched_on_at_every_connection_and_off_if_wanted(gun: SsiGun) -> None:
    with reading(gun, disable_on_stop=True) as (_, heard):
        gun.heard(ENABLE)
        gun.unplug()
        heard.wait_state(DeviceState.ABSENT)
        gun.plug()
        gun.heard(ENABLE, times=2)
    gun.heard(DISABLE)


def test_it_is_left_as_it_is_unless_wanted(gun: SsiGun) -> None:
    with reading(gun, enable=False) as (_, heard):
        gun.shoot(b"CODE")
        heard.wait_codes(1)
    assert gun.commands == []


def test_good_and_bad_scans_beep_and_light_up_differently_at_the_scanner(gun: SsiGun) -> None:
    with reading(gun, led_ms=50) as (scanner, _):
        scanner.good()
        assert (gun.heard(BEEP), gun.heard(LED_ON), gun.heard(LED_OFF)) == (b"\x00", b"\x01", b"\x01")
        scanner.bad()
        assert [gun.heard(each, times=2) for each in (BEEP, LED_ON, LED_OFF)] == [b"\x11", b"\x02", b"\x02"]


def test_beep_and_light_are_as_the_settings_say_and_none_where_they_say_none(gun: SsiGun) -> None:
    with reading(gun, enable=False, beep_good=-1, led_good=4, led_ms=50, beep_bad=3, led_bad=0) as (scanner, _):
        scanner.good()
        assert gun.heard(LED_OFF) == b"\x04"
        scanner.bad()
        assert gun.heard(BEEP) == b"\x03"
    assert gun.commands == [b"\xe7\x04", b"\xe8\x04", b"\xe6\x03"]


def test_a_light_does_not_stay_on_when_the_station_lets_go_of_the_scanner(gun: SsiGun) -> None:
    with reading(gun, led_ms=10_000) as (scanner, _):
        scanner.bad()
        gun.heard(LED_ON)
    assert gun.heard(LED_OFF) == b"\x02"


def test_a_scanner_that_does_not_answer_is_degraded_and_ready_again_when_it_speaks(gun: SsiGun) -> None:
    gun.dumb = True
    with reading(gun, response_ms=50) as (_, heard):
        heard.wait_state(DeviceState.DEGRADED, "does not answer SSI commands")
        gun.shoot(b"HELLO")
        heard.wait_state(DeviceState.READY, times=2)
        assert heard.wait_codes(1) == [b"HELLO"]


def test_health_is_known_asked_for_and_tried(gun: SsiGun) -> None:
    with reading(gun) as (scanner, _):
        assert isinstance(scanner, HealthChecked)
        assert scanner.check_health(HealthLevel.INTERNAL, 0).ok
        asked = scanner.check_health(HealthLevel.EXTERNAL, 5)
        assert (asked.ok, asked.report) == (True, "answers: PAABBS00-001-R01 DS9908")
        worker = threading.Thread(target=lambda: [gun.shoot(b"TRY") for _ in range(20)])
        worker.start()
        assert scanner.check_health(HealthLevel.INTERACTIVE, 10).ok
        worker.join()


def test_a_dead_scanner_behind_an_open_port_fails_its_health_check(gun: SsiGun) -> None:
    with reading(gun, enable=False) as (scanner, _):
        gun.dumb = True
        asked = scanner.check_health(HealthLevel.EXTERNAL, 0.1)
        assert (asked.ok, asked.report) == (False, "does not answer within 0.1 s")
        gun.unplug()
        assert not scanner.check_health(HealthLevel.INTERACTIVE, 0.05).ok
    assert not SsiScanner(name="it", port="/dev/null").check_health(HealthLevel.INTERNAL, 0).ok


def test_raw_bytes_can_be_listened_to(gun: SsiGun) -> None:
    raw: list[bytes] = []
    with reading(gun, enable=False) as (scanner, heard):
        scanner.tap(lambda data, _: raw.append(data))
        gun.shoot(b"NR", 0x01)
        heard.wait_codes(1)
        scanner.tap(None)
        gun.shoot(b"UNHEARD")
        heard.wait_codes(2)
    assert b"".join(raw) == bytes.fromhex("07 f3 00 00 01 4e 52 fe 65")
