"""The answers: key, words, and small the name of the command barcode that gives the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rl_station.tui.big_text import largest
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, rows_of
from rl_station.tui.wording import Say
from rl_station.workflow.prompt import Choice, Tone

_COMMAND_FROM_WIDTH = 44
_COMMAND_WIDTH = 12
_CAP_WIDTH = 7
_CAP_ROWS = 3


class Pitch(IntEnum):
    """How much room each answer gets, from much to little.

    WIDE: a key cap of three rows and a gap; CAPS: the same without the gap; SPACED: one row and a gap; TIGHT: one row;
    BARE: one row without the name of its barcode.
    """

    WIDE = 0
    CAPS = 1
    SPACED = 2
    TIGHT = 3
    BARE = 4


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A choice in words. `command`: the body of its barcode, the positional one where it has none of its own."""

    key: str
    label: str
    command: str
    tone: str


class Choices(Drawn):
    """Up to nine and more answers, none of them cut off."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._lines: tuple[ChoiceLine, ...] = ()

    def show(self, choices: tuple[Choice, ...], say: Say) -> None:
        lines = tuple(
            ChoiceLine(
                choice.key.upper(), say(choice.label), choice.command or f"ANSWER{choice.key.upper()}", choice.tone
            )
            for choice in choices
        )
        if self.changed(lines):
            self._lines = lines

    def rows(self, width: int) -> int:
        """Rows needed at this width, at the tightest."""
        return rows_of(self._table(width, Pitch.BARE, False), width) if self._lines else 0

    def drawing(self, width: int, height: int) -> RenderableType:
        """The roomiest that fits. Bare, without barcodes, is the last resort: the words matter more."""
        for pitch in Pitch:
            for large in (True, False) if pitch <= Pitch.CAPS else (False,):
                if large and not self._can_be_large(width):
                    continue
                table = self._table(width, pitch, large)
                rows = rows_of(table, width)
                if rows <= height and not (pitch is Pitch.TIGHT and rows > self.rows(width)):
                    return table
        return self._table(width, Pitch.BARE, False)

    def _can_be_large(self, width: int) -> bool:
        rows = [self._large(line, width) for line in self._lines]
        return all(row is not None for row in rows)

    def _large(self, line: ChoiceLine, width: int) -> tuple[str, ...] | None:
        room = width - _CAP_WIDTH - (_COMMAND_WIDTH if width >= _COMMAND_FROM_WIDTH else 0)
        return largest(line.label, room, _CAP_ROWS, ascii_only=self.look.ascii_only, most=1)

    def _table(self, width: int, pitch: Pitch, large: bool) -> Table:
        with_command = width >= _COMMAND_FROM_WIDTH and pitch is not Pitch.BARE
        table = Table.grid(padding=(0, 1, 0, 0), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        if with_command:
            table.add_column(justify="right", no_wrap=True)
        for at, line in enumerate(self._lines):
            if at and pitch in {Pitch.WIDE, Pitch.SPACED}:
                table.add_row()
            capped = pitch <= Pitch.CAPS
            command = (Text("\n" * capped + line.command, style=self.look.palette.quiet),) if with_command else ()
            table.add_row(self._cap(line, capped), self._label(line, capped, large, width), *command)
        return table

    def _cap(self, line: ChoiceLine, capped: bool) -> Text:
        ground, ink = self.look.ground(line.tone)
        if line.tone == Tone.PLAIN:
            ground, ink = self.look.palette.key, self.look.palette.key_text
        face = (line.key.center(_CAP_WIDTH - 2), f"bold {ink} on {ground}")
        if not capped:
            return Text.assemble(face, no_wrap=True)
        # Half blocks above and below: a key cap that touches no other.
        over, under = (" ", " ") if self.look.ascii_only else ("▄", "▀")
        edges = [(edge * (_CAP_WIDTH - 2), ground) for edge in (over, under)]
        return Text.assemble(edges[0], "\n", face, "\n", edges[1], no_wrap=True)

    def _label(self, line: ChoiceLine, capped: bool, large: bool, width: int) -> Text:
        style = f"bold {self.look.ink(line.tone)}"
        rows = self._large(line, width) if large else None
        if rows:
            return Text("\n".join(rows), style=style, no_wrap=True)
        sign = "" if line.tone in {Tone.PLAIN, Tone.GOOD} else f"{self.look.sign(line.tone)} "
        return Text("\n" * capped + f"{sign}{line.label}", style=style, overflow="fold")
