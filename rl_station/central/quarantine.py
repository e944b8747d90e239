"""Events that are stored and acknowledged, but in no derived table: of a type newer than this version, sealed, or withheld.

None is lost for that. What a newer version understands is projected at its start; what was closed and arrives again in full
(from a file, or because the station tries again) takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, select, tuple_, update

from rl_station.central import projecting, settlements, tables
from rl_station.central.arrivals import COLUMNS, UNKNOWN, Arrival, reread
from rl_station.central.database import reading, transaction, upsert
from rl_station.central.folding import Taken
from rl_station.central.streams import Stream
from rl_station.central.tasks import QUARANTINE, Matter, Settled, open_task, resolve
from rl_station.domain.sync_wire import Sent

CHUNK = 500
"""Events tried again in one transaction."""

_row, _event, _stream = tables.quarantined.c, tables.event.c, tables.stream.c
_GONE = delete(tables.quarantined).where(_row.stream == bindparam("key"), _row.seq == bindparam("at_seq"))
_FILL = (
    update(tables.event)
    .where(_event.stream == bindparam("key"), _event.seq == bindparam("at_seq"))
    .values({name: bindparam(f"new_{name}") for name in COLUMNS[2:]})
)
_UNKNOWN = (
    select(
        *(_stream.stream, _stream.site, _stream.station, _stream.epoch, _event.seq, _event.type),
        *(_event.at, _event.hlc, _event.cause, _event.operator, _event.schema),
        *(_event.body, _event.source, _event.basis, _event.form, _event.epoch.label("own")),
    )
    .join(tables.stream, _stream.stream == _row.stream)
    .join(tables.event, (_event.stream == _row.stream) & (_event.seq == _row.seq))
    .where(_row.reason == UNKNOWN)
)
_NEXT = (
    _UNKNOWN.where(tuple_(_row.stream, _row.seq) > tuple_(bindparam("key"), bindparam("at_seq")))
    .order_by(_row.stream, _row.seq)
    .limit(CHUNK)
)


class Kind(NamedTuple):
    """Events that one task is about, as long as nobody understands them."""

    site: str
    station: str
    type: str
    schema: int

    @property
    def matter(self) -> Matter:
        return Matter(self.site, QUARANTINE, "station", self.station, (self.type, self.schema))


class Closed(NamedTuple):
    """A stored event that was not understood, as it was sent."""

    stream: int
    epoch: str
    seq: int
    kind: Kind
    sent: Sent


# --- on arrival -------------------------------------------------------------------------------------------------------


def quarantine(connection: Connection, stream: Stream, arrivals: Sequence[Arrival], now: int) -> None:
    """Note events that were stored without being understood, and open a task: one for each, or one for each unknown type."""
    rows = []
    ids: set[str] = set()
    for arrival in arrivals:
        rows.append({"stream": stream.key, "seq": arrival.seq, "site": stream.site, "reason": arrival.reason})
        detail = {
            "station": stream.station,
            "epoch": stream.epoch,
            "seq": arrival.seq,
            "reason": arrival.reason,
            "type": arrival.type,
            "schema": arrival.schema,
        }
        unknown = Kind(stream.site, stream.station, arrival.type, arrival.schema)
        matter = unknown.matter if arrival.reason == UNKNOWN else _alone(stream, arrival.seq)
        ids.add(open_task(connection, matter, detail, now))
    settlements.follow(connection, stream.site, ids)
    upsert(connection, tables.quarantined, rows, update=["reason"])


def fill(connection: Connection, stream: Stream, arrivals: Iterable[Arrival], now: int) -> None:
    """Put events that are there closed into the form in which they arrive now; their hashes are the same."""
    for arrival in arrivals:
        where = {"key": stream.key, "at_seq": arrival.seq}
        fuller = {f"new_{name}": value for name, value in zip(COLUMNS[2:], arrival.row[2:], strict=True)}
        connection.execute(_FILL, {**where, **fuller})
        connection.execute(_GONE, where)
        settled = Settled("", "It has arrived in full.", now)
        resolve(connection, stream.site, _alone(stream, arrival.seq).id, settled)


def _alone(stream: Stream, seq: int) -> Matter:
    return Matter(stream.site, QUARANTINE, "event", f"{stream.station}/{stream.epoch}/{seq}")


# --- when a newer version starts --------------------------------------------------------------------------------------


def try_again(engine: Engine, now: int) -> int:
    """Project what this version understands of events that none before it did; gives their number. Raises DatabaseError."""
    after, count = (-1, 0), 0
    kinds: set[Kind] = set()
    while chunk := reading(engine, partial(_next, after=after)):
        after = (chunk[-1].stream, chunk[-1].seq)
        understood = [(each, taken) for each in chunk if (taken := _reread(each)) is not None]
        for site in sorted({each.kind.site for each, _ in understood}):
            here = [pair for pair in understood if pair[0].kind.site == site]
            count += transaction(engine, partial(_project, site=site, understood=here, now=now))
        kinds |= {each.kind for each, _ in understood}
    if kinds:
        transaction(engine, partial(_settle, kinds=kinds, now=now))
    return count


def _next(connection: Connection, after: tuple[int, int]) -> list[Closed]:
    rows = connection.execute(_NEXT, {"key": after[0], "at_seq": after[1]})
    return [
        Closed(
            row.stream,
            row.epoch,
            row.seq,
            Kind(row.site, row.station, row.type, row.schema),
            Sent(
                *(row.at, row.hlc, row.cause, row.operator, row.schema),
                *(row.body, row.source, row.basis, row.form, row.own),
            ),
        )
        for row in rows
    ]


def _reread(closed: Closed) -> Taken | None:
    return reread(closed.stream, closed.kind.station, closed.epoch, closed.seq, closed.sent)


def _project(connection: Connection, site: str, understood: Sequence[tuple[Closed, Taken]], now: int) -> int:
    """Only what another replica, started at the same time, has not taken out of quarantine already."""
    ours = [
        taken
        for each, taken in understood
        if connection.execute(_GONE, {"key": each.stream, "at_seq": each.seq}).rowcount == 1
    ]
    if ours:
        projecting.project(connection, site, ours, now)
    return len(ours)


def _settle(connection: Connection, kinds: Iterable[Kind], now: int) -> None:
    """Close the tasks of what is not unknown any more."""
    for kind in sorted(kinds):
        left = connection.execute(
            _UNKNOWN.where(
                _row.site == kind.site,
                _stream.station == kind.station,
                _event.type == kind.type,
                _event.schema == kind.schema,
            ).limit(1)
        ).first()
        if left is None:
            resolve(connection, kind.site, kind.matter.id, Settled("", "This version understands it.", now))
