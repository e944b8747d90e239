"""What only a person can settle: conflicts, quarantined events, forks. Each can be closed with a note, by name and for good."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from rl_station.central import reading_tasks
from rl_station.central import tasks as settling
from rl_station.central.calls import Answer, Rejected
from rl_station.central.database import transaction
from rl_station.central.pages import layout, links, words
from rl_station.central.pages.history import details, rules
from rl_station.central.pages.html import Markup, Part, href, link, tag
from rl_station.central.pages.layout import form
from rl_station.central.pages.tables import Row, facts, heads, table
from rl_station.central.pages.visit import Visit, deed, page
from rl_station.central.reading_tasks import MOST_TASKS, TaskSeen
from rl_station.central.tasks import Settled
from rl_station.domain.events import AnyEvent, Event
from rl_station.domain.sync_wire import Refused
from rl_station.i18n import quantities

LONGEST_NOTE = 2_000
_HANDLED = ("event", "server")
"""Kinds of subjects that are no things of the site."""


def show_all(seen: Visit) -> Answer:
    say, resolved = seen.say, seen.call.query.get("resolved") == "yes"
    read = reading_tasks.newest if resolved else reading_tasks.task_list
    found = seen.read(lambda connection: read(connection, seen.site))[:MOST_TASKS]
    other = link(
        href("tasks", resolved="" if resolved else "yes"), say("page.tasks.open" if resolved else "page.tasks.all")
    )
    more = tag("p", say("page.first_only", count=MOST_TASKS)) if len(found) >= MOST_TASKS else None
    return seen.page(say("page.tasks"), tag("p", other), more, _listed(seen, found), here="/tasks")


def show(seen: Visit) -> Answer:
    return _page(seen, _task(seen))


def settle(seen: Visit) -> Answer:
    """The note has to say something: it is all that is left of why."""
    task, note = _task(seen), seen.form.get("note", "").strip()
    if not note or len(note) > LONGEST_NOTE:
        return _page(seen, task, seen.say("page.note.needed", most=LONGEST_NOTE))
    settled = Settled(seen.who, note, seen.context.clock.now())
    done = transaction(
        seen.context.engine, lambda connection: settling.resolve(connection, seen.site, task.id, settled)
    )
    if not done:
        return _page(seen, _task(seen), seen.say("page.settled_before"))
    return layout.see(href("tasks", task.id))


def _task(seen: Visit) -> TaskSeen:
    """Raises Rejected."""
    found = seen.read(lambda connection: reading_tasks.one(connection, seen.site, seen.call.params["id"]))
    if found is None:
        raise Rejected(Refused(code="not_found", message="There is no task of that id."))
    return found


def _page(seen: Visit, task: TaskSeen, problem: str = "") -> Answer:
    say = seen.say
    told = facts(
        say("page.task"),
        (
            (say("page.head.about"), links.thing(task.subject_kind, task.subject)),
            (say("page.head.since"), words.moment(task.opened_at, seen.zone)),
            (
                say("page.task.settled"),
                words.moment(task.resolved_at, seen.zone) if task.resolved_at is not None else "",
            ),
            (say("page.head.who"), task.resolved_by),
            (say("page.head.note"), task.note),
        ),
    )
    wrong = tag("p", problem, class_="problem", role="alert") if problem else None
    ask = _form(seen, task) if task.resolved_at is None else None
    title = say.named("screen.sup.trouble", task.kind)
    status = 422 if problem else 200
    return seen.page(title, wrong, told, _detail(seen, task), ask, status=status, here="/tasks")


def _form(seen: Visit, task: TaskSeen) -> Markup:
    say = seen.say
    note = tag(
        "textarea", id="note", name="note", rows=4, maxlength=LONGEST_NOTE, required=True, aria_describedby="note-hint"
    )
    return tag(
        "section",
        tag("h2", say("page.settle")),
        form(
            seen.look,
            href("tasks", task.id),
            tag(
                "p",
                tag("label", say("page.head.note"), for_="note"),
                note,
                tag("span", say("page.note.hint", who=seen.name), class_="hint", id="note-hint"),
                class_="field",
            ),
            tag("button", say("page.settle"), type="submit"),
        ),
    )


def _detail(seen: Visit, task: TaskSeen) -> Part:
    """What is known of it: of a conflict the two events side by side, of others what the server noted."""
    detail = json.loads(bytes(task.detail))
    events = detail.pop("events", None)
    noted = facts(seen.say("page.head.detail"), ((name, _text(value)) for name, value in sorted(detail.items())))
    if not isinstance(events, list):
        return noted
    columns = heads(seen.say, "where", "when", "who", "event", "details", "rules")
    rows = [_event(seen, each) for each in events if isinstance(each, dict)]
    return (noted, table(seen.say("page.task.events"), columns, rows, seen.say("page.no_events")))


def _event(seen: Visit, told: dict[str, Any]) -> Row:
    at = told.get("at")
    name, fields, under = _read(told.get("event"))
    return (
        str(told.get("station", "")),
        words.moment(at, seen.zone) if isinstance(at, int) else "-",
        str(told.get("operator", "")) or "-",
        seen.say.named("event", name),
        fields,
        under,
    )


def _read(event: object) -> tuple[str, Part, Part]:
    """The type of an event, what it says and the rules it was done under; as it stands where this version does not know it."""
    try:
        found: Event = msgspec.convert(event, AnyEvent)
    except msgspec.ValidationError:
        return "", _text(event), ""
    return type(found).__name__, details(found), rules(found)


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _listed(seen: Visit, found: tuple[TaskSeen, ...]) -> Markup:
    say = seen.say
    columns = heads(say, "what", "about", "since", "state", "task")
    rows: list[Row] = [
        (
            say.named("screen.sup.trouble", each.kind),
            links.thing("" if each.subject_kind in _HANDLED else each.subject_kind, each.subject),
            quantities.age(seen.now - each.opened_at),
            say("page.task.open")
            if each.resolved_at is None
            else say("page.task.by", who=each.resolved_by or say("page.task.itself")),
            links.task(each.id, say("page.look") if each.resolved_at is not None else say("page.settle")),
        )
        for each in found
    ]
    return table(say("page.tasks"), columns, rows, say("page.tasks.none"), id_="tasks")


ROUTES = (
    page("/tasks", show_all, "What a person has to settle."),
    page("/tasks/{id}", show, "One of them."),
    deed("/tasks/{id}", settle, "Settle it, with a note."),
)
