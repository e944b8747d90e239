"""The instruction, and the destination: the largest words on the screen."""

from __future__ import annotations

from rich.align import Align
from rich.console import Group, RenderableType
from rich.text import Text

from rl_station.tui.big_text import largest
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, rows_of

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
        if self.changed((text, detail, alone)):
            self._text, self._detail, self._alone = text, detail, alone
            self.set_class(alone, "-alone")

    def allow(self, rows: int) -> None:
        """So many rows may the sentence take, if the rest of the pane leaves them; a fifth to a third of the screen."""
        tall = max(_AT_LEAST, min(max(rows, self._share(_LEAST_SHARE)), self._share(_MOST_SHARE)))
        if tall != self._tall:
            self._tall = tall
            self.refresh(layout=True)

    def _share(self, part: int) -> int:
        return max(_AT_LEAST, self.app.size.height // part)

    def drawing(self, width: int, height: int) -> RenderableType:
        detail = Text(self._detail)
        tall = self._tall or self._share(_LEAST_SHARE)
        if self._alone:
            tall = max(_AT_LEAST, height - 2 - rows_of(detail, width))
        rows = largest(self._text, width, tall, ascii_only=self.look.ascii_only, most=4 if self._alone else 2)
        text = Text("\n".join(rows), no_wrap=True) if rows else Text(self._text, style="bold")
        if not self._detail:
            return text
        return Group(text, Text(), detail) if self._alone else Group(text, detail)


class Destination(Drawn):
    """Where to put it: fills its room."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._text = ""

    def show(self, text: str) -> None:
        if self.changed(text):
            self._text = text

    def drawing(self, width: int, height: int) -> RenderableType:
        rows = largest(self._text, width, height, ascii_only=self.look.ascii_only)
        if rows:
            wide = max(len(row) for row in rows)
            block = Text("\n".join(row.ljust(wide) for row in rows), no_wrap=True)
            return Align.center(block, vertical="middle", height=height or None)
        plain = Text(self._text, style="bold", justify="center")
        space = max(0, (height - rows_of(plain, width)) // 2)
        return Group(Text("\n" * (space - 1)), plain) if space else plain
