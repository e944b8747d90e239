"""The facts about what is in hand, and the checklist that scans fill."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, beside, row, wrapped
from rl_station.tui.wording import Say, screen
from rl_station.workflow.prompt import ChecklistLine, Fact, Tone

_LABEL_SHARE = 0.4
_LABEL_LEAST = 4
_LONGEST = 1000
_FEW = 4
_CUT = "..."


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

    def drawing(self, width: int, height: int) -> Rows:
        longest = max((cell_len(line.label) for line in self._lines), default=0)
        labels = max(_LABEL_LEAST, min(longest, round(width * _LABEL_SHARE)))
        rows: list[Text] = []
        for line in self._lines:
            sign = "" if line.tone in {Tone.PLAIN, Tone.GOOD} else f"{self.look.sign(line.tone)} "
            label = wrapped(line.label, labels, self.look.palette.quiet)
            value = wrapped(f"{sign}{line.value}", width - labels - 2, f"bold {self.look.ink(line.tone)}")
            rows += beside(label, value, labels + 2)
        if len(rows) > height > 0:
            # Cut, and seen to be cut.
            rows[height - 1 :] = [row(_CUT, self.look.palette.quiet)]
        return rows


@dataclass(frozen=True, slots=True)
class CheckLine:
    """`word` names the state, `count` how many of how many."""

    label: str
    state: str
    word: str
    count: str


class CheckLines(Drawn):
    """Every line with a sign, a colour and a word for its state. What is still open stands first when not all fit."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._lines: tuple[CheckLine, ...] = ()
        self._title = ""
        self._say: Say | None = None

    def show(self, lines: tuple[ChecklistLine, ...], say: Say, *, inside: bool = False) -> None:
        """`inside`: the lines are what a container holds, not what is expected."""
        shown = tuple(
            CheckLine(
                say(line.label),
                line.state,
                say(screen(f"checklist.{line.state}")),
                f"{line.seen}/{line.expected}" if line.expected else "",
            )
            for line in lines
        )
        title = say(screen("checklist.inside" if inside else "checklist.title"))
        if self.changed((shown, title)):
            self._lines, self._title, self._say = shown, title, say

    def few(self) -> int:
        """Rows that show the most of it: title, a few lines, how many more."""
        return min(len(self._lines), _FEW) + 1 if self._lines else 0

    def drawing(self, width: int, height: int) -> Rows:
        if self._say is None:
            return []
        title = row(self._title, self.look.palette.quiet)
        drawn = [self._drawn_line(line, width) for line in self._lines]
        if sum(map(len, drawn)) < height:
            return [title, *(each for rows in drawn for each in rows)]
        return [title, *self._most_urgent(width, height - 2)]

    def _most_urgent(self, width: int, height: int) -> Rows:
        rows: list[Text] = []
        left_out = 0
        for line in sorted(self._lines, key=lambda line: line.state == "seen"):
            drawn = self._drawn_line(line, width)
            if left_out or len(rows) + len(drawn) > height:
                left_out += 1
            else:
                rows += drawn
        more = self._say(screen("checklist.more", count=left_out)) if self._say else ""
        return [*rows, row(more, self.look.palette.quiet)]

    def _drawn_line(self, line: CheckLine, width: int) -> list[Text]:
        style = self._style(line.state)
        told = row(f" {line.count} " if line.count else " ").append(line.word, style)
        label = wrapped(
            line.label, width - told.cell_len - 2, self.look.palette.text if line.state == "open" else style
        )
        drawn = beside([row(self._sign(line.state), style)], label, 2)
        drawn[0].append(" " * (width - drawn[0].cell_len - told.cell_len)).append_text(told)
        return drawn

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
