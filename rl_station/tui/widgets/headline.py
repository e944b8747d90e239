"""The instruction, and the destination: the largest words on the screen."""

from __future__ import annotations

from rich.align import Align
from rich.console import Group, RenderableType
from rich.text import Text

from rl_station.tui.big_text import largest
from rl_station.tui.look import Look
from rl_station.tui.widgets.drawn import Drawn, rows_of

_SHARE_OF_HEIGHT = 5
_AT_LEAST = 4


class Headline(Drawn):
    """One sentence, as large as a fifth of the screen allows, and a quieter second one."""

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(look, id=id, classes=classes)
        self._text = ""
        self._detail = ""

    def show(self, text: str, detail: str = "") -> None:
        if self.changed((text, detail)):
            self._text, self._detail = text, detail

    def drawing(self, width: int, height: int) -> RenderableType:
        tall = max(_AT_LEAST, self.app.size.height // _SHARE_OF_HEIGHT)
        rows = largest(self._text, width, tall, ascii_only=self.look.ascii_only, most=2)
        text = Text("\n".join(rows), no_wrap=True) if rows else Text(self._text, style="bold")
        return Group(text, Text(self._detail)) if self._detail else text


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
