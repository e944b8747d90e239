"""The instruction, and the destination: the largest words on the screen."""

from __future__ import annotations

from rl_station.tui.big_text import largest
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, Rows, row, wrapped

_LEAST_SHARE = 5
_MOST_SHARE = 3
_AT_LEAST = 4


class Headline(Drawn):
    """One sentence, as large as there is room, and a quieter second one. Alone on its pane, it fills it."""

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(look, id=id, classes=classes)
        self._text = ""
        self._detail = ""
        self._alone = False
        self._tall = 0

    def show(self, text: str, detail: str = "", *, alone: bool = False) -> None:
        if (text, detail, alone) != (self._text, self._detail, self._alone):
            self._text, self._detail, self._alone = text, detail, alone
            self.set_class(alone, "-alone")
            self.redraw()

    def allow(self, rows: int) -> None:
        """So many rows may the sentence take, if the rest of the pane leaves them; a fifth to a third of the screen."""
        tall = max(_AT_LEAST, min(max(rows, self._share(_LEAST_SHARE)), self._share(_MOST_SHARE)))
        if tall != self._tall:
            self._tall = tall
            self.redraw()

    def detail_rows(self, width: int) -> int:
        return len(wrapped(self._detail, width)) if self._detail else 0

    def _share(self, part: int) -> int:
        return max(_AT_LEAST, self.app.size.height // part)

    def drawing(self, width: int, height: int) -> Rows:
        detail = wrapped(self._detail, width) if self._detail else []
        if self._alone:
            return self._filling(width, height, detail)
        return [*self._sentence(width, self._tall or self._share(_LEAST_SHARE), 2), *detail]

    def _sentence(self, width: int, tall: int, scale: int) -> Rows:
        large = largest(self._text, width, tall, ascii_only=self.look.ascii_only, most=scale)
        return [row(line) for line in large] if large else wrapped(self._text, width, "bold")

    def _filling(self, width: int, height: int, detail: Rows) -> Rows:
        rows = list(self._sentence(width, max(_AT_LEAST, height - 2 - len(detail)), 4))
        if detail:
            rows += [row(), *detail]
        return [row()] * ((height - len(rows)) // 2) + rows


class Destination(Drawn):
    """Where to put it: fills its room."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._text = ""

    def show(self, text: str) -> None:
        if self.changed(text):
            self._text = text

    def drawing(self, width: int, height: int) -> Rows:
        large = largest(self._text, width - 2, height, ascii_only=self.look.ascii_only)
        rows = [row(line) for line in large] if large else wrapped(self._text, width - 2, "bold")
        indent = " " * ((width - max(each.cell_len for each in rows)) // 2)
        return [row()] * ((height - len(rows)) // 2) + [row(indent).append_text(each) for each in rows]
