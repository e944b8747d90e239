"""Text that can be printed: cleaned of what would harm, measured, and made to fit its box."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont

from rl_station.labels.layout import Text

ELLIPSIS = "…"
LONGEST = 200
_SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5, 0.4)
_MARKS = 2

_PLAIN = frozenset("".join(map(chr, range(32, 127))) + "\u2026\u2018\u2019\u201c\u201d\u00ab\u00bb\u00b0\u00b7")
_BROAD_FACES = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf")
_WIDE_FACES = ("NotoSansCJK-Regular.ttc", "DroidSansFallbackFull.ttf", "wqy-microhei.ttc", "wqy-zenhei.ttc")

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit their box at `size` dots."""

    size: int
    lines: tuple[str, ...]


def clean(text: str) -> str:
    """One line of characters that print: controls become spaces, invisible ones and stacks of accents go."""
    composed = unicodedata.normalize("NFC", text[:LONGEST])
    return " ".join("".join(_printing(composed)).split())


def _printing(text: str) -> Iterator[str]:
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category.startswith("M") else 0
        if category == "Cc" or category.startswith("Z"):
            yield " "
        elif not category.startswith("C") and marks <= _MARKS and not "\ufe00" <= char <= "\ufe0f":
            yield char


def font_for(text: str, size: int) -> Font:
    """The font that can write all of `text`, at `size` dots to the line.

    English is written with the font Pillow carries. Other alphabets take a common font of the machine if there is one, else the
    one python-barcode carries; Chinese, Japanese and Korean have only the machine's (else boxes stand for the characters).
    """
    if set(text) <= _PLAIN:
        return _plain(size)
    if any(_is_wide(char) for char in text):
        wide = _installed(_WIDE_FACES, size)
        if wide is not None:
            return wide
    return _installed(_BROAD_FACES, size) or _carried(size)


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
    """Dots that `text` takes at `size`, never less than a printer's own condensed font would take."""
    wide = sum(_is_wide(char) for char in text) * size
    return max(font_for(text, size).getlength(text), wide) + 2 * stroke(size, bold)


def fit(text: Text, width: int, size: int) -> Fitted:
    """The words cleaned and broken into their lines of `width` dots: at `size` dots, else smaller, else cut."""
    cleaned = clean(text.text)
    smallest = max(1, round(size * text.least))
    for scale in _SCALES:
        tried = max(smallest, round(size * scale))
        broken = _broken(cleaned, _measure(width, tried, text.bold), text.lines + 1)
        if len(broken) <= text.lines and all(width_of(line, tried, text.bold) <= width for line in broken):
            return Fitted(tried, broken)
    fits = _measure(width, smallest, text.bold)
    kept = _broken(cleaned, fits, text.lines)
    return Fitted(smallest, (*kept[:-1], _cut(kept[-1], fits)))


Fits = Callable[[str], bool]


def _measure(width: int, size: int, bold: bool) -> Fits:
    return lambda text: width_of(text, size, bold) <= width


def _broken(text: str, fits: Fits, most: int) -> tuple[str, ...]:
    """The first `most` lines of the text."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        length = _prefix(rest, fits)
        if length < len(rest):
            space = rest.rfind(" ", 1, length + 1)
            length = space if space > 0 else length
        lines.append(rest[:length].rstrip())
        rest = rest[length:].lstrip()
    return tuple(lines)


def _prefix(text: str, fits: Fits) -> int:
    """How many characters fit, at least one so that breaking comes to an end."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, fits: Fits) -> str:
    """`text` less as many characters at its end as make room for an ellipsis."""
    kept = text
    while kept and not fits(kept.rstrip() + ELLIPSIS):
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS
