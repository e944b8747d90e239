"""What supervisors see of their site, for pages, programs and stations: figures, and what is behind each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, get_args

import msgspec
from sqlalchemy import Connection

from rl_station.central import reading_selected, reading_troubles, supervising
from rl_station.central.calls import Call, Context, Parameter, Reply, Route, bad_request
from rl_station.central.database import reading as reads
from rl_station.central.reading_counts import MOST_WAITING
from rl_station.domain.kpi import MOST_SUBJECTS, QUEUES, Figures, Selection, Subject, Trouble, Waiting

T = TypeVar("T")

_OF = get_args(msgspec.structs.fields(Selection)[0].type)
_TEXTS = ("name", "value", "station", "operator", "client")


def figures(context: Context, call: Call) -> Reply:
    return _read(context, lambda connection: supervising.figures(connection, call.caller.site, call.at))


def waiting(context: Context, call: Call) -> Reply:
    queue = call.query.get("queue", "")
    if queue and queue not in QUEUES:
        raise bad_request(f"queue is one of {', '.join(QUEUES)}.")
    limit = call.number("limit", MOST_SUBJECTS, least=1, most=MOST_WAITING)
    return _read(context, lambda connection: supervising.waiting(connection, call.caller.site, queue, limit))


def troubles(context: Context, call: Call) -> Reply:
    return _read(context, lambda connection: reading_troubles.troubles(connection, call.caller.site, call.at))


def selected(context: Context, call: Call) -> Reply:
    asked = {name: call.query.get(name, "") for name in ("of", *_TEXTS)}
    spans = {"since": call.number("since", 0), "until": call.number("until", 0)}
    try:
        selection = msgspec.convert({**asked, **spans}, Selection)
    except msgspec.ValidationError:
        raise bad_request(f"of is one of {', '.join(_OF)}.") from None
    return _read(
        context, lambda connection: reading_selected.selected(connection, call.caller.site, selection, call.at)
    )


def _read(context: Context, read: Callable[[Connection], T]) -> T:
    return reads(context.engine, read)


ROUTES = (
    Route(
        *("GET", "/v1/figures", "site", figures, "Everything a supervisor sees of the site at one look."),
        response=Figures,
    ),
    Route(
        *("GET", "/v1/waiting", "site", waiting, "What waits, what waits longest first, with when it is due."),
        response=tuple[Waiting, ...],
        query=(
            Parameter("queue", f"Only one of {', '.join(QUEUES)}."),
            Parameter("limit", f"How many of each queue at most, up to {MOST_WAITING}.", number=True),
        ),
    ),
    Route(
        *("GET", "/v1/troubles", "site", troubles, "What a supervisor has to look at, the newest first."),
        response=tuple[Trouble, ...],
    ),
    Route(
        *(
            "GET",
            "/v1/selected",
            "site",
            selected,
            "What is behind a figure, the newest first; of a queue what waits longest.",
        ),
        response=tuple[Subject, ...],
        query=(
            Parameter("of", f"One of {', '.join(_OF)}.", required=True),
            Parameter("name", "The queue, kind of trouble, stage, dimension or question."),
            Parameter("value", "The code, of a share."),
            Parameter("station", "Only at this station."),
            Parameter("operator", "Only by this person; of an agreement the inspector."),
            Parameter("client", "Only this client's."),
            Parameter("since", "From this time on, microseconds since 1970 UTC.", number=True),
            Parameter("until", "Before this time.", number=True),
        ),
    ),
)
