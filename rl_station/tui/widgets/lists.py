"""The facts about what is in hand, and the checklist that scans fill."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, rows_of
from rl_station.tui.wording import Say, screen
from rl_station.workflow.prompt import ChecklistLine, Fact, Tone

_LABEL_SHARE = 0.4
_LONGEST = 1000
_FEW = 4


@dataclass(frozen=True, slots=True)
class FactLine:
    label: str
    value: str
    tone: str


class Facts(Drawn):
    """Label and value, one below the other. `scrolled`: as long as it is, for a container that scrolls."""

    def __init__(self, look: Look, *, id: str | None = None, scrolled: bool = False) -> None:
        super().__init__(look, id=id)
        self._lines: tuple[FactLine, ...] = ()
        self._scrolled = scrolled

    def room(self) -> int:
        return _LONGEST if self._scrolled else super().room()

    def show(self, facts: tuple[Fact, ...], say: Say) -> None:
        lines = tuple(FactLine(say(fact.label), say(fact.value), fact.tone) for fact in facts)
        if self.changed(lines):
            self._lines = lines

    def rows(self, width: int) -> int:
        """Rows needed at this width, with the empty one below."""
        return rows_of(self.drawing(width, 0), width) + 1 if self._lines else 0

    def drawing(self, width: int, height: int) -> RenderableType:
        longest = max((len(line.label) for line in self._lines), default=0)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(max_width=max(8, min(longest, round(width * _LABEL_SHARE))))
        table.add_column(overflow="fold")
        for line in self._lines:
            sign = "" if line.tone in {Tone.PLAIN, Tone.GOOD} else f"{self.look.sign(line.tone)} "
            value = Text(f"{sign}{line.value}", style=f"bold {self.look.ink(line.tone)}")
            table.add_row(Text(line.label, style=self.look.palette.quiet), value)
        return table


@dataclass(frozen=True, slots=True)
class CheckLine:
    label: str
    state: str
    word: str
    count: str


class CheckLines(Drawn):
    """Every line with a sign, a colour and a word for its state. What is still open stands first when not all fit."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._lines: tuple[CheckLine, ...] = ()
        self._say: Say | None = None

    def show(self, lines: tuple[ChecklistLine, ...], say: Say) -> None:
        shown = tuple(
            CheckLine(
                say(line.label),
                line.state,
                say(screen(f"checklist.{line.state}")),
                f"{line.seen}/{line.expected}" if line.expected else "",
            )
            for line in lines
        )
        if self.changed((shown, say(screen("checklist.title")))):
            self._lines, self._say = shown, say

    def rows(self) -> int:
        """Rows that show the most of it: title, a few lines, how many more."""
        return min(len(self._lines), _FEW) + 1 if self._lines else 0

    def drawing(self, width: int, height: int) -> RenderableType:
        if self._say is None:
            return Text()
        title = Text(self._say(screen("checklist.title")), style=self.look.palette.quiet)
        whole = self._table(self._lines)
        if rows_of(whole, width) < height or not self._lines:
            return Group(title, whole)
        lines = sorted(self._lines, key=lambda line: line.state == "seen")
        kept = len(lines)
        while kept > 1 and rows_of(self._table(tuple(lines[:kept])), width) > height - 2:
            kept -= 1
        more = Text(self._say(screen("checklist.more", count=len(lines) - kept)), style=self.look.palette.quiet)
        return Group(title, self._table(tuple(lines[:kept])), more)

    def _table(self, lines: tuple[CheckLine, ...]) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(no_wrap=True, justify="right")
        table.add_column(no_wrap=True)
        for line in lines:
            style = self._style(line.state)
            label = Text(line.label, style=style if line.state != "open" else self.look.palette.text)
            table.add_row(
                Text(self._sign(line.state), style=style), label, Text(line.count), Text(line.word, style=style)
            )
        return table

    def _sign(self, state: str) -> str:
        symbols = self.look.symbols
        return {
            "seen": symbols.good,
            "open": symbols.open,
            "partial": symbols.partial,
            "missing": symbols.missing,
            "unexpected": symbols.extra,
        }.get(state, symbols.foreign)

    def _style(self, state: str) -> str:
        tones = {"seen": "good", "partial": "warn", "missing": "bad", "unexpected": "warn", "other_client": "bad"}
        return self.look.ink(tones[state]) if state in tones else self.look.palette.quiet
