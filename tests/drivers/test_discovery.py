"""Which port is the one that was meant, and why one that is there cannot be used."""

from __future__ import annotations

import grp
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from nobody import without_root
from scanner_bench import PATIENCE_S, QUICK, Collector
from usb_tree import Gun, UsbTree

from drivers.contract import DeviceState
from drivers.discovery import AmbiguousMatchError, PortMatch, plugged_in
from drivers.scanner.serial import serial_scanner
from drivers.scanner.wire import WireScanner

TYPES = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
POINTS = "70000 0 0 0 0"


@pytest.fixture
def usb(tmp_path: Path) -> Iterator[UsbTree]:
    tree = UsbTree(tmp_path)
    yield tree
    tree.close()


@pytest.fixture
def scanners() -> Iterator[list[WireScanner]]:
    started: list[WireScanner] = []
    yield started
    for each in started:
        each.stop()


def reading(usb: UsbTree, scanners: list[WireScanner], name: str = "it", **match: object) -> Collector:
    heard = Collector()
    scanner = serial_scanner(name=name, match=match, backoff=QUICK, find=usb.find)
    scanners.append(scanner)
    scanner.start(heard)
    return heard


def test_two_identical_scanners_are_told_apart_by_their_serial_number(usb: UsbTree) -> None:
    left = usb.plug(Gun("S1"), "ttyACM0", "1-1")
    right = usb.plug(Gun("S2"), "ttyACM1", "1-2")
    assert usb.find(PortMatch(usb_serial="S1")) == str(usb.dev / left.node)
    assert usb.find(PortMatch(usb_serial="S2")) == str(usb.dev / right.node)


def test_two_scanners_without_serial_numbers_are_told_apart_by_where_they_are_plugged_in(usb: UsbTree) -> None:
    usb.plug(Gun(""), "ttyACM0", "1-1.4")
    usb.plug(Gun(""), "ttyACM1", "1-1.3")
    assert usb.find(PortMatch(vid="05e0", location="1-1.3")) == str(usb.dev / "ttyACM1")


def test_two_ports_of_one_device_are_told_apart_by_their_interface(usb: UsbTree) -> None:
    usb.plug(Gun("BASE"), "ttyACM0", "1-1", interface=0)
    usb.plug(Gun("BASE"), "ttyACM1", "1-1", interface=2)
    assert usb.find(PortMatch(usb_serial="BASE", interface=2)) == str(usb.dev / "ttyACM1")
    with pytest.raises(AmbiguousMatchError, match="add interface or by_id"):
        usb.find(PortMatch(usb_serial="BASE"))


def test_a_match_that_fits_twins_is_refused_and_says_what_would_tell_them_apart(usb: UsbTree) -> None:
    usb.plug(Gun("S1"), "ttyACM0", "1-1")
    usb.plug(Gun("S2"), "ttyACM1", "1-2")
    with pytest.raises(AmbiguousMatchError) as caught:
        usb.find(PortMatch(vid="05E0", pid="1701"))
    ports = f"{usb.dev}/ttyACM0, {usb.dev}/ttyACM1"
    assert str(caught.value) == f"vid 05E0, pid 1701 fits {ports}; add usb_serial or location or by_id"


def test_a_port_is_found_by_its_name_in_by_id(usb: UsbTree) -> None:
    usb.plug(Gun("S1"), "ttyACM0", "1-1")
    usb.plug(Gun("S2"), "ttyACM1", "1-2")
    assert usb.find(PortMatch(by_id="usb-ACME_*_S2-if00")) == str(usb.dev / "ttyACM1")
    assert usb.find(PortMatch(by_id="usb-ACME_*_S3-if00")) is None


def test_nothing_is_found_on_a_machine_without_usb(tmp_path: Path) -> None:
    assert plugged_in(sys_root=tmp_path, dev_root=tmp_path, proc_root=tmp_path, run_root=tmp_path) == ()


def test_this_machine_can_be_looked_at() -> None:
    assert all(found.path.startswith("/dev/") for found in plugged_in())


def test_a_match_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="would fit any port"):
        PortMatch()


def test_consoles_and_ports_that_were_never_soldered_in_are_not_listed(usb: UsbTree) -> None:
    usb.console("tty1")
    usb.uart("ttyS0", "4")
    usb.uart("ttyS1", "0")
    assert [Path(found.path).name for found in usb.found()] == ["ttyS0"]


def test_what_is_plugged_in_is_described_with_all_that_can_be_matched(usb: UsbTree) -> None:
    usb.plug(Gun("S1"), "ttyACM0", "1-1.4", interface=1)
    (found,) = usb.found()
    assert (found.kind, found.path, found.vid, found.pid) == ("serial", str(usb.dev / "ttyACM0"), "05e0", "1701")
    assert (found.usb_serial, found.interface, found.location) == ("S1", 1, "1-1.4")
    assert found.name == "ACME Symbol Bar Code Scanner"
    assert [Path(link).name for link in found.by_id] == ["usb-ACME_Symbol_Bar_Code_Scanner_S1-if01"]
    assert (found.problem, found.advice) == ("", "")


def test_a_scanner_that_types_is_listed_and_a_mouse_is_not(usb: UsbTree) -> None:
    usb.keyboard("event3", "1-3", TYPES, name="Honeywell Voyager", uniq="U9")
    usb.keyboard("event4", "1-4", POINTS, name="Mouse")
    (found,) = usb.found()
    assert (found.kind, found.path, found.name) == ("keyboard", str(usb.dev / "input/event3"), "Honeywell Voyager")
    assert (found.vid, found.pid, found.uniq, found.location) == ("0c2e", "0b61", "U9", "1-3")
    assert found.phys == "usb-0000:00:14.0-1-3/input0"


# --- why not usable ---------------------------------------------------------------------------------------------------


def test_missing_permission_is_told_with_the_group_that_has_it(usb: UsbTree) -> None:
    gun = usb.plug(Gun(), "ttyACM0", "1-1")
    terminal = Path(os.path.realpath(usb.dev / gun.node))
    group = grp.getgrgid(terminal.stat().st_gid).gr_name
    (before,) = usb.found()
    terminal.chmod(0o000)
    with without_root(usb.dev):
        (found,) = usb.found()
    assert before.problem == ""
    assert found.problem == f"permission denied: it belongs to group {group}"


def test_a_port_that_another_program_has_open_is_busy_and_says_whose(usb: UsbTree) -> None:
    gun = usb.plug(Gun(), "ttyACM0", "1-1")
    usb.program(4711, "minicom", usb.dev / gun.node)
    (found,) = usb.found()
    assert found.problem == "busy: minicom (pid 4711) has it open"


def test_a_real_program_that_holds_a_port_is_seen(usb: UsbTree) -> None:
    gun = usb.plug(Gun(), "ttyACM0", "1-1")
    script = f"import os, sys; os.open({str(usb.dev / gun.node)!r}, os.O_RDWR | os.O_NOCTTY); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        (found,) = plugged_in(sys_root=usb.sys, dev_root=usb.dev)
        holder.communicate(b"\n")
    assert found.problem.startswith("busy: ")
    assert f"(pid {holder.pid})" in found.problem


def test_a_port_locked_by_a_program_of_another_user_is_busy(usb: UsbTree) -> None:
    gun = usb.plug(Gun(), "ttyACM0", "1-1")
    about = (usb.dev / gun.node).stat()
    inode = f"{os.major(about.st_dev):02x}:{os.minor(about.st_dev):02x}:{about.st_ino}"
    (usb.proc / "locks").write_text(
        f"1: POSIX  ADVISORY  WRITE 99 {inode} 0 EOF\n2: FLOCK  ADVISORY  WRITE 4712 {inode} 0 EOF\n"
    )
    (found,) = usb.found()
    assert found.problem == "busy: another program (pid 4712) has it open"


def test_modemmanager_that_talks_to_fresh_ports_is_warned_of(usb: UsbTree) -> None:
    usb.plug(Gun(), "ttyACM0", "1-1")
    assert [found.advice for found in usb.found()] == [""]
    usb.program(812, "ModemManager")
    assert "ModemManager is running" in usb.found()[0].advice
    rules = usb.run / "udev/data"
    rules.mkdir(parents=True)
    (rules / "c166:0").write_text("E:ID_MM_DEVICE_IGNORE=1\n")
    assert [found.advice for found in usb.found()] == [""]


# --- found again ------------------------------------------------------------------------------------------------------


def test_a_scanner_that_moves_from_ttyacm0_to_ttyacm1_is_found_again(usb: UsbTree, scanners: list[WireScanner]) -> None:
    gun = usb.plug(Gun("S1"), "ttyACM0", "1-1")
    heard = reading(usb, scanners, usb_serial="S1", interface=0)
    heard.wait_state(DeviceState.READY)
    gun.send(b"BEFORE\r")
    heard.wait_codes(1)
    usb.pull(gun)
    heard.wait_state(DeviceState.ABSENT, "nothing plugged in has usb_serial S1, interface 0")
    stranger = usb.plug(Gun("S9"), "ttyACM0", "1-1")
    usb.plug(gun, "ttyACM1", "1-2")
    heard.wait_state(DeviceState.READY, times=2)
    stranger.send(b"SOMEBODY ELSE\r")
    gun.send(b"AFTER\r")
    assert heard.wait_codes(2) == [b"BEFORE", b"AFTER"]


def test_two_identical_scanners_that_swap_their_names_on_replug_keep_their_places(
    usb: UsbTree, scanners: list[WireScanner]
) -> None:
    left, right = usb.plug(Gun("S1"), "ttyACM0", "1-1"), usb.plug(Gun("S2"), "ttyACM1", "1-2")
    heard = [reading(usb, scanners, name, usb_serial=gun) for name, gun in (("left", "S1"), ("right", "S2"))]
    for each in heard:
        each.wait_state(DeviceState.READY)
    for gun in (left, right):
        usb.pull(gun)
    for each in heard:
        each.wait_state(DeviceState.ABSENT)
    usb.plug(right, "ttyACM0", "1-1")
    usb.plug(left, "ttyACM1", "1-2")
    for each in heard:
        each.wait_state(DeviceState.READY, times=2)
    left.send(b"FROM LEFT\r")
    right.send(b"FROM RIGHT\r")
    assert [each.wait_codes(1) for each in heard] == [[b"FROM LEFT"], [b"FROM RIGHT"]]


def test_a_twin_that_is_plugged_in_later_does_not_take_a_running_scanner_away(
    usb: UsbTree, scanners: list[WireScanner]
) -> None:
    looked: list[str] = []
    enough = threading.Event()

    def find(match: PortMatch) -> str | None:
        try:
            return usb.find(match)
        except AmbiguousMatchError as error:
            looked.append(str(error))
            if len(looked) >= 3:
                enough.set()
            raise

    gun, heard = usb.plug(Gun("S1"), "ttyACM0", "1-1"), Collector()
    scanners.append(serial_scanner(name="it", match={"vid": "05e0"}, backoff=QUICK, find=find))
    scanners[0].start(heard)
    heard.wait_state(DeviceState.READY)
    usb.plug(Gun("S2"), "ttyACM1", "1-2")
    assert enough.wait(PATIENCE_S)
    gun.send(b"STILL MINE\r")
    assert heard.wait_codes(1) == [b"STILL MINE"]
    assert heard.states == [(DeviceState.OPENING, ""), (DeviceState.READY, "")]


def test_an_ambiguous_match_is_a_reason_until_it_is_none(usb: UsbTree, scanners: list[WireScanner]) -> None:
    usb.plug(Gun("S1"), "ttyACM0", "1-1")
    twin = usb.plug(Gun("S2"), "ttyACM1", "1-2")
    heard = reading(usb, scanners, vid="05e0")
    heard.wait(lambda it: any("add usb_serial" in reason for _, reason in it.states))
    assert heard.states[-1][0] is DeviceState.LOST
    usb.pull(twin)
    heard.wait_state(DeviceState.READY)


def test_a_scanner_that_is_dead_after_a_replug_though_connected_is_opened_anew(
    usb: UsbTree, scanners: list[WireScanner]
) -> None:
    gun = usb.plug(Gun("S1"), "ttyACM0", "1-1")
    heard = reading(usb, scanners, usb_serial="S1")
    heard.wait_state(DeviceState.READY)
    usb.vanish(gun)  # the old port stays open and silent: nobody is told of the unplugging
    usb.plug(gun, "ttyACM1", "1-1")
    heard.wait_state(DeviceState.LOST, "plugged in elsewhere")
    heard.wait_state(DeviceState.READY, times=2)
    gun.send(b"ALIVE\r")
    assert heard.wait_codes(1) == [b"ALIVE"]
