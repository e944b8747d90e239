"""Identifiers that have been checked: each type is made by its `parse_` function alone, which answers None for what is none.

Values are canonical, so that two spellings of one thing compare equal: GTINs are 14 digits, EPCs capital hexadecimal.
"""

from __future__ import annotations

import re
from typing import NewType

from rl_station.domain import check_digits, site_codes

Gtin = NewType("Gtin", str)
"""A trade item: 14 digits with their check digit. GS1 General Specifications 3.3.2."""

Sscc = NewType("Sscc", str)
"""A logistic unit: 18 digits with their check digit. GS1 General Specifications 3.3.1."""

ParcelPlate = NewType("ParcelPlate", str)
UnitPlate = NewType("UnitPlate", str)

TrackingNumber = NewType("TrackingNumber", str)
"""A carrier's number as the carrier writes it: capitals and digits without spaces."""

Epc = NewType("Epc", str)
"""The bits of a GS1 EPC as capital hexadecimal, 96 bits or longer. EPC Tag Data Standard 2.0, 14.2."""

GTIN_LENGTHS = (8, 12, 13, 14)
_DIGITS = re.compile(r"[0-9]{1,18}")
_TRACKING = re.compile(r"[0-9A-Z][0-9A-Z-]{3,47}")
# SGTIN-96 and SSCC-96; both fill 12 bytes, and readers pad longer memory to whole 16-bit words.
_EPC = re.compile(r"3[01][0-9A-F]{22}(?:[0-9A-F]{4}){0,4}")
_UPC_E = re.compile(r"[01][0-9]{7}")
_SSCC_LENGTH = 18


def parse_gtin(text: str) -> Gtin | None:
    """A GTIN-8, -12, -13 or -14, filled with zeros to 14 digits. GS1 General Specifications 7.9.1."""
    if len(text) not in GTIN_LENGTHS or not has_gs1_check_digit(text):
        return None
    return Gtin(text.zfill(14)) if text.strip("0") else None


def parse_upc_e(text: str) -> Gtin | None:
    """The GTIN behind the eight digits of a UPC-E symbol. GS1 General Specifications 5.2.2.4.2, zero suppression."""
    if not _UPC_E.fullmatch(text):
        return None
    system, body, last, check = text[0], text[1:6], text[6], text[7]
    match last:
        case "0" | "1" | "2":
            item = f"{body[:2]}{last}0000{body[2:]}"
        case "3":
            item = f"{body[:3]}00000{body[3:]}"
        case "4":
            item = f"{body[:4]}00000{body[4]}"
        case _:
            item = f"{body}0000{last}"
    return parse_gtin(f"{system}{item}{check}")


def parse_sscc(text: str) -> Sscc | None:
    return Sscc(text) if len(text) == _SSCC_LENGTH and has_gs1_check_digit(text) else None


def parse_parcel_plate(text: str) -> ParcelPlate | None:
    code = site_codes.parse(text)
    return ParcelPlate(code.text) if code is not None and code.kind == site_codes.PARCEL_PLATE else None


def parse_unit_plate(text: str) -> UnitPlate | None:
    code = site_codes.parse(text)
    return UnitPlate(code.text) if code is not None and code.kind == site_codes.UNIT_PLATE else None


def parse_tracking_number(text: str) -> TrackingNumber | None:
    """Spaces are for the eye and go; whose number it is `carriers` knows."""
    number = text.replace(" ", "").upper()
    return TrackingNumber(number) if _TRACKING.fullmatch(number) else None


def parse_epc(text: str) -> Epc | None:
    """SGTIN and SSCC only: any other hexadecimal text could be anything."""
    bits = text.upper()
    return Epc(bits) if _EPC.fullmatch(bits) else None


def has_gs1_check_digit(digits: str) -> bool:
    """Up to 18 digits of which the last checks the others. GS1 General Specifications 7.9.1."""
    return _DIGITS.fullmatch(digits) is not None and check_digits.gs1(digits[:-1]) == digits[-1]
