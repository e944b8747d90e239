"""A section drawn in so many columns and rows: the title with the heads of its columns, then as much as there is room for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rich.cells import cell_len

from rl_station.tui.look import Look
from rl_station.tui.supervision.pieces import Block, Piece, Row, fitted
from rl_station.tui.supervision.sections import Cell, Line, Section, Table
from rl_station.tui.wording import Say, screen

_LEAST_LABEL = 8
_GAP = 1
_BAR_FROM = 44
_LONGEST_BAR = 24
_SHORTEST_BAR = 6
_TWO = 2
_DOTS = "..."


@dataclass(frozen=True, slots=True)
class Pen:
    """How to draw and how to say it."""

    look: Look
    say: Say


def table(shown: Table, width: int, height: int, pen: Pen) -> Block:
    """At most so many rows, the title among them; what finds no room is counted in the last one."""
    widths = _widths(shown)
    rows = [
        title(shown, width, pen, widths),
        *(_line(shown.name, line, widths, width, pen.look) for line in shown.lines),
    ]
    if not shown.lines:
        rows.append((Piece(0, fitted(shown.empty, width), pen.look.palette.quiet),))
    return _cut(rows, shown, height, pen)


def title(section: Section, width: int, pen: Pen, widths: tuple[int, ...] = ()) -> Row:
    """One piece as wide as the section, so that the cursor comes by it; Enter gives the section the whole screen."""
    heads = section.heads if isinstance(section, Table) else ()
    right = "".join(" " * _GAP + fitted(head, wide, right=True) for head, wide in zip(heads, widths, strict=False))
    left = fitted(f" {section.title.upper()}", max(0, width - cell_len(right)))
    palette = pen.look.palette
    style = f"bold {palette.bar_text} on {palette.bar}"
    text = fitted(left + right, width)
    return (Piece(0, text, style),) if section.alone else (Piece(0, text, style, (section.name,), section.name),)


def _cut(rows: Block, shown: Table, height: int, pen: Pen) -> Block:
    if len(rows) <= height or height < _TWO:
        return rows[: max(0, height)]
    more = pen.say(screen("checklist.more", count=len(rows) - height + 1))
    return [*rows[: height - 1], (Piece(0, more, pen.look.palette.quiet, (shown.name, "more"), shown.name),)]


# --- tables -----------------------------------------------------------------------------------------------------------


def _widths(shown: Table) -> tuple[int, ...]:
    rows = [shown.heads, *(tuple(cell.text for cell in line.cells) for line in shown.lines)]
    return tuple(max(cell_len(row[at]) for row in rows if at < len(row)) for at in range(len(shown.heads)))


def _line(name: str, line: Line, widths: tuple[int, ...], width: int, look: Look) -> Row:
    numbers = sum(widths) + _GAP * len(widths) if line.cells else 0
    label_room = max(_LEAST_LABEL, width - numbers)
    bar = _part(line, label_room, width, look)
    sign = f"{look.sign(line.tone)} " if line.tone in {"warn", "bad"} else ""
    label = fitted(sign + line.label, label_room - len(bar) - 1, cut="" if look.ascii_only else "…")
    style = look.ink(line.tone) if line.tone else ""
    pieces = [Piece(0, label, style, () if line.cells else (name, line.id), None)]
    if bar:
        pieces.append(Piece(cell_len(label), bar, look.palette.quiet))
    x = label_room
    for at, (cell, wide) in enumerate(zip(line.cells, widths, strict=False)):
        figure = fitted(cell.text, wide, right=True)
        pieces.append(Piece(x + _GAP, figure, _cell_style(cell, at, look), (name, line.id, str(at)), cell.opens))
        x += _GAP + wide
    return tuple(pieces)


def _cell_style(cell: Cell, at: int, look: Look) -> str:
    return f"bold {look.ink(cell.tone)}" if cell.tone else "bold" if at == 0 else ""


def _part(line: Line, label_room: int, width: int, look: Look) -> str:
    """The share as a bar, where label and figures leave room."""
    if line.part is None or width < _BAR_FROM:
        return ""
    room = min(_LONGEST_BAR, label_room - cell_len(line.label) - 2)
    if room < _SHORTEST_BAR:
        return ""
    room = min(_LONGEST_BAR, max(_SHORTEST_BAR, label_room // 2))
    full = "#" if look.ascii_only else "█"
    return fitted(full * round(line.part * room), room)


# --- several lines in a row -------------------------------------------------------------------------------------------


def inline(shown: Table, width: int, height: int, pen: Pen) -> Block:
    """The title, and after it every line with its main figure, at most so many rows; dots where more would follow."""
    palette = pen.look.palette
    head = fitted(f" {shown.title} ", min(width, cell_len(shown.title) + 2))
    rows = [[Piece(0, head, f"bold {palette.bar_text} on {palette.bar}", (shown.name,), shown.name)]]
    x = cell_len(head) + 1
    for line in shown.lines:
        piece = _inlined(shown, line, pen.look)
        length = cell_len(piece.text)
        if x + length > width:
            if len(rows) >= height:
                rows[-1].append(Piece(min(x - 1, width - len(_DOTS)), _DOTS, palette.quiet))
                break
            rows.append([])
            x = 1
        rows[-1].append(replace(piece, x=x))
        x += length + 2
    if not shown.lines:
        rows[0].append(Piece(x, shown.empty, palette.quiet))
    return [tuple(row) for row in rows][:height]


def _inlined(shown: Table, line: Line, look: Look) -> Piece:
    cell = line.cells[min(shown.main, len(line.cells) - 1)]
    sign = look.sign(cell.tone) if cell.tone in {"warn", "bad"} else ""
    text = f"{sign}{line.short or line.label} {cell.text.replace(' %', '%')}"
    style = look.ink(cell.tone) if cell.tone else ""
    return Piece(0, text, style, (shown.name, line.id, str(shown.main)), cell.opens)
