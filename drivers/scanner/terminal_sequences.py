"""What an escape sequence in terminal input is: a key, a report of the terminal, Enter, or a control byte in disguise.

ECMA-48 5.4 (control sequences), xterm control sequences (SS3 keys, bracketed paste), Linux console F1 to F5 (`ESC [ [ A`).
"""

from __future__ import annotations

import re
from enum import Enum, auto

PASTE_START = b"\x1b[200~"
PASTE_END = b"\x1b[201~"

_MAX_LENGTH = 32
_WHOLE = re.compile(rb"\x1b(?:\[\[[A-E]|\[[0-?]*[ -/]*[@-Z\\-~]|O[0-9;]*[A-Za-z])")
_BEGUN = re.compile(rb"\x1b(?:\[(?:\[|[0-?]*[ -/]*)|O[0-9;]*)?")
# Focus, window size, mode and capability answers, mouse: the terminal sends them unasked, even in the middle of a scan.
_REPORT = re.compile(rb"\x1b\[(?:[IO]|\?[0-?]*[ -/]*[@-~]|[0-9;:]*t|<[0-9;]*[Mm])")
# Enter of the keypad in application mode, and both Enters under the Kitty keyboard protocol.
_ENTERS = frozenset({b"\x1bOM", b"\x1b[13u", b"\x1b[57414u"})
# Ctrl with one of these characters types the control byte of its low five bits.
_WITH_CONTROL = range(0x40, 0x7F)
_CONTROL_KEY = re.compile(rb"\x1b\[([0-9]{2,3});[56]u")


class Sequence(Enum):
    """What the bytes from an ESC on have turned out to be."""

    BEGUN = auto()
    NONE = auto()
    KEY = auto()
    REPORT = auto()
    ENTER = auto()
    CONTROL = auto()
    PASTE = auto()


def recognise(data: bytes) -> Sequence:
    """The kind of sequence that `data`, beginning with ESC, is as a whole; BEGUN while it may still become one."""
    if len(data) > _MAX_LENGTH:
        return Sequence.NONE
    if not _WHOLE.fullmatch(data):
        return Sequence.BEGUN if _BEGUN.fullmatch(data) else Sequence.NONE
    if data in _ENTERS:
        return Sequence.ENTER
    if data == PASTE_START:
        return Sequence.PASTE
    if control_byte(data) is not None:
        return Sequence.CONTROL
    return Sequence.REPORT if _REPORT.fullmatch(data) else Sequence.KEY


def control_byte(sequence: bytes) -> int | None:
    """The control byte behind a Ctrl key of the Kitty protocol: `ESC [ 93 ; 5 u` (Ctrl+]) is GS."""
    found = _CONTROL_KEY.fullmatch(sequence)
    code = int(found.group(1)) if found else 0
    return code & 0x1F if code in _WITH_CONTROL else None
