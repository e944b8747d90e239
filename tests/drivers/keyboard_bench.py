"""A keyboard scanner to try: the kernel's tree of input devices in a folder, and a hand that types real input events.

The device node is a pseudo terminal: it is opened, waited on, read and pulled out like the real one. What it cannot do is be
grabbed (EVIOCGRAB is of the kernel's input devices alone, and making one needs /dev/uinput), so the grab is counted instead.
"""

from __future__ import annotations

import os
import struct
import tty
from collections.abc import Iterable
from pathlib import Path

from scanner_bench import QUICK

from drivers.scanner.evdev import EvdevScanner
from drivers.scanner.evdev_input import InputRoots

EVENT = struct.Struct("@llHHi")
SYN, KEY, MSC = 0, 1, 4
SHIFT, CTRL, ALT, ALTGR, CAPS = 42, 29, 56, 100, 58
ENTER, KP_ENTER, TAB = 28, 96, 15

# Keys of a real scanner's keyboard interface (all of the first rows), and of the volume knob beside it.
KEYBOARD_KEYS = "1000000000007 ff800000000007ff febeffdff3cfffff fffffffffffffffe"
VOLUME_KEYS = "1f00000000 0 0 0"


def event(kind: int, code: int, value: int) -> bytes:
    return EVENT.pack(1_700_000_000, 0, kind, code, value)


def stroke(key: int, *held: int) -> bytes:
    """A key pressed and let go, with others held down, as the kernel reports it: scan code, key, report."""
    down = [*held, key]
    presses = [event(MSC, 4, 0x70000 + each) + event(KEY, each, 1) + event(SYN, 0, 0) for each in down]
    releases = [event(MSC, 4, 0x70000 + each) + event(KEY, each, 0) + event(SYN, 0, 0) for each in reversed(down)]
    return b"".join((*presses, *releases))


# What is printed on the keys of a US keyboard, for tests that care about anything but layouts.
_US_ROWS = ((2, "1234567890-="), (16, "qwertyuiop[]"), (30, "asdfghjkl;'`"), (43, "\\zxcvbnm,./"))
_US_UPPER = ((2, "!@#$%^&*()_+"), (16, "QWERTYUIOP{}"), (30, 'ASDFGHJKL:"~'), (43, "|ZXCVBNM<>?"))
_PLAIN = {sign: first + place for first, signs in _US_ROWS for place, sign in enumerate(signs)} | {" ": 57}
_UPPER = {sign: first + place for first, signs in _US_UPPER for place, sign in enumerate(signs)}


def typed(text: str) -> bytes:
    """The strokes of a US scanner."""
    return b"".join(
        stroke(_PLAIN[sign])
        if sign in _PLAIN
        else stroke(_UPPER[sign], SHIFT)
        if sign in _UPPER
        else stroke(*_control(sign))
        for sign in text
    )


def typable(code: bytes) -> bool:
    """Whether a US keyboard types this: no letters of other countries, no bytes that are no characters."""
    return code.isascii()


def _control(sign: str) -> tuple[int, ...]:
    """Ctrl with the letter or bracket of a control character; Enter and Tab have keys of their own."""
    if sign in "\r\t":
        return (ENTER,) if sign == "\r" else (TAB,)
    held = chr(ord(sign) + 64).lower()
    return (_PLAIN[held], CTRL) if held in _PLAIN else (_UPPER[held], CTRL, SHIFT)


class InputTree:
    """`/dev/input` and `/sys/class/input` with what tests plug in."""

    def __init__(self, folder: Path) -> None:
        self.roots = InputRoots(dev_root=folder / "dev", sys_root=folder / "sys")
        (folder / "dev" / "input").mkdir(parents=True)
        (folder / "sys" / "class" / "input").mkdir(parents=True)
        self._folder = folder

    def add(self, number: int, keys: str = KEYBOARD_KEYS, **facts: str) -> Path:
        """A device with these facts; the path of its node, which is not there yet."""
        told = {"name": "ACME Scanner", "phys": "usb-0000:00:14.0-2/input0", "uniq": "", **facts}
        device = self._folder / "sys" / "class" / "input" / f"event{number}" / "device"
        (device / "capabilities").mkdir(parents=True)
        (device / "id").mkdir()
        (device / "capabilities" / "key").write_text(keys + "\n")
        (device / "id" / "vendor").write_text(told.pop("vid", "05e0") + "\n")
        (device / "id" / "product").write_text(told.pop("pid", "1200") + "\n")
        for name, value in told.items():
            (device / name).write_text(value + "\n")
        return self._folder / "dev" / "input" / f"event{number}"

    def remove(self, number: int) -> None:
        entry = self._folder / "sys" / "class" / "input" / f"event{number}"
        for path in sorted(entry.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        entry.rmdir()


class Keyboard:
    """What is behind a device node: it types until it is pulled out."""

    def __init__(self, node: Path) -> None:
        self._node = node
        self._hand, inner = os.openpty()
        tty.setraw(inner)
        # Made aside and moved in, so that nobody meets it half made.
        fresh = node.with_suffix(".new")
        fresh.symlink_to(os.ttyname(inner))
        fresh.replace(node)
        os.close(inner)

    def send(self, events: bytes) -> None:
        while events:
            events = events[os.write(self._hand, events[: 40 * EVENT.size]) :]

    def strokes(self, strokes: Iterable[tuple[int, ...]]) -> None:
        self.send(b"".join(stroke(*each) for each in strokes))

    def unplug(self) -> None:
        self._node.unlink()
        os.close(self._hand)


class Grabs:
    """Stands for EVIOCGRAB: counts, and refuses while another program has the device."""

    def __init__(self) -> None:
        self.count = 0
        self.refusal: OSError | None = None

    def __call__(self, handle: int) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.count += 1


class EvdevBench:
    """For the suite that every scanner has to pass."""

    def __init__(self, folder: Path) -> None:
        self._node = InputTree(folder).add(3)
        self._keyboard: Keyboard | None = None
        self.replug()
        self.scanner = EvdevScanner(name="it", port=str(self._node), symbology_id=True, backoff=QUICK, take=Grabs())

    def connected(self) -> None:
        """A keyboard has nothing to accept."""

    def scan(self, code: bytes) -> None:
        assert self._keyboard is not None
        self._keyboard.send(typed(code.decode() + "\r"))

    def unplug(self) -> None:
        if self._keyboard is not None:
            self._keyboard.unplug()
            self._keyboard = None

    def replug(self) -> None:
        self._keyboard = Keyboard(self._node)

    def close(self) -> None:
        self.unplug()
