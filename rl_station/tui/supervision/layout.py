"""Which sections stand where on the overview, and how many rows each gets: two columns at 80, three at 120, four at 200."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rl_station.tui.supervision.chart import TALL, chart
from rl_station.tui.supervision.drawing import Pen, inline, table
from rl_station.tui.supervision.pieces import Block, moved, side_by_side
from rl_station.tui.supervision.sections import Chart, Section, Table

_MIXES = ("disposition", "functional", "cosmetic", "reason")
_LAST = ("recovery", "agreement", "health")
_BETWEEN = 2
_THREE_FROM, _FOUR_FROM = 110, 170

_MANY = 1000
_INLINE = frozenset({*_MIXES, *_LAST})
"""What shares rows where there are two columns only."""
_IMPORTANT = (
    *("queues", "by_stage", "by_station", "by_operator", "troubles", "chart"),
    *("health", "disposition", "reason", "agreement", "recovery", "functional", "cosmetic"),
)
"""Who gets rows first when there are some left."""


def roomy(width: int) -> bool:
    """Whether there is room for throughput by everything at once."""
    return width >= _FOUR_FROM


def columns(width: int, group: str) -> tuple[tuple[str, ...], ...]:
    """The sections of each column, from the left. Where there is little room, throughput is told by one `group` at a time."""
    other = "operator" if group == "station" else "station"
    if width < _THREE_FROM:
        return ((f"by_{group}", "queues"), ("chart", "troubles", *_MIXES, *_LAST))
    if width < _FOUR_FROM:
        return (
            ("by_stage", "queues", "recovery", "health"),
            ("chart", "troubles", f"by_{other}"),
            (*_MIXES, "agreement"),
        )
    return (
        ("by_stage", "queues", "recovery", "health"),
        ("chart", "by_station", "by_operator"),
        ("troubles", "agreement"),
        _MIXES,
    )


def overview(sections: Mapping[str, Section], size: tuple[int, int], group: str, pen: Pen) -> Block:
    """Everything at once in so many columns and rows, each section at least with its title as long as there are rows."""
    width, height = size
    split = columns(width, group)
    wide = (width - _BETWEEN * (len(split) - 1)) // len(split)
    blocks = []
    for place, names in enumerate(split):
        wishes = [_wish(sections[name], wide, pen, crowded=width < _THREE_FROM) for name in names]
        stacked = _stacked(wishes, wide, height, pen)
        blocks.append(moved(stacked, place * (wide + _BETWEEN)))
    return side_by_side(blocks)


def drawn(section: Section, width: int, height: int, pen: Pen) -> Block:
    if height < 1:
        return []
    return chart(section, width, height, pen) if isinstance(section, Chart) else table(section, width, height, pen)


@dataclass(frozen=True, slots=True)
class Wish:
    """Rows a section asks for: without which it is not worth showing, to be of use, to show everything."""

    section: Section
    least: int
    some: int
    all: int
    inline: bool = False


def _wish(section: Section, width: int, pen: Pen, *, crowded: bool) -> Wish:
    if isinstance(section, Chart):
        return Wish(section, 1 + section.least, TALL - 3, TALL)
    if crowded and section.name in _INLINE:
        rows = len(inline(section, width, _MANY, pen))
        return Wish(section, 1, min(rows, 2), rows, inline=True)
    rows = 1 + max(1, len(section.lines))
    return Wish(section, min(rows, 1 + section.least), rows, rows)


def _stacked(column: Sequence[Wish], width: int, height: int, pen: Pen) -> Block:
    rows = shared(column, height)
    gap = 1 if height - sum(rows) >= len(column) - 1 else 0
    block: Block = []
    for wish, high in zip(column, rows, strict=True):
        if wish.inline and isinstance(wish.section, Table):
            block += inline(wish.section, width, high, pen) if high else []
        else:
            block += drawn(wish.section, width, high, pen)
        block += [()] * gap
    return block[:height]


def shared(column: Sequence[Wish], height: int) -> list[int]:
    """Rows of each: its title, then what it must have, then in turn what it could use, the important ones first."""
    rows = [0] * len(column)
    order = sorted(range(len(column)), key=lambda at: _IMPORTANT.index(column[at].section.name))
    for limits in (
        [1] * len(column),
        [wish.least for wish in column],
        [wish.some for wish in column],
        [wish.all for wish in column],
    ):
        while (left := height - sum(rows)) > 0 and (short := [at for at in order if rows[at] < limits[at]]):
            for at in short[:left]:
                rows[at] += 1
    return rows
