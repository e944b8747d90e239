"""The pages below the overview: a section on its own, the subjects behind a figure, one subject with its events."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from rl_station.domain.kpi import Figures, Subject
from rl_station.tui.contract import PastEvent, Sight
from rl_station.tui.supervision.drawing import Pen, table
from rl_station.tui.supervision.figures import Told
from rl_station.tui.supervision.pieces import Block, Piece, fitted
from rl_station.tui.supervision.sections import Cell, Line, Table
from rl_station.tui.supervision.words import clock
from rl_station.tui.widgets.drawn import wrapped
from rl_station.tui.wording import safe
from rl_station.workflow.prompt import Prompt, Tone

_DAY_US = 86_400_000_000
_WHEN_SHARE = 0.4
_BETWEEN = 2
EVENT = "event"


def subjects(found: Sequence[Subject] | None, title: str, told: Told) -> Table:
    """What is behind a figure, the newest first; None while it is being read."""
    lines = tuple(
        Line(f"{each.kind}.{each.id}.{place}", _named(each), (Cell(_when(each.at, told.figures), "", each),))
        for place, each in enumerate(found or ())
    )
    empty = told.word("loading" if found is None else "nothing_behind")
    return Table("subjects", f"{title} {len(lines)}", (told.word("when"),), lines, empty=empty, alone=True)


def _named(subject: Subject) -> str:
    return safe(f"{subject.id}  {subject.text}".rstrip())


def _when(at: int, figures: Figures) -> str:
    """By the clocks that the hours of the chart go by: what is behind its bar for eight began at eight."""
    if not at:
        return "-"
    return clock(at, "%H:%M:%S" if abs(figures.at - at) < _DAY_US else "%Y-%m-%d %H:%M", figures.timezone)


def events(history: Sequence[PastEvent], width: int, pen: Pen) -> Block:
    """As the trace screen tells them, oldest first; the cursor goes from event to event."""
    look = pen.look
    labels = [pen.say(line.fact.label) for line in history]
    room = min(max(map(cell_len, labels), default=0), round(width * _WHEN_SHARE))
    block: Block = []
    for place, (line, label) in enumerate(zip(history, labels, strict=True)):
        when = [text.plain for text in wrapped(label, room)]
        what = [text.plain for text in wrapped(pen.say(line.fact.value), max(1, width - room - _BETWEEN))]
        for at in range(max(len(when), len(what))):
            left = fitted(when[at] if at < len(when) else "", room)
            key = (EVENT, str(line.seq), str(place)) if at == 0 else ()
            row = [Piece(0, left, look.palette.quiet, key)]
            if at < len(what):
                row.append(Piece(room + _BETWEEN, what[at], f"bold {look.ink(line.fact.tone)}"))
            block.append(tuple(row))
    return block


def where_decided(sight: Sight, width: int, pen: Pen) -> Block:
    """At which other station a decision about it is made, if that is not here."""
    if sight.elsewhere is None:
        return []
    style = f"bold {pen.look.ink(Tone.WARN)}"
    return [(), *((Piece(0, each.plain, style),) for each in wrapped(pen.say(sight.elsewhere), width))]


def announced(prompt: Prompt, width: int, pen: Pen) -> Block:
    """What was scanned and has no event here: why, and what was announced of it."""
    why = wrapped(pen.say(prompt.detail), width) if prompt.detail is not None else []
    lines = (f"{line.expected} x {pen.say(line.label)}" for line in prompt.checklist)
    return [*((Piece(0, each.plain),) for each in why), *((Piece(0, fitted(line, width)),) for line in lines)]


def whole(shown: Table, width: int, pen: Pen) -> Block:
    """A table with all its lines."""
    return table(shown, width, len(shown.lines) + 2, pen)
