"""Where a figure leads: to what is behind it, and from there to a thing's history."""

from __future__ import annotations

from rl_station.central.pages.html import Markup, Part, href, link, text
from rl_station.domain.kpi import Selection
from rl_station.domain.sync_wire import WORK_KINDS

THINGS = {"parcel": "parcels", "unit": "units", "container": "containers"}
"""Kind of thing to the room its page is in."""


def behind(selection: Selection) -> str:
    """The page of a selection."""
    named = {name: getattr(selection, name) for name in Selection.__struct_fields__}
    return href("behind", **named)


def figure(shown: Part, selection: Selection, label: str = "") -> Part:
    """A figure that leads to its subjects; behind none there is nothing. `label` is read out instead of a bare number."""
    if shown == 0:
        return shown
    return link(behind(selection), shown, aria_label=f"{label}: {text(shown)}" if label else None)


def thing(kind: str, id_: str, shown: str = "") -> Part:
    """A parcel, unit or container with the way to its history; a station to the stations; anything else as it is."""
    if not id_:
        return ""
    if kind in WORK_KINDS:
        return link(href(THINGS[kind], id_), shown or id_, class_="code")
    if kind in ("station", "device"):
        return link(href("stations"), shown or id_, class_="code")
    return shown or id_


def task(id_: str, shown: str) -> Markup:
    return link(href("tasks", id_), shown)
