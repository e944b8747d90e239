"""Tables that can be read out: captions, heads with scope, a scroll of their own where they are wide."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from rl_station.central.pages.html import Markup, Part, tag
from rl_station.central.pages.speaking import Speaker


class Head(NamedTuple):
    """A column: its title, and whether it holds numbers, words that stay on one line, or sentences that need some room."""

    title: str
    number: bool = False
    short: bool = False
    long: bool = False


class Cell(NamedTuple):
    """`tone` (good, warn, bad) is only an addition: what it means stands in the text, too."""

    part: Part
    tone: str = ""


_SHORT = ("since", "state", "station", "when", "due", "where")
_LONG = ("detail", "details", "devices", "text")
Row = Sequence[Cell | Part]
"""The first one is the row's head."""


def heads(say: Speaker, *names: str, numbers: Container[str] = ()) -> list[Head]:
    """Columns by the names of their titles (`page.head.*`)."""
    return [Head(say(f"page.head.{name}"), name in numbers, name in _SHORT, name in _LONG) for name in names]


def table(caption: str, columns: Sequence[Head], rows: Iterable[Row], empty: str, *, id_: str = "") -> Markup:
    """A table with a caption; `empty` is said where there are no rows."""
    found = list(rows)
    if not found:
        return tag("section", tag("h2", caption), tag("p", empty, class_="none"), id=id_ or None)
    head = tag("tr", [tag("th", each.title, scope="col", class_=_kind(each)) for each in columns])
    body = [tag("tr", _cells(columns, row)) for row in found]
    whole = tag("table", tag("caption", caption, class_="unseen"), tag("thead", head), tag("tbody", body))
    return tag("section", tag("h2", caption), tag("div", whole, class_="scroll"), id=id_ or None)


def facts(caption: str, found: Iterable[tuple[str, Part]]) -> Markup:
    """What is known of a thing, a name and a value each; what nobody knows is left out."""
    rows = [tag("div", tag("dt", name), tag("dd", value)) for name, value in found if value not in ("", None, 0)]
    return tag("section", tag("h2", caption), tag("dl", rows, class_="facts"))


def _cells(columns: Sequence[Head], row: Row) -> list[Markup]:
    made = []
    for place, (head, each) in enumerate(zip(columns, row, strict=True)):
        cell = each if isinstance(each, Cell) else Cell(each)
        kind = " ".join(filter(None, (_kind(head), cell.tone))) or None
        name, scope = ("th", "row") if place == 0 else ("td", None)
        made.append(tag(name, cell.part, scope=scope, class_=kind))
    return made


def _kind(head: Head) -> str | None:
    return "number" if head.number else "short" if head.short else "long" if head.long else None
