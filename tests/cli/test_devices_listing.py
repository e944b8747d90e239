"""`devices list` and `devices suggest`: what is configured, what is plugged in, and the block that makes one of the other."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from device_tree import DeviceTree, Usb

from rl_station.cli import main
from rl_station.cli.devices import document, text
from rl_station.cli.devices_suggest import suggestion
from rl_station.cli.doctor_devices import surroundings
from rl_station.devices.discovery import Survey, survey
from rl_station.settings import Site, load_site
from rl_station.settings.device_settings import DevicesFile
from rl_station.settings.paths import example_site

ZEBRA = Usb("1-1.2", "05e0", "1701", "Symbol Bar Code Scanner", "S21152010502384")
TWIN = Usb("1-1.3", "05e0", "1701", "Symbol Bar Code Scanner", "S21152010502385")
NAMELESS = Usb("1-1.4", "1a86", "7523", "USB Serial")
NAMELESS_TWIN = Usb("1-1.5", "1a86", "7523", "USB Serial")
HID = Usb("1-1.6", "0c2e", "0b61", "Honeywell Scanning 1900", "12044")


@pytest.fixture
def tree(tmp_path: Path) -> DeviceTree:
    return DeviceTree(tmp_path / "machine")


def site_with(tmp_path: Path, devices: str, scanners: tuple[str, ...] = ()) -> Site:
    config = Path(shutil.copytree(example_site(), tmp_path / "config"))
    (config / "devices.toml").write_text((config / "devices.toml").read_text() + devices)
    (config / "host.toml").write_text(f"[stations.demo]\nscanners = {list(scanners)}\n" if scanners else "")
    return load_site(config, station="demo")


def suggested(found: Survey) -> tuple[str, DevicesFile]:
    """The blocks as they are printed, and what devices.toml makes of them."""
    printed = "\n\n".join(block.toml for block in suggestion(found, "demo"))
    return printed, DevicesFile.model_validate(tomllib.loads(printed))


def test_a_configured_scanner_is_shown_with_the_port_that_it_is_now(tree: DeviceTree, tmp_path: Path) -> None:
    site = site_with(
        tmp_path, '\n[scanners.gun]\ndriver = "serial"\nmatch = { usb_serial = "S21152010502384" }\n', ("gun",)
    )
    port = tree.plug_serial(ZEBRA, "ttyACM1")
    found = survey(site.devices, tree.roots)
    (gun,) = [line for line in text(site, found) if line.startswith("  gun ")]
    assert str(port) in gun
    assert "S21152010502384" in gun
    assert "  nothing" in list(text(site, found))


def test_a_scanner_that_is_not_plugged_in_says_so(tree: DeviceTree, tmp_path: Path) -> None:
    site = site_with(tmp_path, '\n[scanners.gun]\ndriver = "serial"\nmatch = { location = "1-9" }\n')
    (gun,) = [each for each in survey(site.devices, tree.roots).configured if each.name == "gun"]
    assert (gun.path, gun.problem) == ("", "no such device")


def test_a_match_that_fits_two_scanners_says_how_to_tell_them_apart(tree: DeviceTree, tmp_path: Path) -> None:
    site = site_with(tmp_path, '\n[scanners.gun]\ndriver = "serial"\nmatch = { vid = "05e0" }\n')
    tree.plug_serial(ZEBRA, "ttyACM0")
    tree.plug_serial(TWIN, "ttyACM1")
    (gun,) = [each for each in survey(site.devices, tree.roots).configured if each.name == "gun"]
    assert "usb_serial" in gun.problem


def test_what_nobody_configured_is_listed_with_why_it_is_not_usable(tree: DeviceTree, tmp_path: Path) -> None:
    port = tree.plug_serial(ZEBRA, "ttyACM0", by_id="usb-Symbol_S21152010502384-if00")
    tree.run_program(77, "minicom", port)
    tree.run_program(78, "ModemManager")
    site = site_with(tmp_path, "")
    told = "\n".join(text(site, survey(site.devices, tree.roots)))
    assert "Symbol Bar Code Scanner (05e0:1701, serial S21152010502384, interface 0, USB port 1-1.2)" in told
    assert "by-id/usb-Symbol_S21152010502384-if00" in told
    assert "minicom (pid 77)" in told
    assert "ModemManager" in told


def test_the_document_tells_which_name_a_plugged_in_thing_has(tree: DeviceTree, tmp_path: Path) -> None:
    port = tree.plug_serial(ZEBRA, "ttyACM0")
    tree.plug_serial(TWIN, "ttyACM1")
    site = site_with(tmp_path, f'\n[scanners.gun]\ndriver = "serial"\nport = "{port}"\n', ("gun",))
    found = json.loads(json.dumps(document(site, survey(site.devices, tree.roots))))
    assert [each["configured_as"] for each in found["plugged_in"]] == [["gun"], []]
    assert [each["used"] for each in found["configured"] if each["name"] == "gun"] == [True]


def test_two_identical_scanners_are_suggested_by_their_serial_numbers(tree: DeviceTree) -> None:
    tree.plug_serial(ZEBRA, "ttyACM0")
    tree.plug_serial(TWIN, "ttyACM1")
    _, devices = suggested(survey(DevicesFile(), tree.roots))
    assert sorted(devices.scanners) == ["symbol-bar-code-scanner", "symbol-bar-code-scanner-2"]
    for scanner in devices.scanners.values():
        assert scanner.profile == "zebra"
        assert scanner.match is not None
        assert scanner.match.usb_serial


def test_twins_without_serial_numbers_are_suggested_by_the_socket_they_are_in(tree: DeviceTree) -> None:
    tree.plug_serial(NAMELESS, "ttyUSB0", by_id="usb-1a86_USB_Serial-if00-port0")
    tree.plug_serial(NAMELESS_TWIN, "ttyUSB1")
    _, devices = suggested(survey(DevicesFile(), tree.roots))
    matches = [scanner.match for scanner in devices.scanners.values()]
    assert [match.location for match in matches if match] == ["1-1.4", "1-1.5"]


def test_twins_with_the_same_serial_number_are_suggested_by_the_socket_too(tree: DeviceTree) -> None:
    tree.plug_serial(NAMELESS._replace(serial="0001"), "ttyUSB0")
    tree.plug_serial(NAMELESS_TWIN._replace(serial="0001"), "ttyUSB1")
    _, devices = suggested(survey(DevicesFile(), tree.roots))
    matches = [scanner.match for scanner in devices.scanners.values()]
    assert [(match.usb_serial, match.location) for match in matches if match] == [("", "1-1.4"), ("", "1-1.5")]


def test_a_suggestion_pasted_in_is_found_again_wherever_it_is_plugged(tree: DeviceTree, tmp_path: Path) -> None:
    tree.plug_serial(ZEBRA, "ttyACM0")
    _, devices = suggested(survey(DevicesFile(), tree.roots))
    elsewhere = DeviceTree(tmp_path / "after")
    elsewhere.plug_serial(TWIN, "ttyACM0")
    port = elsewhere.plug_serial(ZEBRA._replace(location="2-4"), "ttyACM1")
    found = survey(devices, elsewhere.roots)
    assert [each.path for each in found.configured] == [str(port)]
    assert [each.usb_serial for each in found.strangers] == [TWIN.serial]


def test_a_keyboard_scanner_and_a_printer_are_suggested_with_their_drivers(tree: DeviceTree) -> None:
    tree.plug_keyboard(HID, "event3", by_id="usb-Honeywell_1900_12044-event-kbd", phys="usb-0000:00:14.0-1.6/input0")
    printer = tree.plug_printer("lp0", "MFG:Zebra Technologies;CMD:ZPL;MDL:ZTC ZD420-203dpi ZPL;")
    printed, devices = suggested(survey(DevicesFile(), tree.roots))
    scanner = devices.scanners["honeywell-scanning-1900"]
    assert (scanner.driver, Path(scanner.port).name) == ("evdev", "usb-Honeywell_1900_12044-event-kbd")
    assert [each.url for each in devices.printers.values()] == [str(printer)]
    assert "Zebra Technologies ZTC ZD420" in printed


def test_a_keyboard_without_a_lasting_name_is_suggested_by_its_socket(tree: DeviceTree) -> None:
    tree.plug_keyboard(HID, "event3", phys="usb-0000:00:14.0-1.6/input0")
    _, devices = suggested(survey(DevicesFile(), tree.roots))
    (scanner,) = devices.scanners.values()
    assert scanner.match is not None
    assert scanner.match.phys == "usb-0000:00:14.0-1.6/input0"


@pytest.mark.parametrize("name", ['Evil"\n[scanners.x]', "ÄÖÜ", "]]", "\x1b[31mred", "x" * 200, "\x7f\\"])
def test_whatever_a_device_calls_itself_the_suggestion_is_valid(tree: DeviceTree, name: str) -> None:
    tree.plug_serial(ZEBRA._replace(name=name, serial=name), "ttyACM0")
    printed, devices = suggested(survey(DevicesFile(), tree.roots))
    assert len(devices.scanners) == 1
    assert "\x1b" not in printed


def test_names_in_use_are_not_suggested_again(tree: DeviceTree) -> None:
    tree.plug_serial(NAMELESS, "ttyUSB0")
    blocks = suggestion(survey(DevicesFile(), tree.roots), "demo", taken={"usb-serial", "usb-serial-2"})
    assert [block.name for block in blocks] == ["usb-serial-3"]


@pytest.mark.parametrize("command", ["list", "suggest"])
def test_on_this_very_machine(capsys: pytest.CaptureFixture[str], command: str, tmp_path: Path) -> None:
    code = main(["devices", command, "--json", "--config", str(example_site()), "--data", str(tmp_path / "data")])
    printed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert isinstance(printed, dict if command == "list" else list)
    assert not (tmp_path / "data").exists()


def test_the_doctor_warns_of_a_program_that_will_talk_to_scanners(tree: DeviceTree) -> None:
    tree.plug_serial(ZEBRA, "ttyACM0")
    assert [finding.level for finding in surroundings(survey(DevicesFile(), tree.roots))] == ["ok"]
    tree.run_program(78, "ModemManager")
    warned, unnamed = surroundings(survey(DevicesFile(), tree.roots))
    assert warned.level == "warn"
    assert "ttyACM0" in warned.told
    assert "systemctl disable --now ModemManager" in warned.fix
    assert unnamed.figures == {"strangers": 1}
