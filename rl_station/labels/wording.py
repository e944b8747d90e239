"""Text that can be printed: cleaned of what would harm, and made to fit its box."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rl_station.labels.fonts import width_of
from rl_station.labels.layout import Text

ELLIPSIS = "…"
LONGEST = 200
_SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5, 0.4)
_MARKS = 2


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
