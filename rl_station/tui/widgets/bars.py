"""Our own bars. The stock Header and Footer leak memory with every refresh, and hide what a worker needs to know."""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len
from rich.console import OverflowMethod
from rich.text import Text

from rl_station.domain.messages import Message
from rl_station.tui.contract import Status
from rl_station.tui.keys import Offer
from rl_station.tui.look import Look
from rl_station.tui.situation import Remark, device_remarks, sync_remark
from rl_station.tui.widgets.drawn import Drawn, Rows, beside, row, wrapped
from rl_station.tui.wording import Say, screen
from rl_station.workflow.prompt import Prompt

_MICROSECONDS = 1_000_000
_TASKS = frozenset(
    {"sign_in", "menu", "receive", "inspect", "sort", "rework", "second_look", "trace", "supervise", "note", "devices"}
)


class TwoSided(Drawn):
    """Something at the left, something at the right, in one row; where both do not fit and may, in two."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._left = Text()
        self._right = Text()

    def room(self) -> int:
        return 1

    def put(self, left: Text, right: Text) -> None:
        if left != self._left or right != self._right:
            self._left, self._right = left, right
            self.redraw()

    def drawing(self, width: int, height: int) -> Rows:
        left, right = self._left.copy(), self._right.copy()
        overflow: OverflowMethod = "crop" if self.look.ascii_only else "ellipsis"
        right.truncate(width, overflow=overflow)
        if left.cell_len + right.cell_len + 1 > width and self.room() > 1:
            left.truncate(width, overflow=overflow)
            return [left, right]
        left.truncate(max(0, width - right.cell_len - 1), overflow=overflow)
        return beside([left], [right], width - right.cell_len)


class HeadBar(TwoSided):
    """Task and progress; station, person, time."""

    def show(self, prompt: Prompt, status: Status, say: Say, *, devices: bool = False) -> None:
        task = "devices" if devices else prompt.workflow
        title = say(screen(f"task.{task}")) if task in _TASKS else task
        left = row(title.upper(), "bold")
        if prompt.progress is not None and not devices:
            done, of = prompt.progress
            left.append(f"  {say(screen('progress', step=min(done + 1, of), of=of))}")
        bar = f" {self.look.symbols.bar} "
        # The station's own clock, local time: a station that stands still shows it.
        clock = datetime.fromtimestamp(status.clock // _MICROSECONDS).strftime("%H:%M")
        person = status.operator or say(screen("nobody"))
        self.put(left, Text.assemble(status.station, bar, person, bar, (clock, "bold")))


class StatusBar(TwoSided):
    """Devices at the left, the worst first; what waits for the central server at the right."""

    def room(self) -> int:
        return 2

    def show(self, status: Status, say: Say) -> None:
        devices = [self._styled(remark, say) for remark in device_remarks(status)]
        self.put(Text("  ").join(devices), self._styled(sync_remark(status), say))

    def _styled(self, remark: Remark, say: Say) -> Text:
        told = " ".join(part if isinstance(part, str) else say(part) for part in remark.parts)
        if remark.tone in {"warn", "bad"}:
            ground, ink = self.look.ground(remark.tone)
            return row(f" {self.look.sign(remark.tone)} {told} ", f"bold {ink} on {ground}")
        return row(f"{self.look.sign(remark.tone)} {told}")


class Notices(Drawn):
    """What somebody has to know and do soon, such as a disk that fills up. No row at all when there is nothing."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._texts: tuple[str, ...] = ()

    def show(self, notices: tuple[Message, ...], say: Say) -> None:
        texts = tuple(say(notice) for notice in notices)
        if self.changed(texts):
            self._texts = texts
            self.display = bool(texts)

    def room(self) -> int:
        return 2

    def drawing(self, width: int, height: int) -> Rows:
        return wrapped("   ".join(f"{self.look.symbols.warn} {text}" for text in self._texts), width, "bold")


class HintBar(Drawn):
    """The keys that do something now. Those that do not fit are in the help."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._hints: tuple[tuple[str, str], ...] = ()

    def show(self, offers: tuple[Offer, ...], say: Say) -> None:
        hints = tuple(
            (offer.cap if isinstance(offer.cap, str) else say(offer.cap), say(offer.label)) for offer in offers
        )
        if self.changed(hints):
            self._hints = hints

    def drawing(self, width: int, height: int) -> Rows:
        *others, last = self._hints or (("", ""),)
        room = width - _hint_length(last)
        line = row()
        for hint in others:
            if line.cell_len + _hint_length(hint) <= room:
                self._append(line, hint)
        # Help is the last one, and always there: it lists the keys that found no room.
        self._append(line, last)
        return [line]

    def _append(self, line: Text, hint: tuple[str, str]) -> None:
        palette = self.look.palette
        line.append(f" {hint[0]} ", style=f"bold {palette.key_text} on {palette.key}")
        line.append(f" {hint[1]}  ", style=palette.text)


def _hint_length(hint: tuple[str, str]) -> int:
    return cell_len(hint[0]) + cell_len(hint[1]) + 5
