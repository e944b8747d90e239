"""A page of figures with a cursor on it: draws a block of pieces, and moves the cursor among those that have a key."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from rl_station.tui.look import Look
from rl_station.tui.supervision.cursor import Mark, leap, standing, step
from rl_station.tui.supervision.pieces import Block, Spot, spots, text_of
from rl_station.tui.widgets.drawn import Drawn, Rows

Draw = Callable[[int, int], Block]


class Board(Drawn):
    """Keeps no page of its own: the pane gives it one, with the mark that belongs to it."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._draw: Draw = lambda width, height: []
        self._block: Block = []
        self.mark = Mark()

    def put(self, shown: Hashable, draw: Draw, mark: Mark) -> None:
        """Show this page. `shown` is what it is made of: as long as that stays the same, nothing is drawn anew."""
        self._draw, self.mark = draw, mark
        self.changed((shown, id(mark)))

    def drawing(self, width: int, height: int) -> Rows:
        self._block = self._draw(width, height)
        at = self._stand()
        self.mark.top = window(len(self._block), self._reach(at), height, self.mark.top)
        palette = self.look.palette
        chosen = self.mark.key
        style = f"bold {palette.key_text} on {palette.key}"
        return [text_of(row, width, chosen, style) for row in self._block[self.mark.top : self.mark.top + height]]

    def chosen(self) -> Spot | None:
        """What the cursor stands on."""
        return self._stand()

    def move(self, direction: str) -> None:
        """`up`, `down`, `left`, `right`, `pageup`, `pagedown`."""
        at = self._stand()
        if at is None:
            return
        there = spots(self._block)
        page = max(1, self.size.height - 1)
        if direction in {"pageup", "pagedown"}:
            found = leap(there, at, page if direction == "pagedown" else -page)
        else:
            found = step(there, at, direction)
        self._mark(there, found)
        self.redraw()

    def _stand(self) -> Spot | None:
        there = spots(self._block)
        found = standing(there, self.mark.key, self.mark.order)
        if found is not None:
            self._mark(there, found)
        return found

    def _reach(self, at: Spot | None) -> tuple[int, int]:
        """From the row of the cursor to the one before the next that it can go to."""
        if at is None:
            return self.mark.top, self.mark.top
        below = (spot.y for spot in spots(self._block) if spot.y > at.y)
        return at.y, min(below, default=len(self._block)) - 1

    def _mark(self, there: list[Spot], found: Spot) -> None:
        self.mark.key, self.mark.order = found.key, there.index(found)


def window(rows: int, seen: tuple[int, int], height: int, top: int) -> int:
    """From which row on to show a page that is longer than the screen: as near to `top` as can be.

    Of the rows `seen` (first and last) the first is in sight, and the last too if there is room.
    """
    first, last = seen
    return max(0, min(rows - height, first, max(top, last - height + 1)))
