"""From key events of the kernel to the characters that were typed. Pure: bytes in, characters out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.scanner.keymaps import KEYPAD_DIGITS, Layout, accented, control

# struct input_event (linux/input.h): time as two longs, type, code, value; in the machine's own sizes and order.
EVENT = struct.Struct("@llHHi")

EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
_RELEASED, _PRESSED = 0, 1

_SHIFTS, _CONTROLS = frozenset({42, 54}), frozenset({29, 97})
_LEFT_ALT, _RIGHT_ALT, _CAPS_LOCK = 56, 100, 58
# Num Lock, Scroll Lock and the logo keys: they type nothing and change nothing here.
_SILENT = frozenset({69, 70, 125, 126})
_DIGITS = 5
_BYTE = 256


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something happened that makes the code being typed worthless; `reason` says what."""

    reason: str


class Typist:
    """Follows the keys of one scanner: shift, AltGr, Ctrl, Caps Lock, and Alt with digits of the keypad."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._torn = b""
        self.forget()

    def forget(self) -> None:
        """As after a plug: no key is down, Caps Lock is off."""
        self._torn = b""
        self._caps = False
        self._let_go()

    def _let_go(self) -> None:
        self._down: set[int] = set()
        self._accent = ""
        self._number = ""
        self._dropping = False

    def take(self, data: bytes) -> Iterator[str | Unreadable]:
        """The characters that these events type."""
        data = self._torn + data
        whole = len(data) - len(data) % EVENT.size
        self._torn = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN and code == SYN_DROPPED:
                self._dropping = True
                yield Unreadable("keys were lost, the computer was too busy")
            elif self._dropping:
                # What stands between the loss and the next report belongs to what was lost (linux/Documentation/input).
                if kind == EV_SYN and code == SYN_REPORT:
                    self._let_go()
            elif kind == EV_KEY:
                yield from self._key(code, value)

    def _key(self, key: int, value: int) -> Iterator[str | Unreadable]:
        if value == _RELEASED:
            self._down.discard(key)
            if key == _LEFT_ALT and self._number:
                number, self._number = self._number, ""
                yield from self._typed(_alt_number(number))
        elif value == _PRESSED:
            # Anything else is the kernel's own repetition of a key that stays down; no scanner means it.
            self._down.add(key)
            yield from self._pressed(key)

    def _pressed(self, key: int) -> Iterator[str | Unreadable]:
        if key == _CAPS_LOCK:
            self._caps = not self._caps
        elif key in _SHIFTS | _CONTROLS | _SILENT or key in (_LEFT_ALT, _RIGHT_ALT):
            return
        elif _LEFT_ALT in self._down and key in KEYPAD_DIGITS:
            self._number = (self._number + KEYPAD_DIGITS[key])[:_DIGITS]
        else:
            sign, dead = self._sign(key)
            if sign is None:
                yield Unreadable(f"key {key} types nothing on this keyboard layout")
            elif dead:
                yield from self._waiting_accent()
                self._accent = sign
            else:
                yield from self._typed(sign)

    def _typed(self, sign: str) -> Iterator[str]:
        accent, self._accent = self._accent, ""
        yield accented(accent, sign) if accent else sign

    def _waiting_accent(self) -> Iterator[str]:
        if self._accent:
            yield self._accent

    def _sign(self, key: int) -> tuple[str | None, bool]:
        """What the key types now, and whether that is an accent which waits for its letter."""
        shifted = bool(self._down & _SHIFTS)
        controlled = bool(self._down & _CONTROLS)
        layout = self._layout
        # Windows takes Ctrl with Alt for AltGr, and so do scanners made for it.
        if _RIGHT_ALT in self._down or (controlled and _LEFT_ALT in self._down):
            level, name = (layout.shift_altgr, "shift_altgr") if shifted else (layout.altgr, "altgr")
        elif controlled:
            return control(layout, key), False
        else:
            upper = shifted is not (self._caps and key in layout.lock)
            level, name = (layout.shift, "shift") if upper else (layout.plain, "plain")
        return level.get(key), (key, name) in layout.dead


def _alt_number(digits: str) -> str:
    """The character of Alt and a number: code page 1252 with a leading zero, 437 without, control characters as they are."""
    number = int(digits) % _BYTE
    if number < ord(" "):
        return chr(number)
    return bytes([number]).decode("cp1252" if digits.startswith("0") else "cp437", "replace")
