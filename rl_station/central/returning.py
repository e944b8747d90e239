"""A station's own events back, for a log that was damaged or lost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from rl_station.central import identity, streams, tables
from rl_station.central.calls import Caller, Context
from rl_station.central.database import reading
from rl_station.domain.sync_wire import MOST_BYTES, Returned, Sent, weight

PAGE = 200
"""Rows read at a time, so that the limit of bytes reads little beyond it."""
_MOST_BYTES = MOST_BYTES // 2

_event = tables.event.c
_NEXT = (
    select(
        *(_event.seq, _event.at, _event.hlc, _event.cause, _event.operator, _event.schema),
        *(_event.body, _event.source, _event.basis, _event.form, _event.epoch, _event.hash),
    )
    .where(_event.stream == bindparam("key"), _event.seq > bindparam("since"))
    .order_by(_event.seq)
    .limit(bindparam("most"))
)


def returned(context: Context, caller: Caller, epoch: str, since: int, limit: int) -> Returned | None:
    """Events of a life after `since`, at least one where there is one; None for an unknown one. Raises DatabaseError."""

    def read(connection: Connection) -> Returned | None:
        incarnation = identity.server(connection).incarnation
        if not epoch:
            lives = streams.of_station(connection, caller.site, caller.station)
            return Returned(incarnation=incarnation, lives=tuple(each.life for each in lives))
        stream = streams.find(connection, caller.site, caller.station, epoch)
        if stream is None:
            return None
        after = max(since, stream.starts - 1)
        return Returned(
            incarnation=incarnation,
            life=stream.life,
            first=after + 1,
            previous=streams.hash_at(connection, stream, after) or b"",
            events=_events(connection, stream.key, after, limit),
            through=stream.seq,
        )

    return reading(context.engine, read)


def _events(connection: Connection, key: int, since: int, limit: int) -> tuple[Sent, ...]:
    found: list[Sent] = []
    size = 0
    while len(found) < limit:
        most = min(PAGE, limit - len(found))
        rows = connection.execute(_NEXT, {"key": key, "since": since, "most": most}).all()
        for row in rows:
            sent = _sent(row)
            size += weight(sent)
            if found and size > _MOST_BYTES:
                return tuple(found)
            found.append(sent)
            since = row.seq
        if len(rows) < most:
            break
    return tuple(found)


def _sent(row: Row[*tuple[Any, ...]]) -> Sent:
    return Sent(
        *(row.at, row.hlc, row.cause, row.operator, row.schema, row.body, row.source, row.basis, row.form),
        epoch=row.epoch,
        hash=row.hash if row.form == "withheld" else b"",
    )
