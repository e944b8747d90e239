"""The one way our widgets draw: rows of text, laid out by hand for the width and height there is, once per change.

Rich tables would do the same at ten times the cost, and a scan has 50 ms to reach the worker's eye.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from rl_station.tui.look import Look

Rows = Sequence[Text]
"""A drawing: one text per row, none wider than it may be."""

_MEASURE = Console(width=80, height=25, color_system=None, force_terminal=True, legacy_windows=False)


def row(text: str = "", style: str = "") -> Text:
    """One row. The style is a span: a text without any is rendered without its own."""
    return Text(no_wrap=True, end="").append(text, style)


def wrapped(text: str, width: int, style: str = "") -> list[Text]:
    """The text in rows of this width, broken between words, inside them only where a word is too long."""
    if cell_len(text) <= width:
        return [row(text, style)]
    return list(Text(end="").append(text, style).wrap(_MEASURE, max(1, width), overflow="fold"))


def beside(left: Rows, right: Rows, width: int) -> list[Text]:
    """Two columns, the left one this wide."""
    rows = []
    for at in range(max(len(left), len(right))):
        joined = row()
        if at < len(left):
            joined.append_text(left[at])
        if at < len(right):
            joined.append(" " * max(0, width - joined.cell_len))
            joined.append_text(right[at])
        rows.append(joined)
    return rows


class Drawn(Widget):
    """A widget that draws what it was last shown. Never takes the focus; text cannot be selected by mouse."""

    can_focus = False
    ALLOW_SELECT = False

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self.look = look
        self._shown: Hashable = None
        self._drawings: dict[tuple[int, int, Size], Rows] = {}

    def changed(self, shown: Hashable) -> bool:
        """Whether this is something else than before; if so, layout and drawing follow."""
        if shown == self._shown:
            return False
        self._shown = shown
        self.redraw()
        return True

    def redraw(self) -> None:
        self._drawings.clear()
        self.refresh(layout=True)

    def drawing(self, width: int, height: int) -> Rows:
        """What to show in so many columns and rows."""
        raise NotImplementedError

    def drawn(self, width: int, height: int) -> Rows:
        """The drawing, made once for each size of its own and of the screen."""
        key = (width, height, self.app.size)
        found = self._drawings.get(key)
        if found is None:
            found = self._drawings[key] = self.drawing(width, height)
        return found

    def rows(self, width: int) -> int:
        """Rows wanted at this width."""
        return len(self.drawn(width, self.room()))

    def room(self) -> int:
        """Rows that this widget may ask for when its height is automatic."""
        return self.app.size.height

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(self.room(), self.rows(width))

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        style = self.visual_style.rich_style
        rows = self.drawn(width, height)
        if y >= len(rows):
            return Strip.blank(width, style)
        strip = Strip(rows[y].render(self.app.console, end=""))
        return strip.apply_style(style).adjust_cell_length(width, style)
