"""The site's own codes: plates, commands, badges, destinations and containers, each ending in a check character.

Text is `RL`, a kind letter, a body of 1 to 20 characters A-Z 0-9, and the check character over all before it.
Source: ISO/IEC 7064, hybrid system MOD 37,36.
"""

from __future__ import annotations

import re

import msgspec

from rl_station.domain import check_digits

PARCEL_PLATE = "P"
UNIT_PLATE = "U"
COMMAND = "K"
BADGE = "B"
DESTINATION = "D"
CONTAINER = "C"

KINDS = (PARCEL_PLATE, UNIT_PLATE, COMMAND, BADGE, DESTINATION, CONTAINER)

PLATE_COUNTER_MAX = 9_999_999

_PREFIX = "RL"
_BODY = re.compile(r"[0-9A-Z]{1,20}")
_STATION = re.compile(r"[0-9A-Z]{3}")
_CODE = re.compile(rf"{_PREFIX}([{''.join(KINDS)}])([0-9A-Z]{{1,20}})[0-9A-Z]")


class SiteCode(msgspec.Struct, frozen=True):
    """A code of ours, checked. `text` is what stands on the label, `body` what it names."""

    kind: str
    body: str
    text: str


def make(kind: str, body: str) -> str:
    """The text of a code. Raises ValueError for an unknown kind or a body that is not 1 to 20 of A-Z 0-9."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of site code {kind!r}")
    if not _BODY.fullmatch(body):
        raise ValueError(f"the body of a site code is 1 to 20 characters A-Z 0-9, not {body!r}")
    text = f"{_PREFIX}{kind}{body}"
    return text + check_character(text)


def parse(text: str) -> SiteCode | None:
    """The code in `text`, or None where it is none of ours or its check character is wrong."""
    found = _CODE.fullmatch(text)
    if found is None or check_character(text[:-1]) != text[-1]:
        return None
    return SiteCode(kind=found[1], body=found[2], text=text)


def plate(kind: str, prefix: str, counter: int) -> str:
    """A licence plate: the station's 3-character prefix and a 7-digit counter.

    Raises ValueError for a prefix that is not 3 of A-Z 0-9 or a counter that does not fit.
    """
    if not _STATION.fullmatch(prefix) or not 0 <= counter <= PLATE_COUNTER_MAX:
        raise ValueError(f"no plate for prefix {prefix!r} and counter {counter}")
    return make(kind, f"{prefix}{counter:07d}")


def check_character(text: str) -> str:
    """The check character of `text` (A-Z 0-9 only, else KeyError)."""
    return check_digits.mod37_36(text)
