"""The alarm: the whole screen, red, until somebody acknowledges it."""

from __future__ import annotations

from rich.text import Text

from rl_station.tui.big_text import largest
from rl_station.tui.contract import View
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, row, wrapped
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

    def drawing(self, width: int, height: int) -> Rows:
        stop, message, next_step, echo, acknowledge = self._texts
        inner = max(10, width - 2 * _MARGIN)
        below = [wrapped(text, inner, "bold") for text in (next_step, echo, acknowledge) if text]
        spare = height - sum(len(rows) + 1 for rows in below) - 2
        told = self._large(message, inner, spare // 2, 2) or wrapped(message, inner, "bold")
        spare -= len(told) + 1
        head = self._large(stop, inner, spare, 3) or [row(f"{self.look.symbols.bad} {stop}", "bold")]
        parts = [head, told, *below]
        total = sum(map(len, parts))
        gap = 1 if total + len(parts) <= height else 0
        rows = [row()] * max(0, (height - total - gap * (len(parts) - 1)) // 2)
        for part in parts:
            rows += [row(" " * _MARGIN).append_text(each) for each in part]
            rows += [row()] * gap
        return rows

    def _large(self, text: str, width: int, height: int, scale: int) -> list[Text]:
        rows = largest(text, width, height, ascii_only=self.look.ascii_only, most=scale)
        return [row(each) for each in rows or ()]
