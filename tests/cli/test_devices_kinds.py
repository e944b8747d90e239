"""`devices list` knows keyboards by what they are, scales by their port, and recordings by their file."""

from __future__ import annotations

from pathlib import Path

import pytest
from device_tree import DeviceTree, Usb

from rl_station.devices.discovery import Configured, survey
from rl_station.settings.device_settings import DevicesFile

LEFT = Usb("1-1.5", "0c2e", "0b61", "Honeywell 1900")
RIGHT = Usb("1-1.6", "0c2e", "0b61", "Honeywell 1900")


@pytest.fixture
def tree(tmp_path: Path) -> DeviceTree:
    made = DeviceTree(tmp_path)
    made.plug_keyboard(LEFT, "event3", phys="usb-0000:00:14.0-1.5/input0")
    made.plug_keyboard(RIGHT, "event4", phys="usb-0000:00:14.0-1.6/input0")
    return made


def listed(tree: DeviceTree, kind: str, table: dict[str, object]) -> Configured:
    (found,) = survey(DevicesFile.model_validate({kind: {"it": table}}), tree.roots).configured
    return found


def test_a_keyboard_is_the_one_that_fits_and_no_stranger(tree: DeviceTree) -> None:
    settings = DevicesFile.model_validate(
        {"scanners": {"right": {"driver": "evdev", "match": {"vid": "0c2e", "phys": "*-1.6/input0"}}}}
    )
    found = survey(settings, tree.roots)
    (right,) = found.configured
    assert (right.path, right.problem) == (str(tree.roots.dev / "input/event4"), "")
    assert [stranger.path for stranger in found.strangers] == [str(tree.roots.dev / "input/event3")]


def test_two_keyboards_that_fit_and_none_that_does_are_problems(tree: DeviceTree) -> None:
    both = listed(tree, "scanners", {"driver": "evdev", "match": {"name": "Honeywell*"}})
    assert both.problem.startswith("2 devices match; tell them apart by phys or uniq")
    assert (both.wanted, both.path) == ("name Honeywell*", "")
    none = listed(tree, "scanners", {"driver": "evdev", "match": {"uniq": "S9", "pid": "0001"}})
    assert (none.wanted, none.problem) == ("uniq S9, pid 0001", "no such device")


def test_a_scale_is_at_its_port(tree: DeviceTree) -> None:
    port = tree.plug_serial(Usb("1-1.7", "0403", "6001", "FT232R", "A1B2"), "ttyUSB0")
    by_match = listed(tree, "scales", {"driver": "serial", "match": {"usb_serial": "A1B2"}})
    by_path = listed(tree, "scales", {"driver": "serial", "port": str(port)})
    assert (by_match.kind, by_match.path) == (by_path.kind, by_path.path) == ("scale", str(port))


def test_a_recording_is_at_its_file(tree: DeviceTree) -> None:
    assert listed(tree, "scanners", {"driver": "replay", "file": "old.jsonl"}).wanted == "old.jsonl"


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ({"host": "portal"}, "portal:5084"),
        ({"host": "portal", "tls": True}, "portal:5085"),
        ({"host": "portal", "tls": True, "port": 5084}, "portal:5084"),
        ({"listen": "0.0.0.0:5084"}, "calls us at 0.0.0.0:5084"),
    ],
)
def test_a_tag_reader_is_listed_where_it_is_called(tree: DeviceTree, table: dict[str, object], wanted: str) -> None:
    assert listed(tree, "readers", {"driver": "llrp", **table}).wanted == wanted
