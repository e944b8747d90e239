"""What stations say and ask: enrolling, their events, their own events back."""

from __future__ import annotations

from rl_station.central import identity, ingest, returning
from rl_station.central.calls import Call, Context, Parameter, Reply, Route, bad_request
from rl_station.domain.sync_wire import MOST_EVENTS, Ack, Enrolment, EnrolRequest, Push, Refused, Returned

RETURNED = 1000
"""Events given back at once unless asked otherwise."""


def enrol(context: Context, call: Call) -> Reply:
    return identity.enrol(context, call.content)


def push(context: Context, call: Call) -> Reply:
    said = ingest.take(context, call.caller, call.content)
    if isinstance(said, Refused):
        context.metrics.count("rl_station_pushes_total", outcome=said.code)
        return said
    outcome = "stored" if said.stored else "known" if said.known else "empty"
    context.metrics.count("rl_station_pushes_total", outcome=outcome)
    context.metrics.count("rl_station_events_stored_total", said.stored)
    fresh = sum(seq > said.through - said.stored for seq in said.quarantined)
    if fresh:
        context.metrics.count("rl_station_quarantined_total", fresh)
    return said


def give_back(context: Context, call: Call) -> Reply:
    limit = call.number("limit", RETURNED, least=1, most=MOST_EVENTS)
    found = returning.returned(context, call.caller, call.query.get("epoch", ""), call.number("since", 0), limit)
    if found is None:
        raise bad_request("The server has no such epoch of this station.")
    return found


ROUTES = (
    Route(
        *("POST", "/v1/enrol", "open", enrol, "Exchange a one-time code for a station's token."),
        request=EnrolRequest,
        response=Enrolment,
        form="msgpack",
    ),
    Route(
        *("POST", "/v1/events", "station", push, "Store events, in order; acknowledged when they are durable."),
        request=Push,
        response=Ack,
    ),
    Route(
        *("GET", "/v1/events", "station", give_back, "The station's own events back; its epochs where none is named."),
        response=Returned,
        query=(
            Parameter("epoch", "Which life of the log."),
            Parameter("since", "Events after this seq.", number=True),
            Parameter("limit", f"How many at most, up to {MOST_EVENTS}.", number=True),
        ),
    ),
)
