"""Fonts that are there on every machine, and how wide words are in them."""

from __future__ import annotations

import unicodedata
from enum import Enum, auto
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont

_PLAIN = frozenset("".join(map(chr, range(32, 127))) + "\u2026\u2018\u2019\u201c\u201d\u00ab\u00bb\u00b0\u00b7")
_BROAD_FACES = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf")
_WIDE_FACES = ("NotoSansCJK-Regular.ttc", "DroidSansFallbackFull.ttf", "wqy-microhei.ttc", "wqy-zenhei.ttc")

Font = ImageFont.FreeTypeFont


class Kind(Enum):
    """Which font a text needs."""

    PLAIN = auto()
    BROAD = auto()
    WIDE = auto()


def font_for(text: str, size: int) -> Font:
    """The font that can write all of `text`, at `size` dots to the line.

    English is written with the font Pillow carries. Other alphabets take a common font of the machine if there is one, else the
    one python-barcode carries; Chinese, Japanese and Korean have only the machine's (else boxes stand for the characters).
    """
    return _font(_kind(text), size)


def _kind(text: str) -> Kind:
    if _PLAIN.issuperset(text):
        return Kind.PLAIN
    return Kind.WIDE if any(_is_wide(char) for char in text) else Kind.BROAD


def _font(kind: Kind, size: int) -> Font:
    if kind is Kind.PLAIN:
        return _plain(size)
    wide = _installed(_WIDE_FACES, size) if kind is Kind.WIDE else None
    return wide or _installed(_BROAD_FACES, size) or _carried(size)


@lru_cache(maxsize=64)
def _plain(size: int) -> Font:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise OSError("this Pillow was built without FreeType")
    return font


@lru_cache(maxsize=64)
def _carried(size: int) -> Font:
    return ImageFont.truetype(BytesIO(_carried_file()), _tall(size))


@lru_cache(maxsize=1)
def _carried_file() -> bytes:
    return (files("barcode") / "fonts" / "DejaVuSansMono.ttf").read_bytes()


@lru_cache(maxsize=64)
def _installed(faces: tuple[str, ...], size: int) -> Font | None:
    for face in faces:
        try:
            return ImageFont.truetype(face, _tall(size))
        except OSError:
            continue
    return None


def _tall(size: int) -> int:
    """These fonts stand taller than Pillow's: capitals with accents still stay within `size`."""
    return max(1, round(size * 0.86))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def stroke(size: int, bold: bool) -> float:
    """Dots added around each line of a bold letter."""
    return size / 55 if bold else 0.0


def width_of(text: str, size: int, bold: bool = False) -> float:
    """Dots that `text` takes at `size` at most, in our fonts and in a printer's own condensed one."""
    kind = _kind(text)
    return sum(_advance(char, size, kind) for char in text) + 2 * stroke(size, bold)


@lru_cache(maxsize=8192)
def _advance(char: str, size: int, kind: Kind) -> float:
    """Kerning, which only narrows, is left out: one character at a time can be remembered."""
    return max(_font(kind, size).getlength(char), size if _is_wide(char) else 0)
