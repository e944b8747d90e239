"""Labels of the places goods go to: bins, lanes, totes, cages and pallets, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rl_station.labels.layout import LABEL, TALL_LABEL, Align, Box, Item, LabelError, Layout, Media, Text
from rl_station.labels.parts import MARGIN, Area, Fact, banner, captioned_bars, in_columns

_ROW = 4.6
_TABLE_TOP = 43.0
_PAGE_FOOT = 6.0
_NO_SMALLER = 0.84


def bin_label(code: str, *, name: str, heading: str, note: str = "", media: Media = LABEL) -> Layout:
    """The label of a bin or lane, its name to be read from across the hall. `note` says what goes in."""
    return Layout(
        media,
        (
            *banner(media.width, 8, heading, note),
            Text(MARGIN, 9.6, media.width - 2 * MARGIN, 15, name, Align.CENTER, bold=True),
            *captioned_bars(Area(0, 27, media.width, media.height - 28.5), code, size=4),
        ),
    )


@dataclass(frozen=True, slots=True)
class ContainerFace:
    """What a container's label and manifest show: its code and name, what it is for, and up to three facts."""

    code: str
    name: str
    heading: str
    disposition: str = ""
    facts: tuple[Fact, ...] = ()


def container_label(face: ContainerFace, media: Media = LABEL) -> Layout:
    """The label of a tote, cage or pallet."""
    inner = media.width - 2 * MARGIN
    foot = 9.5 if face.facts else 0.0
    return Layout(
        media,
        (
            *banner(media.width, 8, face.heading, face.disposition),
            Text(MARGIN, 9.2, inner, 9, face.name, Align.CENTER, bold=True),
            *captioned_bars(Area(0, 19.8, media.width, media.height - 21 - foot), face.code, size=4),
            *in_columns(Area(MARGIN, media.height - foot, inner, foot), face.facts),
        ),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of a manifest: captions, cells, and the shares of the width its columns take (equal when left out).

    Raises ValueError for a row or shares that do not match the captions.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.columns)
        if any(len(row) != count for row in self.rows) or (self.shares and len(self.shares) != count):
            raise ValueError(f"every row of this table has {count} cells, and so have its shares")


def container_manifest(face: ContainerFace, table: Table, media: Media = TALL_LABEL) -> tuple[Layout, ...]:
    """What is in a container, one line a unit, on as many labels or pages as it takes."""
    per_page = int((media.height - _TABLE_TOP - _ROW - _PAGE_FOOT) // _ROW)
    if per_page < 1:
        raise LabelError(f"a manifest does not fit a height of {media.height} mm")
    parts = [table.rows[first : first + per_page] for first in range(0, len(table.rows), per_page)] or [()]
    head: tuple[Item, ...] = (
        *banner(media.width, 9, face.heading, face.disposition),
        *captioned_bars(Area(0, 11, media.width, 18), face.code),
        *in_columns(Area(MARGIN, 31, media.width - 2 * MARGIN, 9), (("", face.name), *face.facts), size=4.2),
    )
    return tuple(
        Layout(media, (*head, *_lines(table, part, media), _page_number(number, len(parts), media)))
        for number, part in enumerate(parts, start=1)
    )


def _lines(table: Table, rows: Sequence[tuple[str, ...]], media: Media) -> list[Item]:
    width = media.width - 2 * MARGIN
    shares = table.shares or (1.0,) * len(table.columns)
    items: list[Item] = [Box(MARGIN, _TABLE_TOP + _ROW - 0.6, width, 0.4)]
    for number, row in enumerate((table.columns, *rows)):
        x = MARGIN
        y = _TABLE_TOP + number * _ROW + (0.3 if number else 0.0)
        for cell, share in zip(row, shares, strict=True):
            column = width * share / sum(shares)
            items.append(Text(x, y, column - 1.5, 3.0, cell, bold=number == 0, least=_NO_SMALLER))
            x += column
    return items


def _page_number(number: int, of: int, media: Media) -> Text:
    return Text(MARGIN, media.height - 4.8, media.width - 2 * MARGIN, 3.0, f"{number} / {of}", Align.RIGHT)
