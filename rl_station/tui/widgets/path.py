"""Where a supervisor is, and of when and of what the figures are."""

from __future__ import annotations

from rich.text import Text

from rl_station.domain.kpi import Figures
from rl_station.i18n.quantities import age
from rl_station.tui.contract import Sight
from rl_station.tui.supervision.browsing import Browsing
from rl_station.tui.supervision.words import clock
from rl_station.tui.widgets.bars import TwoSided
from rl_station.tui.widgets.drawn import row
from rl_station.tui.wording import Say, safe, screen

_STEP = " > "
_OLD_US = 15_000_000
"""Figures that are refreshed every other second and are older than this say so."""


class PathBar(TwoSided):
    """At the left this station or the site, and the way down; at the right the shift and the time."""

    def show(self, browsing: Browsing, sight: Sight | None, now: int, say: Say) -> None:
        """`now`: the station's clock, microseconds UTC."""
        figures = sight.figures if sight is not None else None
        scope = figures.scope if figures is not None else "site" if browsing.site else "station"
        titles = tuple(map(safe, browsing.path))
        if sight is not None and sight.remark is not None:
            left = self._warned(say(sight.remark)).append(_STEP.join(("", *titles)), "bold")
        else:
            left = row(_STEP.join((say(screen(f"sup.{scope}")), *titles)), "bold")
        self.put(left, Text() if sight is None or figures is None else self._when(figures, now - sight.heard_at, say))

    def _when(self, figures: Figures, old: int, say: Say) -> Text:
        told = say(screen("sup.as_of", time=clock(figures.at, "%H:%M:%S")))
        right = row(f"{_shift(figures, say)} {told}".strip())
        if old > _OLD_US or figures.scope == "site":
            told = say(screen("sup.old", age=age(old)))
            right = (self._warned(told) if old > _OLD_US else row(told)).append(" ").append_text(right)
        return right

    def _warned(self, text: str) -> Text:
        ground, ink = self.look.ground("warn")
        return row(f" {self.look.sign('warn')} {text} ", f"bold {ink} on {ground}")


def _shift(figures: Figures, say: Say) -> str:
    shift = figures.shift
    if shift.ends <= shift.begins:
        return ""
    return safe(say(screen("sup.shift", name=shift.name, begins=clock(shift.begins), ends=clock(shift.ends)))).strip()
