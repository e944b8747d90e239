"""The alarm: the whole screen, red, until somebody acknowledges it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from rl_station.tui.big_text import largest
from rl_station.tui.contract import View
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, rows_of
from rl_station.tui.wording import Say, safe, screen, short

_MARGIN = 4


class AlarmOverlay(Drawn):
    """What is wrong, what to do, what was scanned. No blinking: the size and the colour do it."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="alarm")
        self._texts = ("", "", "", "", "")

    def show(self, view: View, say: Say) -> None:
        alarm = view.prompt.alarm
        self.display = alarm is not None
        if alarm is None:
            return
        echo = view.result.echo if view.result else ""
        texts = (
            say(screen("alarm.stop")),
            say(alarm.message),
            say(alarm.next_step) if alarm.next_step else "",
            say(screen("result.echo", scan=short(safe(echo)))) if echo else "",
            say(screen("alarm.acknowledge")),
        )
        if self.changed(texts):
            self._texts = texts

    def drawing(self, width: int, height: int) -> RenderableType:
        stop, message, next_step, echo, acknowledge = self._texts
        inner = max(10, width - 2 * _MARGIN)
        below = [Text(text, style="bold") for text in (next_step, echo, acknowledge) if text]
        spare = height - sum(rows_of(text, inner) + 1 for text in below) - 2
        told: RenderableType = Text(message, style="bold")
        large = largest(message, inner, spare // 2, ascii_only=self.look.ascii_only, most=2)
        if large:
            told = Text("\n".join(large), no_wrap=True)
        spare -= rows_of(told, inner) + 1
        head = largest(stop, inner, spare, ascii_only=self.look.ascii_only, most=3)
        first = Text("\n".join(head), no_wrap=True) if head else Text(f"{self.look.symbols.bad} {stop}", style="bold")
        parts: list[RenderableType] = [first, told, *below]
        total = sum(rows_of(part, inner) for part in parts)
        gap = 1 if total + len(parts) <= height else 0
        top = max(0, (height - total - gap * (len(parts) - 1)) // 2)
        return Padding(Group(*(Padding(part, (0, 0, gap, 0)) for part in parts)), (top, _MARGIN, 0, _MARGIN))
