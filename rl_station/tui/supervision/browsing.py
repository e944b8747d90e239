"""Where a supervisor is: from the overview down to one subject, and back the same way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from rl_station.domain.kpi import STAGES, Selection, Subject
from rl_station.tui.contract import Wanted
from rl_station.tui.supervision.cursor import Mark
from rl_station.tui.supervision.pieces import Opens

_FIRST = ("by_stage", f"{STAGES[0]}..", "0")
"""Where the cursor begins: the first figure of the first stage."""
_LAST = 1_000_000


class Depth(StrEnum):
    OVERVIEW = "overview"
    SECTION = "section"
    SUBJECTS = "subjects"
    SUBJECT = "subject"


@dataclass(slots=True)
class Level:
    """One page and the cursor on it. `title` names it in the path; `opens` is what it shows, nothing for the overview."""

    title: str
    opens: Opens | None = None
    scanned: bool = False
    mark: Mark = field(default_factory=Mark)

    @property
    def depth(self) -> Depth:
        if self.scanned or isinstance(self.opens, Subject):
            return Depth.SUBJECT
        if isinstance(self.opens, Selection):
            return Depth.SUBJECTS
        return Depth.OVERVIEW if self.opens is None else Depth.SECTION


class Browsing:
    """The pages one has come through. Opened anew with every supervision, so that nothing is left of the one before."""

    def __init__(self) -> None:
        self.levels = [Level("", mark=Mark(_FIRST))]
        self.site = False

    @property
    def here(self) -> Level:
        return self.levels[-1]

    @property
    def path(self) -> tuple[str, ...]:
        """Titles below the overview."""
        return tuple(level.title for level in self.levels[1:])

    def wanted(self) -> Wanted:
        opens = self.here.opens
        return Wanted(
            site=self.site,
            selection=opens if isinstance(opens, Selection) else None,
            subject=opens if isinstance(opens, Subject) else None,
            scanned=self.here.scanned,
        )

    def open(self, opens: Opens, title: str) -> None:
        """One page further down; of a subject the newest event is in sight."""
        if opens != self.here.opens:
            self.levels.append(Level(title, opens, mark=Mark(order=_LAST if isinstance(opens, Subject) else 0)))

    def look_up(self, title: str) -> None:
        """What was scanned, whatever was looked at before."""
        self.levels = [self.levels[0], Level(title, scanned=True, mark=Mark(order=_LAST))]

    def newest(self) -> None:
        """The end of a history, which the next event is."""
        if self.here.depth is Depth.SUBJECT:
            self.here.mark = Mark(order=_LAST)

    def back(self) -> None:
        if len(self.levels) > 1:
            self.levels.pop()
