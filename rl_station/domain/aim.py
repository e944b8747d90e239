"""The AIM symbology identifier a scanner can send before the data: which symbology was read, and how.

Source: ISO/IEC 15424, data carrier identifiers.
"""

from __future__ import annotations

import re

import msgspec

# Code character, modifier. `J` (DotCode) and `h` (Han Xin) came after the 2008 edition.
_IDENTIFIER = re.compile(r"\]([A-IK-UXZc-eghopsvzJ][0-9A-Za-z])")

GS1_SYMBOLOGIES = frozenset({"C1", "Q3", "d2", "J1", "e0", "e1", "e2"})
"""Symbols whose data are GS1 element strings. GS1 General Specifications figure 5.1.2-2."""

EAN_13 = "E0"
EAN_13_WITH_ADD_ON = "E3"
EAN_8 = "E4"
EAN_UPC = frozenset({EAN_13, EAN_13_WITH_ADD_ON, EAN_8})
ITF_14 = "I1"


class AimData(msgspec.Struct, frozen=True):
    """`symbology`: code character and modifier, such as `C1`, None where the scanner sent none."""

    symbology: str | None
    text: str


def split(text: str) -> AimData:
    """The identifier and the data behind it. Text that begins with `]` but no identifier is data as a whole."""
    found = _IDENTIFIER.match(text)
    return AimData(None, text) if found is None else AimData(found[1], text[found.end() :])


def normalised(symbology: str | None) -> str | None:
    """What a driver reported apart from the data, with or without its `]`."""
    found = _IDENTIFIER.fullmatch(f"]{(symbology or '').removeprefix(']')}")
    return None if found is None else found[1]
