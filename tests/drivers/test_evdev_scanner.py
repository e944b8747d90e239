"""A keyboard scanner: found, grabbed, read, lost and found again. See `keyboard_bench` for what is real here."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from keyboard_bench import (
    ALTGR,
    CTRL,
    ENTER,
    KP_ENTER,
    SHIFT,
    SYN,
    TAB,
    VOLUME_KEYS,
    Grabs,
    InputTree,
    Keyboard,
    event,
    stroke,
    typed,
)
from scanner_bench import QUICK, Collector

from drivers.contract import DeviceState, Read, Tapped
from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.evdev_input import EVIOCGRAB


@pytest.fixture
def tree(tmp_path: Path) -> InputTree:
    return InputTree(tmp_path)


@contextmanager
def reading(tree: InputTree, **options: object) -> Iterator[Collector]:
    heard = Collector()
    settings = {"take": Grabs(), **options}
    scanner = EvdevScanner(name="it", backoff=QUICK, roots=tree.roots, **settings)  # type: ignore[arg-type]  # test options
    scanner.start(heard)
    try:
        yield heard
    finally:
        scanner.stop()


def test_codes_are_read_and_the_device_is_grabbed(tree: InputTree) -> None:
    keyboard, grabs = Keyboard(tree.add(3)), Grabs()
    with reading(tree, match={"name": "ACME Scanner"}, take=grabs) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("1Z999AA10123456784\rSECOND\t2\r"))
        assert heard.wait_codes(2) == [b"1Z999AA10123456784", b"SECOND\t2"]
        assert grabs.count == 1
    keyboard.unplug()


def test_the_group_separator_is_kept_end_to_end(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    with reading(tree, match={"vid": "05e0"}, symbology_id=True) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("]d2010952123456788821SN1\x1d10LOT\r"))
        assert heard.wait_codes(1) == [b"]d2010952123456788821SN1\x1d10LOT"]
        assert [report.symbology for report in heard.reports if isinstance(report, Read)] == ["]d2"]
    keyboard.unplug()


def test_the_enter_of_the_keypad_ends_a_code_too(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    with reading(tree, match={"name": "ACME*"}) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("ONE") + stroke(KP_ENTER) + typed("TWO") + stroke(ENTER))
        assert heard.wait_codes(2) == [b"ONE", b"TWO"]
    keyboard.unplug()


def test_tab_ends_a_code_where_the_scanner_is_set_so(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    with reading(tree, match={"name": "ACME*"}, terminators=("TAB",)) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("@\r\x1e\rANSI") + stroke(TAB))
        assert heard.wait_codes(1) == [b"@\r\x1e\rANSI"]
    keyboard.unplug()


def test_enter_inside_a_2d_payload_does_not_split_it(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    with reading(tree, match={"name": "ACME*"}, idle_gap_ms=60) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("@\rANSI 636014\rDAQ1\r"))
        assert heard.wait_codes(1) == [b"@\rANSI 636014\rDAQ1"]
    keyboard.unplug()


def test_the_wrong_layout_shows_and_the_right_one_mends_it(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    azerty = stroke(16, SHIFT) + stroke(2, SHIFT) + stroke(7) + stroke(18, ALTGR) + stroke(27, CTRL) + stroke(ENTER)
    for layout, code in (("us", "Q!6"), ("fr", "A1-€\x1d")):
        with reading(tree, match={"name": "ACME*"}, layout=layout) as heard:
            heard.wait_state(DeviceState.READY)
            keyboard.send(azerty + typed("END\r"))
            if layout == "us":
                heard.wait(lambda it: bool(it.refused))
                assert heard.refused[0].head == code.encode()
            else:
                assert heard.wait_codes(1)[0] == code.encode()
            heard.wait(lambda it: bool(it.codes) and it.codes[-1].startswith(b"E"))
    keyboard.unplug()


def test_lost_keys_refuse_one_code_and_spare_the_next(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    with reading(tree, match={"name": "ACME*"}) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("WHOLE\rHAL") + event(SYN, 3, 0) + event(SYN, 0, 0) + typed("VED\rNEXT\r"))
        assert heard.wait_codes(2) == [b"WHOLE", b"NEXT"]
        assert [(refused.reason, refused.head) for refused in heard.refused] == [
            ("keys were lost, the computer was too busy", b"HAL")
        ]
    keyboard.unplug()


def test_a_code_without_end_is_refused_and_does_not_join_the_next(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    with reading(tree, match={"name": "ACME*"}, stale_ms=100) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("NOEND"))
        heard.wait(lambda it: bool(it.refused))
        keyboard.send(typed("NEXT\r"))
        assert heard.wait_codes(1) == [b"NEXT"]
        assert [(refused.reason, refused.head) for refused in heard.refused] == [("no terminator", b"NOEND")]
    keyboard.unplug()


def test_it_is_found_again_under_another_number_after_a_replug(tree: InputTree) -> None:
    first = Keyboard(tree.add(3))
    with reading(tree, match={"phys": "usb-0000:00:14.0-2/input0"}) as heard:
        heard.wait_state(DeviceState.READY)
        first.send(typed("BEFORE\rHA"))
        heard.wait_codes(1)
        tree.remove(3)
        first.unplug()
        heard.wait_state(DeviceState.LOST, "unplugged")
        heard.wait_state(DeviceState.ABSENT, "no keyboard plugged in has phys usb-0000:00:14.0-2/input0")
        second = Keyboard(tree.add(11))
        heard.wait_state(DeviceState.READY, times=2)
        second.send(typed("AFTER\r"))
        assert heard.wait_codes(2) == [b"BEFORE", b"AFTER"]
        assert heard.refused == []
    second.unplug()


def test_a_shift_key_that_was_down_when_the_plug_was_pulled_is_up_afterwards(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    with reading(tree, match={"name": "ACME*"}) as heard:
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("first\r") + event(1, SHIFT, 1) + event(SYN, 0, 0))
        heard.wait_codes(1)
        keyboard.unplug()
        heard.wait(lambda it: it.states[-1][0] in (DeviceState.LOST, DeviceState.ABSENT))
        keyboard = Keyboard(tree.roots.dev_root / "input" / "event3")
        heard.wait_state(DeviceState.READY, times=2)
        keyboard.send(typed("second\r"))
        assert heard.wait_codes(2) == [b"first", b"second"]
    keyboard.unplug()


@pytest.mark.parametrize(
    "match",
    [
        {"uniq": "S2"},
        {"phys": "usb-0000:00:14.0-7/*"},
        {"vid": "0C2E", "pid": "0b61"},
        {"name": "Honey* [HID]"},
        {"name": "Honeywell 1900 [HID]", "vid": "0c2e"},
    ],
)
def test_the_right_one_of_several_keyboards_is_taken(tree: InputTree, match: dict[str, object]) -> None:
    others = [Keyboard(tree.add(0, name="AT Keyboard", phys="isa0060/serio0/input0", vid="0001", pid="0001"))]
    others.append(Keyboard(tree.add(2, uniq="S1")))
    facts = {"phys": "usb-0000:00:14.0-7/input0", "uniq": "S2", "vid": "0c2e", "pid": "0b61"}
    keyboard = Keyboard(tree.add(10, name="Honeywell 1900 [HID]", **facts))
    others.append(Keyboard(tree.add(11, keys=VOLUME_KEYS, name="Honeywell 1900 [HID]", **facts)))
    with reading(tree, match=match) as heard:
        heard.wait_state(DeviceState.READY)
        for other in others:
            other.send(typed("NOT ME\r"))
        keyboard.send(typed("ME\r"))
        assert heard.wait_codes(1) == [b"ME"]
    for each in (keyboard, *others):
        each.unplug()


def test_two_identical_scanners_are_not_taken_for_each_other(tree: InputTree) -> None:
    left = Keyboard(tree.add(3, phys="usb-0000:00:14.0-1/input0"))
    right = Keyboard(tree.add(4, phys="usb-0000:00:14.0-2/input0"))
    with reading(tree, match={"name": "ACME*"}) as heard:
        heard.wait_state(DeviceState.LOST)
        assert "2 devices match; tell them apart by phys or uniq" in heard.states[-1][1]
        assert "usb-0000:00:14.0-2/input0" in heard.states[-1][1]
    with (
        reading(tree, match={"phys": "*-1/input0"}) as heard_left,
        reading(tree, match={"phys": "*-2/input0"}) as heard_right,
    ):
        heard_left.wait_state(DeviceState.READY)
        heard_right.wait_state(DeviceState.READY)
        left.send(typed("LEFT\r"))
        right.send(typed("RIGHT\r"))
        assert heard_left.wait_codes(1) == [b"LEFT"]
        assert heard_right.wait_codes(1) == [b"RIGHT"]
    left.unplug()
    right.unplug()


def test_a_device_that_another_program_has_grabbed_is_busy_until_it_lets_go(tree: InputTree) -> None:
    keyboard, grabs = Keyboard(tree.add(3)), Grabs()
    grabs.refusal = OSError(errno.EBUSY, os.strerror(errno.EBUSY))
    with reading(tree, match={"name": "ACME*"}, take=grabs) as heard:
        heard.wait_state(DeviceState.LOST, "busy")
        grabs.refusal = None
        heard.wait_state(DeviceState.READY)
        keyboard.send(typed("MINE\r"))
        assert heard.wait_codes(1) == [b"MINE"]
    keyboard.unplug()


def test_what_is_no_input_device_is_called_so(tree: InputTree) -> None:
    """The real grab, asked of a terminal: the kernel knows no EVIOCGRAB there."""
    keyboard = Keyboard(tree.add(3))
    heard = Collector()
    scanner = EvdevScanner(name="it", port=str(tree.roots.dev_root / "input" / "event3"), backoff=QUICK)
    scanner.start(heard)
    heard.wait_state(DeviceState.LOST, "not an input device")
    scanner.stop()
    keyboard.unplug()


def test_the_grab_is_asked_for_by_its_number() -> None:
    """_IOW('E', 0x90, int) put together by hand: direction, size, type, number."""
    assert (1 << 30) | (4 << 16) | (ord("E") << 8) | 0x90 == EVIOCGRAB


def test_the_typed_text_can_be_tapped(tree: InputTree) -> None:
    keyboard = Keyboard(tree.add(3))
    chunks: list[bytes] = []
    heard = Collector()
    scanner = EvdevScanner(
        name="it", match={"name": "ACME*"}, layout="de", backoff=QUICK, roots=tree.roots, take=Grabs()
    )
    assert isinstance(scanner, Tapped)
    scanner.tap(lambda data, _: chunks.append(data))
    scanner.start(heard)
    heard.wait_state(DeviceState.READY)
    keyboard.send(stroke(21) + stroke(26) + stroke(ENTER))
    heard.wait_codes(1)
    scanner.tap(None)
    keyboard.send(typed("UNHEARD\r"))
    heard.wait_codes(2)
    scanner.stop()
    assert b"".join(chunks) == "zü\r".encode()
    keyboard.unplug()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "either a port or a match"),
        ({"port": "/dev/input/event3", "match": {"name": "x"}}, "either a port or a match"),
        ({"port": "/dev/input/event3", "layout": "dvorak"}, "unknown keyboard layout"),
    ],
)
def test_settings_that_cannot_be_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        EvdevScanner(name="it", **options)  # type: ignore[arg-type]  # wrong on purpose
