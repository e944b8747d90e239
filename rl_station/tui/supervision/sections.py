"""What a section of the overview holds: a title, heads of columns, lines of figures; or bars over the shift."""

from __future__ import annotations

from dataclasses import dataclass

from rl_station.tui.supervision.pieces import Opens


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. `tone`: good, warn, bad or plain."""

    text: str
    tone: str = ""
    opens: Opens | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of one thing. `id` names it among the lines; `part` of 1 is drawn as a bar where there is room.

    `short`: its label where several lines share a row.
    """

    id: str
    label: str
    cells: tuple[Cell, ...]
    tone: str = ""
    part: float | None = None
    short: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`least`: rows that it is not worth showing without, besides the title. `empty` is said where there are no lines.

    `main`: the figure of a line that stands for it where room is short and lines share rows. `alone`: it is the page, and its
    title leads nowhere.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    least: int = 1
    main: int = 0
    empty: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """`label` stands below it, two columns wide. `reached`: as many as were wanted."""

    id: str
    label: str
    count: int
    opens: Opens | None = None
    reached: bool = False
    over: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """One bar for each hour of the shift, those to come included."""

    name: str
    title: str
    bars: tuple[Bar, ...]
    least: int = 3
    alone: bool = False


Section = Table | Chart
