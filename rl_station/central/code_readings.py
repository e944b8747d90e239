"""What a code that somebody scans or types at a desk may be kept under. Pure; at the stations `domain.meaning` knows more."""

from __future__ import annotations

from collections.abc import Iterator

from rl_station.central.subjects import findable
from rl_station.domain import aim, gs1, site_codes, unit_label
from rl_station.settings.content import gtin14

_GS1_KEYS = ("00", "01", "21", "400", "8003", "8004")
"""Application identifiers of what names a thing: SSCC, GTIN, serial, order, GRAI, GIAI."""
_NAMES = (site_codes.CONTAINER, site_codes.DESTINATION, site_codes.BADGE)
"""Kinds of our codes that name something by their body; plates are kept as they stand on the label."""
_GTIN_DIGITS = 14


def readings(code: str) -> tuple[str, ...]:
    """The code itself first; in capitals; a GTIN with its zeros; what our labels and GS1 symbols hold."""
    return tuple(dict.fromkeys(each for each in _readings(code) if each and findable(each)))


def _readings(code: str) -> Iterator[str]:
    yield code
    yield code.upper()
    if code.isascii() and code.isdigit() and len(code) <= _GTIN_DIGITS:
        yield gtin14(code)
    yield unit_label.plate_in(code) or ""
    ours = site_codes.parse(code.upper())
    if ours is not None and ours.kind in _NAMES:
        yield ours.body
    sent = aim.split(code)
    found = gs1.read(sent.symbology, sent.text)
    yield from (value for name, value in found.elements if name in _GS1_KEYS) if found is not None else ()
