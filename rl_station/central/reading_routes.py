"""What readers may ask and do: everything about goods and stations, and settling tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from rl_station.central import reading, reading_history, reading_tasks, tasks
from rl_station.central.calls import Call, Context, Parameter, Rejected, Reply, Route, bad_request
from rl_station.central.database import reading as reads
from rl_station.central.database import transaction
from rl_station.central.reading import ContainerSeen, Done, Found, ParcelSeen, Stock, UnitSeen
from rl_station.central.reading_history import MOST_LINES, Line
from rl_station.central.reading_tasks import StationSeen, TaskSeen
from rl_station.domain.sync_wire import WORK_KINDS, Refused

T = TypeVar("T", bound=msgspec.Struct)
HOUR_US = 3_600_000_000
KPI_HOURS = 24
"""Hours of work that an answer goes back unless asked otherwise."""
LONGEST_NOTE = 2_000


class Resolution(msgspec.Struct, frozen=True):
    """Who settled a task, and how."""

    who: str
    note: str = ""


class Resolved(msgspec.Struct, frozen=True):
    id: str
    resolved_at: int


def parcel(context: Context, call: Call) -> Reply:
    return _one(context, call, reading.parcel)


def unit(context: Context, call: Call) -> Reply:
    return _one(context, call, reading.unit)


def container(context: Context, call: Call) -> Reply:
    return _one(context, call, reading.container)


def search(context: Context, call: Call) -> Reply:
    code = _required(call, "code")
    return reads(context.engine, lambda connection: reading.search(connection, call.caller.site, code))


def history(context: Context, call: Call) -> Reply:
    kind, id_ = _required(call, "kind"), _required(call, "id")
    if kind not in WORK_KINDS:
        raise bad_request(f"kind is one of {', '.join(WORK_KINDS)}.")
    limit = call.number("limit", MOST_LINES, least=1, most=MOST_LINES)
    return reads(
        context.engine, lambda connection: reading_history.history(connection, call.caller.site, kind, id_, limit)
    )


def inventory(context: Context, call: Call) -> Reply:
    return reads(context.engine, lambda connection: reading.inventory(connection, call.caller.site))


def kpi(context: Context, call: Call) -> Reply:
    since = call.number("since", call.at // HOUR_US - KPI_HOURS)
    return reads(context.engine, lambda connection: reading.work(connection, call.caller.site, since))


def task_list(context: Context, call: Call) -> Reply:
    resolved, kind, since = call.query.get("resolved") == "yes", call.query.get("kind", ""), call.number("since", 0)
    return reads(
        context.engine,
        lambda connection: reading_tasks.task_list(
            connection, call.caller.site, resolved=resolved, kind=_storable(kind), since=since
        ),
    )


def resolve(context: Context, call: Call) -> Reply:
    said: Resolution = call.content
    id_, who, note = _storable(call.params["id"]), _storable(said.who).strip(), _storable(said.note)
    if not who or len(who) > LONGEST_NOTE or len(note) > LONGEST_NOTE:
        raise bad_request(f"who settles it has to be named, and neither that nor the note longer than {LONGEST_NOTE}.")
    settled = tasks.Settled(who, note, call.at)
    if not transaction(context.engine, lambda connection: tasks.resolve(connection, call.caller.site, id_, settled)):
        raise Rejected(Refused(code="not_found", message="There is no open task of that id."))
    return Resolved(id_, call.at)


def stations(context: Context, call: Call) -> Reply:
    return reads(context.engine, lambda connection: reading_tasks.stations(connection, call.caller.site))


def _one(context: Context, call: Call, read: Callable[[Connection, str, str], T | None]) -> T:
    found = reads(context.engine, lambda connection: read(connection, call.caller.site, call.params["id"]))
    if found is None:
        raise Rejected(Refused(code="not_found", message="The site has nothing of that id."))
    return found


def _required(call: Call, name: str) -> str:
    text = call.query.get(name, "")
    if not text:
        raise bad_request(f"{name} is missing.")
    return text


def _storable(text: str) -> str:
    """PostgreSQL's texts hold no NUL."""
    if "\0" in text:
        raise bad_request("A text may not hold NUL.")
    return text


ROUTES = (
    Route(*("GET", "/v1/parcels/{id}", "reader", parcel, "A parcel and its units."), response=ParcelSeen),
    Route(*("GET", "/v1/units/{id}", "reader", unit, "A unit."), response=UnitSeen),
    Route(
        *("GET", "/v1/containers/{id}", "reader", container, "A container and what is in it."), response=ContainerSeen
    ),
    Route(
        *("GET", "/v1/search", "reader", search, "Everything that a code stands for."),
        response=tuple[Found, ...],
        query=(Parameter("code", "A plate, tracking number, order, serial, EPC, GTIN, ...", required=True),),
    ),
    Route(
        *("GET", "/v1/history", "site", history, "The events about one parcel, unit or container, oldest first."),
        response=tuple[Line, ...],
        query=(
            Parameter("kind", "parcel, unit or container", required=True),
            Parameter("id", "Its plate or code.", required=True),
            Parameter("limit", f"How many at most, the newest, up to {MOST_LINES}.", number=True),
        ),
    ),
    Route(
        *("GET", "/v1/inventory", "reader", inventory, "Units on the site by disposition, client and status."),
        response=tuple[Stock, ...],
    ),
    Route(
        *("GET", "/v1/kpi", "reader", kpi, "Work finished by hour, stage, station and operator."),
        response=tuple[Done, ...],
        query=(Parameter("since", "From this hour on (hours since 1970 UTC); the last 24 otherwise.", number=True),),
    ),
    Route(
        *("GET", "/v1/tasks", "reader", task_list, "What a person has to settle."),
        response=tuple[TaskSeen, ...],
        query=(
            Parameter("kind", "Only conflict, quarantine, fork or restored."),
            Parameter("resolved", "`yes`: also those that are settled."),
            Parameter("since", "Opened after this time, microseconds since 1970 UTC.", number=True),
        ),
    ),
    Route(
        *("POST", "/v1/tasks/{id}/resolve", "reader", resolve, "Settle a task."), request=Resolution, response=Resolved
    ),
    Route(
        *("GET", "/v1/stations", "reader", stations, "The stations: how far each is, what it has still to send."),
        response=tuple[StationSeen, ...],
    ),
)
