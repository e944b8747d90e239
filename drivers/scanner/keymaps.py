"""What the keys of a keyboard type, by the layout a scanner is set to. Our own tables: the console's or desktop's do not matter.

Key codes are those of Linux (linux/input-event-codes.h); they name places on a keyboard, not characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

KEY_ESC, KEY_BACKSPACE, KEY_TAB, KEY_ENTER, KEY_KP_ENTER = 1, 14, 15, 28, 96

# The places of a keyboard row by row, from the top left; the key beside the left shift key (102ND) begins the last one.
_ROWS = (
    tuple(range(2, 14)),
    tuple(range(16, 28)),
    (*range(30, 42), 43),
    (86, *range(44, 54)),
)
_KEYPAD = dict(zip((*range(71, 84), 55, 98, 117), "789-456+1230.*/=", strict=True))
_FIXED = _KEYPAD | {57: " ", KEY_ESC: "\x1b", KEY_BACKSPACE: "\b", KEY_TAB: "\t", KEY_ENTER: "\r", KEY_KP_ENTER: "\r"}

KEYPAD_DIGITS: Mapping[int, str] = {key: sign for key, sign in _KEYPAD.items() if sign.isdigit()}

# Accents that wait for the letter they go on, and the combining character that puts them there.
_COMBINING = {"\u00b4": "\u0301", "`": "\u0300", "^": "\u0302", "¨": "\u0308", "~": "\u0303"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The four levels of a layout, and two habits of it.

    `dead`: accents that wait for the next letter, as key and shift level. `lock`: keys whose upper level Caps Lock gives.
    """

    plain: Mapping[int, str]
    shift: Mapping[int, str]
    altgr: Mapping[int, str]
    shift_altgr: Mapping[int, str] = field(default_factory=dict)
    dead: frozenset[tuple[int, str]] = frozenset()
    lock: frozenset[int] = frozenset()


def _level(*rows: str) -> dict[int, str]:
    """The signs of four rows by key; a space stands for a key that types nothing on this level."""
    if len(rows) != len(_ROWS):
        raise ValueError("a level has four rows")
    pairs = (pair for keys, signs in zip(_ROWS, rows, strict=True) for pair in zip(keys, signs, strict=True))
    return {key: sign for key, sign in pairs if sign != " "}


def _layout(  # noqa: PLR0913 - what can differ between layouts
    plain: tuple[str, ...],
    shift: tuple[str, ...],
    altgr: Mapping[str, str] | None = None,
    *,
    dead: tuple[str, str, str] = ("", "", ""),
    unlocked: str | None = None,
    fixed: Mapping[int, str] | None = None,
) -> Layout:
    """A layout from what is printed on its keys; `altgr` by the plain sign of the key, `dead` for plain, shift and AltGr.

    `unlocked`: signs that Caps Lock leaves alone where it is a shift lock; None where it only makes capitals.
    """
    below, above = _level(*plain), _level(*shift)
    third = {key: altgr[sign] for key, sign in below.items() if altgr and sign in altgr}
    levels = zip(("plain", "shift", "altgr"), (below, above, third), dead, strict=True)
    return Layout(
        plain={**_FIXED, **below, **(fixed or {})},
        shift={**_FIXED, **above, **(fixed or {})},
        altgr=_FIXED | third,
        shift_altgr=_FIXED | {key: sign.upper() for key, sign in third.items() if sign in "áéíóú"},
        dead=frozenset((key, name) for name, level, signs in levels for key, sign in level.items() if sign in signs),
        lock=frozenset(
            key for key, sign in below.items() if (sign.isalpha() if unlocked is None else sign not in unlocked)
        ),
    )


US = _layout(
    ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'`\\", "<zxcvbnm,./"),
    ("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"~|', ">ZXCVBNM<>?"),
)

UK = _layout(
    ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'`#", "\\zxcvbnm,./"),
    ('!"£$%^&*()_+', "QWERTYUIOP{}", "ASDFGHJKL:@¬~", "|ZXCVBNM<>?"),
    {"4": "€", "`": "¦", "a": "á", "e": "é", "i": "í", "o": "ó", "u": "ú"},
)

DE = _layout(
    ("1234567890ß\u00b4", "qwertzuiopü+", "asdfghjklöä^#", "<yxcvbnm,.-"),
    ('!"§$%&/()=?`', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ°'", ">YXCVBNM;:_"),
    {"2": "²", "3": "³", "7": "{", "8": "[", "9": "]", "0": "}", "ß": "\\"}
    | {"q": "@", "e": "€", "+": "~", "<": "|", "m": "µ"},
    dead=("\u00b4^", "`", ""),
    unlocked="\u00b4^<-",
    fixed={83: ","},
)

FR = _layout(
    ("&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù²*", "<wxcvbn,;:!"),
    ("1234567890°+", "AZERTYUIOP¨£", "QSDFGHJKLM% µ", ">WXCVBN?./§"),
    {"é": "~", '"': "#", "'": "{", "(": "[", "-": "|", "è": "`", "_": "\\", "ç": "^", "à": "@", ")": "]", "=": "}"}
    | {"e": "€", "$": "¤"},
    dead=("^", "¨", "~`"),
    unlocked="^²<",
)

LAYOUTS: Mapping[str, Layout] = {"us": US, "uk": UK, "de": DE, "fr": FR}


def layout_named(name: str) -> Layout:
    """A layout by its name in the configuration; ValueError says what is valid."""
    if name not in LAYOUTS:
        raise ValueError(f"unknown keyboard layout {name!r}; valid: {', '.join(LAYOUTS)}")
    return LAYOUTS[name]


def control(layout: Layout, key: int) -> str | None:
    """The control character of Ctrl and a key, such as GS for `]`; None where there is none.

    Letters go by the layout, brackets and backslash by their place on the US keyboard: so scanners type them in any country.
    """
    own = layout.plain.get(key, "")
    letter = own if own.isascii() and own.isalpha() else None
    bracket = US.plain.get(key, "")
    candidates = (
        letter,
        bracket if bracket in ("[", "\\", "]") else None,
        *(level.get(key) for level in (layout.plain, layout.shift, layout.altgr, US.shift)),
    )
    for sign in candidates:
        if sign and sign.isascii() and "@" <= sign.upper() <= "_":
            return chr(ord(sign.upper()) & 0x1F)
    return None


def accented(accent: str, sign: str) -> str:
    """What a waiting accent and the next sign make: one letter, the accent alone for a space, or both where they do not join."""
    if sign == " ":
        return accent
    joined = unicodedata.normalize("NFC", sign + _COMBINING[accent])
    return joined if len(joined) == 1 else accent + sign
