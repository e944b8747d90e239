"""The answers: key, words, and small the name of the command barcode that gives the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, rows_of
from rl_station.tui.wording import Say
from rl_station.workflow.prompt import Choice, Tone

_COMMAND_FROM_WIDTH = 44
_AIRY = 3


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
        """Rows needed at this width, without any air."""
        return rows_of(self._table(width, air=0), width) if self._lines else 0

    def drawing(self, width: int, height: int) -> RenderableType:
        for air in range(_AIRY, 0, -1):
            table = self._table(width, air)
            if rows_of(table, width) <= height:
                return table
        return self._table(width, air=0)

    def _table(self, width: int, air: int) -> Table:
        with_command = width >= _COMMAND_FROM_WIDTH
        table = Table.grid(padding=(0, 1, 0, 0), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        if with_command:
            table.add_column(justify="right", no_wrap=True)
        for line in self._lines:
            # Three rows to a key where there is room: a key cap, not a letter.
            cap, label = self._cap(line, air), self._label(line, air)
            table.add_row(cap, label, *self._command(line, air) if with_command else ())
            if air and air != 2:  # noqa: PLR2004
                table.add_row()
        return table

    def _cap(self, line: ChoiceLine, air: int) -> Text:
        ground, ink = self._cap_colours(line.tone)
        wide = len(line.key) + 4
        middle = line.key.center(wide)
        rows = [" " * wide, middle, " " * wide] if air > 1 else [middle]
        return Text("\n".join(rows), style=f"bold {ink} on {ground}", no_wrap=True)

    def _cap_colours(self, tone: str) -> tuple[str, str]:
        if tone == Tone.PLAIN:
            return self.look.palette.key, self.look.palette.key_text
        return self.look.ground(tone)

    def _label(self, line: ChoiceLine, air: int) -> Text:
        sign = "" if line.tone in {Tone.PLAIN, Tone.GOOD} else f"{self.look.sign(line.tone)} "
        text = Text(f"{sign}{line.label}", style=f"bold {self.look.ink(line.tone)}", overflow="fold")
        return Text("\n") + text if air > 1 else text

    def _command(self, line: ChoiceLine, air: int) -> Iterator[Text]:
        text = Text(line.command, style=self.look.palette.quiet)
        yield Text("\n") + text if air > 1 else text
