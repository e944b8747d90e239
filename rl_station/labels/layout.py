"""What stands on a label and where, in millimetres from its top left corner: the one description every renderer reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class LabelError(Exception):
    """A label that cannot be made as described. The message says what does not fit, for a person."""


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Media:
    """The size of one label or page, in mm."""

    width: float
    height: float


LINE_PITCH = 1.12
"""Distance of two lines of text, in sizes."""

BASELINE = 0.79
"""Distance of a line's top and the foot of its letters, in sizes."""

LABEL = Media(100, 50)
TALL_LABEL = Media(100, 150)
CARD = Media(85.6, 54)
A4 = Media(210, 297)


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a box `width` wide and `lines` lines of `size` high, in mm.

    Words that do not fit are first shrunk, down to `least` of their size, then cut with an ellipsis. `inverse` is white, for use
    on a filled box.
    """

    x: float
    y: float
    width: float
    size: float
    text: str
    align: Align = Align.LEFT
    lines: int = 1
    bold: bool = False
    inverse: bool = False
    least: float = 0.6


@dataclass(frozen=True, slots=True)
class Code128:
    """A Code 128, centred in its box with both quiet zones inside (ISO/IEC 15417)."""

    x: float
    y: float
    width: float
    height: float
    data: str


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, centred in a square box with its quiet zone inside (ISO/IEC 18004)."""

    x: float
    y: float
    size: float
    data: str


@dataclass(frozen=True, slots=True)
class Box:
    """A frame `thickness` mm strong, drawn inwards, or a filled rectangle where that is 0."""

    x: float
    y: float
    width: float
    height: float
    thickness: float = 0.0


Item = Text | Code128 | Qr | Box


@dataclass(frozen=True, slots=True)
class Layout:
    """One label or page. Items are drawn in order."""

    media: Media
    items: tuple[Item, ...]


def moved(item: Item, dx: float, dy: float) -> Item:
    return replace(item, x=item.x + dx, y=item.y + dy)


def tiled(labels: Sequence[Layout], page: Media = A4, *, gap: float = 0.0, frame: float = 0.1) -> tuple[Layout, ...]:
    """Equal labels side by side on as many pages as they need, centred, each with a frame to cut along.

    Raises LabelError where one label is larger than the page or the labels differ in size.
    """
    if not labels:
        return ()
    cell = labels[0].media
    if any(label.media != cell for label in labels):
        raise LabelError("labels of different sizes do not share a sheet")
    columns = int((page.width + gap) // (cell.width + gap))
    rows = int((page.height + gap) // (cell.height + gap))
    if columns < 1 or rows < 1:
        raise LabelError(f"a label of {cell.width} x {cell.height} mm does not fit {page.width} x {page.height} mm")
    left = (page.width - columns * cell.width - (columns - 1) * gap) / 2
    top = (page.height - rows * cell.height - (rows - 1) * gap) / 2
    pages = []
    for first in range(0, len(labels), columns * rows):
        items: list[Item] = []
        for place, label in enumerate(labels[first : first + columns * rows]):
            x = left + place % columns * (cell.width + gap)
            y = top + place // columns * (cell.height + gap)
            items.append(Box(x, y, cell.width, cell.height, frame))
            items.extend(moved(item, x, y) for item in label.items)
        pages.append(Layout(page, tuple(items)))
    return tuple(pages)
