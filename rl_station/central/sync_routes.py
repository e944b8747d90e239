"""What stations say and ask: enrolling, their events, their own events back."""

from __future__ import annotations

from rl_station.central import identity
from rl_station.central.calls import Call, Context, Reply, Route
from rl_station.domain.sync_wire import Enrolment, EnrolRequest


def enrol(context: Context, call: Call) -> Reply:
    return identity.enrol(context, call.content)


ROUTES = (
    Route(
        *("POST", "/v1/enrol", "open", enrol, "Exchange a one-time code for a station's token."),
        request=EnrolRequest,
        response=Enrolment,
        form="msgpack",
    ),
)
