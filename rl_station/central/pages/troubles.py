"""What a supervisor has to look at, as a work list: each with its subject's history, and its task where the centre has one."""

from __future__ import annotations

from collections.abc import Sequence

from rl_station.central import reading_troubles
from rl_station.central.calls import Answer
from rl_station.central.pages import links
from rl_station.central.pages.html import Markup, Part, href, link, tag
from rl_station.central.pages.tables import Row, heads, table
from rl_station.central.pages.visit import Visit, page
from rl_station.central.reading_troubles import MOST_TROUBLES
from rl_station.domain.kpi import Selection, Trouble
from rl_station.i18n import quantities

FIRST = 15
"""As many stand on the overview."""


def show(seen: Visit) -> Answer:
    found = seen.read(lambda connection: reading_troubles.troubles(connection, seen.site, seen.now))
    return seen.page(seen.say("page.sup.troubles"), _more(seen, found), listed(seen, found), here="/troubles")


def begun(seen: Visit, found: Sequence[Trouble]) -> Markup:
    """The newest, how many there are of each kind, and the way to all."""
    kinds = dict.fromkeys(each.kind for each in found)
    counts = [_count(seen, kind, sum(each.kind == kind for each in found)) for kind in kinds]
    newest = sorted(found, key=lambda each: -each.since)[:FIRST]
    more = link(href("troubles"), seen.say("page.all", count=len(found)))
    return tag(
        "div",
        tag("ul", counts, class_="counts") if counts else None,
        _more(seen, found),
        listed(seen, newest),
        tag("p", more) if found else None,
    )


def listed(seen: Visit, found: Sequence[Trouble]) -> Markup:
    say = seen.say
    names = ("what", "about", "since", "client", "station", "operator", "detail", "task")
    columns = heads(say, *names)
    return table(
        say("page.sup.troubles"), columns, [_row(seen, each) for each in found], say("page.no_trouble"), id_="troubles"
    )


def _more(seen: Visit, found: Sequence[Trouble]) -> Markup | None:
    """There are others that were not even counted."""
    return tag("p", seen.say("page.first_only", count=MOST_TROUBLES)) if len(found) >= MOST_TROUBLES else None


def _row(seen: Visit, each: Trouble) -> Row:
    task: Part = links.task(each.task, seen.say("page.settle")) if each.task else ""
    return (
        seen.say.named("screen.sup.trouble", each.kind),
        links.thing(each.subject_kind, each.subject),
        quantities.age(seen.now - each.since) if each.since else "-",
        each.client,
        each.station,
        each.operator,
        each.detail,
        task,
    )


def _count(seen: Visit, kind: str, count: int) -> Markup:
    name = seen.say.named("screen.sup.trouble", kind)
    return tag("li", links.figure(count, Selection(of="trouble", name=kind), name), f" {name}")


ROUTES = (page("/troubles", show, "What a supervisor has to look at."),)
