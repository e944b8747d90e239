"""The answers: key, words, and small the name of the command barcode that gives the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from rich.text import Text

from rl_station.tui.big_text import largest
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, beside, row, wrapped
from rl_station.tui.wording import Say
from rl_station.workflow.prompt import Choice, Tone

_COMMAND_FROM_WIDTH = 44
_CAP = 5
_LABEL_AT = 6
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
        self._modest = False

    def show(self, choices: tuple[Choice, ...], say: Say, *, modest: bool = False) -> None:
        """`modest`: no larger than they must be, because something else is what the screen is for."""
        lines = tuple(
            ChoiceLine(
                choice.key.upper(), say(choice.label), choice.command or f"ANSWER{choice.key.upper()}", choice.tone
            )
            for choice in choices
        )
        if self.changed((lines, modest)):
            self._lines, self._modest = lines, modest

    def least(self, width: int) -> int:
        """Rows needed at this width, at the tightest."""
        return sum(len(wrapped(self._words(line), width - _LABEL_AT)) for line in self._lines)

    def drawing(self, width: int, height: int) -> Rows:
        """The roomiest that fits. Bare, without barcodes, is the last resort: the words matter more."""
        tightest = self.least(width)
        for pitch in (Pitch.TIGHT,) if self._modest else Pitch:
            rows = self._drawn_at(pitch, width)
            if len(rows) <= height and not (pitch is Pitch.TIGHT and len(rows) > tightest):
                return rows
        return self._drawn_at(Pitch.BARE, width)

    def _drawn_at(self, pitch: Pitch, width: int) -> list[Text]:
        command_width = self._command_width(width, pitch)
        room = width - _LABEL_AT - command_width
        large = self._large(room) if pitch <= Pitch.CAPS else None
        rows: list[Text] = []
        for at, line in enumerate(self._lines):
            if rows and pitch in {Pitch.WIDE, Pitch.SPACED}:
                rows.append(row())
            label = large[at] if large else wrapped(self._words(line), room)
            for each in label:
                each.stylize(f"bold {self.look.ink(line.tone)}")
            if pitch <= Pitch.CAPS:
                drawn = beside(self._cap(line), label if large else [row(), *label], _LABEL_AT)
            else:
                drawn = beside([self._key(line)], label, _LABEL_AT)
            if command_width:
                self._append_command(drawn[1 if pitch <= Pitch.CAPS else 0], line, width)
            rows += drawn
        return rows

    def _command_width(self, width: int, pitch: Pitch) -> int:
        if width < _COMMAND_FROM_WIDTH or pitch is Pitch.BARE:
            return 0
        return max((len(line.command) for line in self._lines), default=0) + 2

    def _large(self, room: int) -> list[list[Text]] | None:
        """All labels in large letters, or none of them."""
        labels = []
        for line in self._lines:
            found = largest(line.label, room, _CAP_ROWS, ascii_only=self.look.ascii_only, most=1)
            if found is None:
                return None
            labels.append([row(each) for each in found])
        return labels

    def _words(self, line: ChoiceLine) -> str:
        return line.label if line.tone in {Tone.PLAIN, Tone.GOOD} else f"{self.look.sign(line.tone)} {line.label}"

    def _colours(self, line: ChoiceLine) -> tuple[str, str]:
        if line.tone == Tone.PLAIN:
            return self.look.palette.key, self.look.palette.key_text
        return self.look.ground(line.tone)

    def _key(self, line: ChoiceLine) -> Text:
        ground, ink = self._colours(line)
        return row(line.key.center(_CAP), f"bold {ink} on {ground}")

    def _cap(self, line: ChoiceLine) -> list[Text]:
        # Half blocks above and below: a key cap that touches no other.
        over, under = (" ", " ") if self.look.ascii_only else ("▄", "▀")
        ground, _ = self._colours(line)
        return [row(over * _CAP, ground), self._key(line), row(under * _CAP, ground)]

    def _append_command(self, drawn: Text, line: ChoiceLine, width: int) -> None:
        drawn.append(" " * (width - drawn.cell_len - len(line.command)))
        drawn.append(line.command, self.look.palette.quiet)
