"""What is behind a figure: its subjects, and of a queue what waits in it; each leads to its history."""

from __future__ import annotations

from typing import get_args

import msgspec

from rl_station.central import reading_selected, supervising
from rl_station.central.calls import Answer, bad_request
from rl_station.central.pages import links, words
from rl_station.central.pages.html import Part, tag
from rl_station.central.pages.tables import Cell, Row, heads, table
from rl_station.central.pages.visit import Visit, page
from rl_station.central.reading_counts import MOST_WAITING
from rl_station.domain.kpi import MOST_SUBJECTS, NO_CODE, QUEUES, SOON_US, Selection, Subject, Waiting
from rl_station.i18n import quantities

_OF = get_args(msgspec.structs.fields(Selection)[0].type)
_TEXTS = ("name", "value", "station", "operator", "client")
_ROOMS = {"queue": "screen.sup.queue", "trouble": "screen.sup.trouble", "work": "screen.sup.stage"}
_DUE = ("late", "soon")
_LOOKED_THROUGH = 100_000
"""Things of one queue that are looked at for those that are late: when each is due stands in no column."""


def show(seen: Visit) -> Answer:
    selection = _asked(seen)
    found = seen.read(lambda connection: reading_selected.selected(connection, seen.site, selection, seen.now))
    return seen.page(seen.say("page.behind"), tag("p", _told(seen, selection), class_="as-of"), _subjects(seen, found))


def waiting(seen: Visit) -> Answer:
    queue, due = seen.call.query.get("queue", ""), seen.call.query.get("due", "")
    if queue not in QUEUES:
        raise bad_request(f"queue is one of {', '.join(QUEUES)}.")
    if due not in ("", *_DUE):
        raise bad_request(f"due is one of {', '.join(_DUE)}.")
    most = _LOOKED_THROUGH if due else MOST_WAITING
    found = seen.read(lambda connection: supervising.waiting(connection, seen.site, queue, most))
    fitting = [each for each in found if not due or _due(each, seen.now) == due][:MOST_WAITING]
    name = seen.say.named("screen.sup.queue", queue)
    title = f"{name}: {seen.say(f'page.head.{due}')}" if due else name
    more = tag("p", seen.say("page.first_only", count=MOST_WAITING)) if len(fitting) >= MOST_WAITING else None
    return seen.page(title, more, _waiting(seen, fitting))


def _asked(seen: Visit) -> Selection:
    """Raises Rejected."""
    query = seen.call.query
    spans = {name: seen.call.number(name, 0) for name in ("since", "until")}
    try:
        return msgspec.convert({**{name: query.get(name, "") for name in ("of", *_TEXTS)}, **spans}, Selection)
    except msgspec.ValidationError:
        raise bad_request(f"of is one of {', '.join(_OF)}.") from None


def _told(seen: Visit, selection: Selection) -> str:
    """What was clicked, in words."""
    say = seen.say
    value = selection.value
    name = say.named(_ROOMS[selection.of], selection.name) if selection.of in _ROOMS else selection.name
    if selection.of == "share" and selection.name:
        name = say.named("page.mix", selection.name)
        value = words.coded(say, selection.name, "" if value == NO_CODE else value)
    parts = [
        say(f"page.of.{selection.of}"),
        name,
        value,
        selection.station,
        selection.operator,
        selection.client,
    ]
    told = " · ".join(filter(None, parts))
    times = [words.moment(each, seen.zone, "%Y-%m-%d %H:%M") for each in (selection.since, selection.until) if each]
    return f"{told} · {' - '.join(times)}" if times else told


def _subjects(seen: Visit, found: tuple[Subject, ...]) -> Part:
    say = seen.say
    columns = heads(say, "id", "kind", "when", "text")
    rows: list[Row] = [
        (
            links.thing(each.kind, each.id),
            say.named("page.kind", each.kind),
            words.moment(each.at, seen.zone) if each.at else "-",
            each.text,
        )
        for each in found
    ]
    caption = say("page.subjects", count=len(found))
    more = tag("p", say("page.first_only", count=MOST_SUBJECTS)) if len(found) >= MOST_SUBJECTS else None
    return (more, table(caption, columns, rows, say("page.nothing_behind"), id_="subjects"))


def _waiting(seen: Visit, found: list[Waiting]) -> Part:
    say = seen.say
    names = ("id", "kind", "since", "due", "client", "text", "lane", "station")
    columns = heads(say, *names)
    rows: list[Row] = [
        (
            links.thing(each.kind, each.id),
            say.named("page.kind", each.kind),
            quantities.age(seen.now - each.since) if each.since else "-",
            _promise(seen, each),
            each.client,
            each.name,
            each.lane,
            each.station,
        )
        for each in found
    ]
    return table(say("page.subjects", count=len(found)), columns, rows, say("page.nothing_behind"), id_="subjects")


def _promise(seen: Visit, each: Waiting) -> Cell:
    if not each.due:
        return Cell("-")
    when = words.moment(each.due, seen.zone, "%Y-%m-%d %H:%M")
    match _due(each, seen.now):
        case "late":
            return Cell(f"! {when} ({seen.say('page.head.late')})", "bad")
        case "soon":
            return Cell(f"{when} ({seen.say('page.head.soon')})", "warn")
    return Cell(when)


def _due(each: Waiting, now: int) -> str:
    if not each.due or each.due > now + SOON_US:
        return ""
    return "late" if each.due <= now else "soon"


ROUTES = (
    page("/behind", show, "What is behind a figure."),
    page("/waiting", waiting, "What waits in a queue."),
)
