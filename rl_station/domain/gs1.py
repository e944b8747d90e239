"""GS1 data in a scan: element strings and Digital Link URIs, read by `biip` with its known defects wrapped.

`biip.parse` itself is not used: it fails on `]`, `]J1` and `]h`, reads no Digital Link from `]Q1`, `]d1` or a scheme in
capitals, and accepts an empty GS1 symbol. We split the identifier off ourselves and call the two parsers behind it.
Each wrapper names its defect, and tests/domain/test_biip_defects.py notices when a new `biip` has mended it.
Sources: GS1 General Specifications 3 and 7.8, GS1 Digital Link Standard: URI Syntax 1.4.
"""

from __future__ import annotations

import re
from itertools import pairwise

import msgspec
from biip import ParseConfig, ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString

from rl_station.domain import aim
from rl_station.domain.identifiers import Gtin, has_gs1_check_digit, parse_gtin, parse_upc_e

Elements = tuple[tuple[str, str], ...]
"""Application identifier and value, in the order of the symbol."""

SEPARATOR = "\x1d"
"""How a scanner sends FNC1 between element strings. GS1 General Specifications 7.8.2."""

MAX_LENGTH = 2048
"""A Digital Link URI is at most this long in any GS1 symbol; element strings are shorter."""

MAX_ELEMENTS = 64
"""No label says more; a longer message is noise that would take its time."""


class Gs1Data(msgspec.Struct, frozen=True):
    """What GS1 says a symbol holds. `source`: gs1, digital_link, or empty for a plain symbol that may hold anything."""

    elements: Elements = ()
    source: str = ""


def read(symbology: str | None, text: str) -> Gs1Data | None:
    """The GS1 data of a scan, or None where they break the rules of their symbology.

    Without a symbology (or in a plain one) element strings are believed only if they begin with a key that has a check digit.
    """
    if len(text) > MAX_LENGTH:
        return None
    if symbology in aim.GS1_SYMBOLOGIES:
        elements = element_strings(text)
        return None if elements is None else Gs1Data(elements, "gs1")
    if symbology in aim.EAN_UPC or symbology == aim.ITF_14:
        gtin = symbol_gtin(symbology, text)
        return None if gtin is None else Gs1Data((("01", gtin),), "gs1")
    if _URI.match(text):
        elements = digital_link(text)
        return None if elements is None else Gs1Data(elements, "digital_link")
    return Gs1Data(*_unannounced(text))


def element_strings(text: str) -> Elements | None:
    """The element strings of a whole message, or None if there is none or any of them is wrong."""
    # biip matches `\d` against the digits of every script.
    if not text.isascii():
        return None
    found: list[tuple[str, str]] = []
    rest = text.lstrip(SEPARATOR)
    while rest:
        element = _next_element(rest)
        if element is None or len(found) == MAX_ELEMENTS:
            return None
        found.append((element.ai.ai, element.value))
        rest = rest[len(element.ai.ai) + len(element.value) :]
        # biip goes on reading behind an element of variable length that no separator ended.
        if rest and element.ai.separator_required and not rest.startswith(SEPARATOR):
            return None
        rest = rest.lstrip(SEPARATOR)
    return tuple(found) if found and all(_checked(*element) for element in found) else None


def digital_link(text: str) -> Elements | None:
    """The elements of a GS1 Digital Link URI, or None where it is none."""
    if not _URI.fullmatch(text) or len(text) > MAX_LENGTH:
        return None
    try:
        uri = GS1DigitalLinkURI.parse(text)
    except (ParseError, ValueError):  # ValueError: what looks like an IPv6 address and is none
        return None
    elements = tuple((element.ai.ai, element.value) for element in uri.element_strings)
    return elements if all(_checked(*element) for element in elements) else None


def symbol_gtin(symbology: str, text: str) -> Gtin | None:
    """The GTIN of an EAN/UPC or ITF-14 symbol. GS1 General Specifications 5.2 and 5.3; scanners may send UPC unpadded."""
    lengths = {aim.EAN_8: (8,), aim.ITF_14: (14,)}.get(symbology, (13, 12))
    if symbology == aim.EAN_13_WITH_ADD_ON and len(text) in _WITH_ADD_ON:
        return parse_gtin(text[:13])
    if len(text) in lengths:
        return parse_gtin(text)
    return parse_upc_e(text) if symbology == aim.EAN_13 else None


# An EAN-13 and the two or five digits beside it.
_WITH_ADD_ON = (15, 18)

# Scheme in one case (as the GS1 syntax engine wants it), a host, then only characters that RFC 3986 allows.
_URI = re.compile(r"(?:https?|HTTPS?)://[A-Za-z0-9.:\[\]_-]+(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")

# Keys that check themselves: how many of the value's first digits the check digit covers. GS1 General Specifications 3.
_CHECKED_DIGITS = {
    "00": 18,
    "01": 14,
    "02": 14,
    "03": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    "8003": 14,
    "8006": 14,
    "8017": 18,
    "8018": 18,
    "8026": 14,
} | {f"41{digit}": 13 for digit in range(8)}

_TELLING = re.compile(rf"{SEPARATOR}?(?:0[012]|253|255|8003|8006|8017|8018)[0-9]{{13}}")

_HARVEST_DATES = "7007"
_DATE_LENGTH = 6
_DATES_UNVERIFIED = ParseConfig(gs1_element_strings_verify_date=False)


def _unannounced(text: str) -> tuple[Elements, str]:
    elements = element_strings(text) if _TELLING.match(text) else None
    return (elements, "gs1") if elements else ((), "")


def _next_element(rest: str) -> GS1ElementString | None:
    # biip reads a period of harvest dates as a date and a time of day, and refuses it.
    dates = rest.startswith(_HARVEST_DATES)
    try:
        element = GS1ElementString.extract(rest, config=_DATES_UNVERIFIED if dates else None)
    except ParseError:
        return None
    return element if not dates or _are_dates(element.value) else None


def _are_dates(value: str) -> bool:
    edges = range(0, len(value) + 1, _DATE_LENGTH)
    try:
        for start, end in pairwise(edges):
            GS1ElementString.extract(f"11{value[start:end]}")
    except ParseError:
        return False
    return True


def _checked(ai: str, value: str) -> bool:
    # biip reports a wrong check digit beside the result (GTIN, SSCC, GLN) or not at all (GRAI, GDTI, GSRN and others).
    covered = _CHECKED_DIGITS.get(ai)
    return covered is None or has_gs1_check_digit(value[:covered])
