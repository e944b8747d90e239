"""Pieces that labels share: a banner, a bar code with its text under it, and captions with their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rl_station.labels.layout import Align, Box, Code128, Item, Text

MARGIN = 3.0
Fact = tuple[str, str]
"""A caption and its value, both in the reader's language."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a label, in mm from its top left corner."""

    x: float
    y: float
    width: float
    height: float


def banner(width: float, height: float, left: str, right: str = "") -> tuple[Item, ...]:
    """White words on black across the top: what it is, and beside it where it belongs."""
    size = height * 0.78
    y = (height - size) / 2 + size * 0.06
    inner = width - 2 * MARGIN
    share = 0.6 if right else 1.0
    words: list[Item] = [Box(0, 0, width, height)]
    words.append(Text(MARGIN, y, inner * share - 1, size, left, bold=True, inverse=True))
    if right:
        start = MARGIN + inner * share
        words.append(Text(start, y, inner * (1 - share), size, right, Align.RIGHT, bold=True, inverse=True))
    return tuple(words)


def captioned_bars(area: Area, code: str, size: float = 3.6) -> tuple[Item, ...]:
    """A Code 128 and the same code to read below it, `size` mm high."""
    bars_height = area.height - size - 1.2
    return (
        Code128(area.x, area.y, area.width, bars_height, code),
        Text(area.x, area.y + bars_height + 1.0, area.width, size, code, Align.CENTER),
    )


def stacked(area: Area, facts: Sequence[Fact], size: float) -> tuple[Item, ...]:
    """Captions on the left, their values in one column beside them, over the height of the area."""
    caption_width = area.width * 0.27
    items: list[Item] = []
    for number, (caption, value) in enumerate(facts):
        y = area.y + number * area.height / len(facts)
        items.append(Text(area.x, y + size * 0.19, caption_width - 1, size * 0.76, caption))
        items.append(Text(area.x + caption_width, y, area.width - caption_width, size, value, bold=True))
    return tuple(items)


def in_columns(area: Area, facts: Sequence[Fact], size: float = 4.4) -> tuple[Item, ...]:
    """Facts side by side, each caption above its value."""
    items: list[Item] = []
    for number, (caption, value) in enumerate(facts):
        column = area.width / len(facts)
        x = area.x + number * column
        items.append(Text(x, area.y, column - 2, 2.6, caption))
        items.append(Text(x, area.y + 3.1, column - 2, size, value, bold=True))
    return tuple(items)
