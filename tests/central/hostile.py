"""What the tests of hostile input have in common."""

from __future__ import annotations

import msgspec
import pushing
from pushing import Log, traced
from raw_http import Answered
from served import STATION, Served
from sqlalchemy import delete, select

from rl_station.central import tables
from rl_station.domain.sync_wire import Push, Refused

MIB = 1024 * 1024


def pushed(served: Served, token: str, body: bytes, **headers: str) -> Answered:
    return served.ask("POST", "/v1/events", {**pushing.headers(token), **headers}, body)


def refused(answer: Answered) -> Refused:
    """A refusal in whichever form the route speaks: with a code, and a sentence for people."""
    assert 400 <= answer.status < 500, answer
    if answer.headers["content-type"].startswith("text/html"):
        # A page says it to people.
        assert b"<h1" in answer.body
        return Refused(code="page", message=answer.body.decode())
    if answer.headers["content-type"].startswith("application/json"):
        found = msgspec.json.decode(answer.body, type=Refused)
    else:
        found = msgspec.msgpack.decode(answer.body, type=Refused)
    assert found.code
    assert found.message
    return found


def changed(push: Push, **fields: object) -> bytes:
    return pushing.body(msgspec.structs.replace(push, **fields))


def good() -> Push:
    return Log(STATION).push([traced(1), traced(2)])


def forget(served: Served, station: str) -> None:
    """Take a station's events out again, for whoever counts."""
    with served.engine.begin() as connection:
        streams = select(tables.stream.c.stream).where(tables.stream.c.station == station)
        for table in (tables.event, tables.quarantined, tables.subject_event):
            connection.execute(delete(table).where(table.c.stream.in_(streams)))
        connection.execute(delete(tables.stream).where(tables.stream.c.station == station))
        connection.execute(delete(tables.task).where(tables.task.c.detail.contains(station)))
