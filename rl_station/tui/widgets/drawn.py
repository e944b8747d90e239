"""The one way our widgets draw: a renderable made for the width and height there is, and only when something changed."""

from __future__ import annotations

from collections.abc import Hashable

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from textual.geometry import Size
from textual.widget import Widget

from rl_station.tui.look import Look

_RULER = Console(width=80, height=25, color_system=None, force_terminal=True, legacy_windows=False)


def rows_of(drawing: RenderableType, width: int) -> int:
    """How many rows a drawing takes at this width."""
    return len(_RULER.render_lines(drawing, _RULER.options.update(width=max(1, width)), pad=False))


class Cut:
    """A drawing cut to so many rows."""

    def __init__(self, drawing: RenderableType, rows: int) -> None:
        self._drawing = drawing
        self._rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._drawing, options, pad=False)[: self._rows]:
            yield from line
            yield Segment.line()


class Drawn(Widget):
    """A widget that draws what it was last shown. Never takes the focus; the selection of text by mouse is off."""

    can_focus = False
    ALLOW_SELECT = False

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self.look = look
        self._shown: Hashable = None

    def changed(self, shown: Hashable) -> bool:
        """Whether this is something else than before; if so, layout and drawing follow."""
        if shown == self._shown:
            return False
        self._shown = shown
        self.refresh(layout=True)
        return True

    def drawing(self, width: int, height: int) -> RenderableType:
        """What to show in so many columns and rows."""
        raise NotImplementedError

    def render(self) -> RenderableType:
        return Cut(self.drawing(self.size.width, self.size.height), self.size.height)

    def room(self) -> int:
        """Rows that this widget may ask for when its height is automatic."""
        return self.app.size.height

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(self.room(), rows_of(self.drawing(width, self.room()), width))
