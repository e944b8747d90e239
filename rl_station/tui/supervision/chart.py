"""Bars over the shift: one for each hour, of half blocks, which every console font has."""

from __future__ import annotations

from rl_station.tui.look import Look
from rl_station.tui.supervision.drawing import Pen, title
from rl_station.tui.supervision.pieces import Block, Piece, fitted
from rl_station.tui.supervision.sections import Bar, Chart

TALL = 9
"""Rows that a chart can use, title and hours included."""

_COUNTS_FROM = 5
_LEAST_FOR_COUNT = 3
_LABEL = 3
_WIDEST_BAR = 8
_HALVES = 2


def chart(shown: Chart, width: int, height: int, pen: Pen) -> Block:
    """At most so many rows: the title, the bars, with their counts above them where there is room, the hours below."""
    head = title(shown, width, pen)
    if not shown.bars or height < _HALVES:
        return [head][:height]
    each = max(1, min(_WIDEST_BAR, width // len(shown.bars)))
    bars = shown.bars[-(width // each) :]
    tall = height - _HALVES
    counts = tall >= _COUNTS_FROM - 1 and each >= _LEAST_FOR_COUNT
    columns = _columns(bars, tall, counts=counts, wide=max(1, each - 1), look=pen.look)
    rows = [
        tuple(Piece(at * each, text, style) for at, (text, style) in enumerate(column[y] for column in columns) if text)
        for y in range(tall)
    ]
    axis = _axis(bars, each)
    hours = tuple(
        Piece(at * each, axis[at * each : (at + 1) * each], pen.look.palette.quiet, (shown.name, bar.id), bar.opens)
        for at, bar in enumerate(bars)
    )
    return [head, *rows, hours]


def _columns(bars: tuple[Bar, ...], tall: int, *, counts: bool, wide: int, look: Look) -> list[list[tuple[str, str]]]:
    """Each bar from top to bottom: text and style."""
    room = (tall - counts) * _HALVES
    most = max(1, *(bar.count for bar in bars))
    made = []
    for bar in bars:
        cells = [(text, _style(bar, look)) for text in _blocks(round(bar.count / most * room), wide, look)]
        if counts and bar.count:
            cells.insert(0, (str(bar.count)[: wide + 1], "bold"))
        made.append([("", "")] * (tall - len(cells)) + cells)
    return made


def _blocks(halves: int, wide: int, look: Look) -> list[str]:
    full, half = ("#", "#") if look.ascii_only else ("█", "▄")
    return ([half * wide] if halves % _HALVES else []) + [full * wide] * (halves // _HALVES)


def _style(bar: Bar, look: Look) -> str:
    """Green where as many were made as were wanted; quiet while the hour is not over."""
    return look.ink("good") if bar.reached else look.palette.text if bar.over else look.palette.quiet


def _axis(bars: tuple[Bar, ...], each: int) -> str:
    """The hours, as many as there is room for: two digits and a blank."""
    every = -(-_LABEL // each)
    return "".join(fitted(bar.label, each * every) for bar in bars[::every])[: each * len(bars)].ljust(each * len(bars))
