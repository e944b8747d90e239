"""What the bits of a tag say: a GS1 key with its serial number and filter value, or nothing, and then they stay what they are.

Decoded by `epcpy`, wrapped: it loses the filter value, knows nothing of tags that are none of GS1's, and takes a tenth of a
second to import, which a station without tags should not pay.
Source: GS1 EPC Tag Data Standard 2.0, sections 6, 7, 10 and 14.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from enum import StrEnum
from functools import cache, lru_cache

import msgspec

from rl_station.domain.identifiers import has_gs1_check_digit, parse_gtin, parse_sscc


class Scheme(StrEnum):
    """The EPC schemes that name what passes through a returns centre."""

    SGTIN = "sgtin"
    SSCC = "sscc"
    SGLN = "sgln"
    GRAI = "grai"
    GIAI = "giai"


class Identity(msgspec.Struct, frozen=True):
    """What a tag names. `uri` is the pure identity, `elements` the same as GS1 application identifiers with their values.

    `filter` (0 to 7) says what kind of thing the tag is on; 1 is an item of retail trade. TDS 2.0, table 10-1.
    """

    scheme: Scheme
    uri: str
    filter: int
    elements: tuple[tuple[str, str], ...]

    def element(self, identifier: str) -> str:
        return dict(self.elements).get(identifier, "")

    @property
    def gtin(self) -> str:
        """14 digits; empty for a tag on no trade item."""
        return self.element("01")

    @property
    def serial(self) -> str:
        return self.element("21")

    @property
    def prefix_digits(self) -> int:
        """How long the GS1 company prefix inside the key is."""
        return len(self.uri.rpartition(":")[2].partition(".")[0])


def canonical(text: str) -> str | None:
    """A tag's EPC bank as capital hexadecimal, or None where it is none: it consists of whole 16-bit words. TDS 2.0, 15.1.1."""
    bits = text.upper()
    return bits if _WORDS.fullmatch(bits) else None


@lru_cache(maxsize=8192)
def decode(text: str) -> Identity | None:
    """What these bits (hexadecimal, either case) name; None where they are no EPC of these schemes. Never raises."""
    bits = canonical(text)
    if bits is None or bits[:2] not in _HEADERS:
        return None
    uri_of, failures = _epcpy()
    try:
        uri, element_string = uri_of(bits)
    except failures:
        return None
    scheme = _HEADERS[bits[:2]]
    elements = _elements(scheme, element_string)
    return Identity(scheme, uri, _filter(bits), elements) if elements else None


def sgtin_96(gtin: str, serial: str, prefix_digits: int) -> str | None:
    """The EPC bank of a tag on an item of retail trade; `gtin` of 14 digits, with a company prefix of 6 to 12.

    None where the serial number does not fit: it has to be a number below 2^38 without leading zeros. TDS 2.0, 14.6.1.1.
    """
    if not _NUMBER.fullmatch(serial) or parse_gtin(gtin) is None or prefix_digits not in _PREFIX_DIGITS:
        return None
    encoded, failures = _encoder()
    try:
        return encoded(gtin, serial, prefix_digits)
    except failures:
        return None


def warm_up() -> None:
    """Import what decoding needs, ahead of the first tag."""
    _epcpy()


# TDS 2.0, table 14-1: each scheme's short binary form, and the long one that takes letters in its serial number.
_HEADERS = {
    "30": Scheme.SGTIN,
    "36": Scheme.SGTIN,
    "31": Scheme.SSCC,
    "32": Scheme.SGLN,
    "39": Scheme.SGLN,
    "33": Scheme.GRAI,
    "37": Scheme.GRAI,
    "34": Scheme.GIAI,
    "38": Scheme.GIAI,
}
# The length field of the PC bits counts up to 31 words. TDS 2.0, 9.2.
_WORDS = re.compile(r"(?:[0-9A-F]{4}){1,31}")
# The application identifier (with the length of its value) that the element string begins with, and the one that may follow.
_SHAPES = {
    Scheme.SGTIN: ("01", 14, "21"),
    Scheme.SSCC: ("00", 18, ""),
    Scheme.SGLN: ("414", 13, "254"),
    Scheme.GRAI: ("8003", 0, ""),
    Scheme.GIAI: ("8004", 0, ""),
}
# Plain GLN: the extension 0 says that there is none. TDS 2.0, 6.3.3.
_NO_EXTENSION = "0"
_GRAI_CHECKED = 14

_NUMBER = re.compile(r"0|[1-9][0-9]{0,11}")
_PREFIX_DIGITS = range(6, 13)

_Encoder = Callable[[str, str, int], str]


@cache
def _encoder() -> tuple[_Encoder, tuple[type[Exception], ...]]:
    """From GTIN, serial number and length of the company prefix to hexadecimal, and what that may raise."""
    _, failures = _epcpy()
    from epcpy.epc_schemes.sgtin import SGTIN, SGTINFilterValue  # noqa: PLC0415  # see the module's docstring

    def encoded(gtin: str, serial: str, prefix_digits: int) -> str:
        made = SGTIN.from_gtin_plus_serial(gtin, serial, prefix_digits)
        scheme = SGTIN.BinaryCodingScheme.SGTIN_96
        # Asked first, because it is the tag URI that complains of a serial number beyond 38 bits.
        made.tag_uri(scheme, SGTINFilterValue.POS_ITEM)
        return made.hex(binary_coding_scheme=scheme, filter_value=SGTINFilterValue.POS_ITEM)

    return encoded, failures


_Decoder = Callable[[str], tuple[str, str]]


@cache
def _epcpy() -> tuple[_Decoder, tuple[type[Exception], ...]]:
    """From hexadecimal to pure identity URI and element string, and what that may raise."""
    with warnings.catch_warnings():
        # Its sources hold escape sequences that the compiler warns of, when they are compiled for the first time.
        warnings.simplefilter("ignore")
        from epcpy.epc_schemes.base_scheme import GS1Element  # noqa: PLC0415  # see the module's docstring
        from epcpy.utils.common import ConvertException  # noqa: PLC0415  # as above
        from epcpy.utils.parsers import hex_to_tag_encodable  # noqa: PLC0415  # as above

    def uri_of(bits: str) -> tuple[str, str]:
        found = hex_to_tag_encodable(bits)
        if not isinstance(found, GS1Element):
            raise ConvertException(message="no GS1 key")
        return str(found.epc_uri), str(found.gs1_element_string())

    return uri_of, (ConvertException, ValueError, LookupError)


def _filter(bits: str) -> int:
    """The three bits behind the header, in every one of these schemes."""
    return int(bits[2], 16) >> 1


def _elements(scheme: Scheme, element_string: str) -> tuple[tuple[str, str], ...]:
    """The elements, or none where a key does not hold what it should. Serial numbers may hold parentheses themselves."""
    first, length, second = _SHAPES[scheme]
    rest = element_string.removeprefix(f"({first})")
    value, rest = (rest[:length], rest[length:]) if length else (rest, "")
    if not _sound(scheme, value):
        return ()
    tail = rest.removeprefix(f"({second})")
    if not tail or (scheme is Scheme.SGLN and tail == _NO_EXTENSION):
        return ((first, value),)
    return ((first, value), (second, tail))


def _sound(scheme: Scheme, value: str) -> bool:
    match scheme:
        case Scheme.SGTIN:
            return parse_gtin(value) is not None
        case Scheme.SSCC:
            return parse_sscc(value) is not None
        case Scheme.SGLN:
            return has_gs1_check_digit(value)
        case Scheme.GRAI:
            return has_gs1_check_digit(value[:_GRAI_CHECKED])
        case Scheme.GIAI:
            return bool(value)
