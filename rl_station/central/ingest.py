"""Taking a push: compared with what the server has, stored, projected and acknowledged in one transaction.

In each process the pushes of a site take turns. The stream's row is locked first, so that two replicas that race for one station
come one after the other; then events are stored, then projected (which locks the site's feed), last the watermark moves. The
acknowledgement leaves after the commit.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, update

from rl_station.central import identity, projecting, settlements, statuses, streams, tables
from rl_station.central.arrivals import CLOSED, COLUMNS, Delivery, delivery
from rl_station.central.calls import Caller, Context
from rl_station.central.database import copy_rows, transaction
from rl_station.central.identity import Server
from rl_station.central.quarantine import fill, quarantine
from rl_station.central.streams import Contact, Stream
from rl_station.central.tasks import FORK, RESTORED, Matter, open_task
from rl_station.domain import chain
from rl_station.domain.sync_wire import Ack, Push, Refused

_SEEN = (
    update(tables.station)
    .where(tables.station.c.site == bindparam("at_site"), tables.station.c.station == bindparam("who"))
    .values(last_seen_at=bindparam("now"))
)


def take(context: Context, caller: Caller, push: Push) -> Ack | Refused:
    """Store a push of the caller's. When this gives an Ack, everything up to `through` is durable. Raises DatabaseError."""
    if push.station != caller.station:
        message = f"This token is station {caller.station}'s and sends nothing for another."
        return Refused(code="wrong_station", message=message)
    with context.turns.of(caller.site) as ours:
        if not ours:
            return Refused(code="busy", message="Other stations' events are being stored.")
        found = delivery(caller.site, push, context.clock.now())
        if isinstance(found, Refused):
            return found
        return transaction(context.engine, lambda connection: ingest(context, connection, found))


def ingest(context: Context, connection: Connection, found: Delivery) -> Ack | Refused:
    """Within the caller's transaction. Where this refuses, nothing is stored but that the server was restored."""
    push = found.push
    stream = streams.find(connection, found.site, push.station, push.life.epoch, lock=True)
    us = identity.server(connection)
    if push.incarnation == us.incarnation and _has_less(connection, stream, found):
        us = _restored(context, connection, us, found)
    opened = stream or _opened(connection, found)
    if isinstance(opened, Refused):
        return opened
    place = _compared(connection, opened, found)
    if isinstance(place, Refused):
        return place
    if stream is None and found.arrivals:
        _open(connection, opened, found.now)
    _store(connection, opened, found, place)
    connection.execute(_SEEN, {"at_site": found.site, "who": push.station, "now": found.now})
    return _acknowledged(us, found, place)


class Place(NamedTuple):
    """Where a push stands in its stream: so many of its events are `known`, of them `filled` in a fuller form than before."""

    known: int
    filled: tuple[int, ...] = ()


# --- comparing --------------------------------------------------------------------------------------------------------


def _has_less(connection: Connection, stream: Stream | None, found: Delivery) -> bool:
    """Whether the server lacks what it has acknowledged, to judge by what the station was told."""
    push, life = found.push, found.push.life
    if stream is not None:
        return push.acknowledged > stream.seq
    if push.acknowledged >= life.starts:
        return True
    if not life.parent or not push.acknowledged:
        return False
    parent = streams.find(connection, found.site, push.station, life.parent)
    return parent is None or parent.seq < push.acknowledged


def _restored(context: Context, connection: Connection, us: Server, found: Delivery) -> Server:
    """This server was restored from an older state: it goes on as another, and whoever follows its feed starts over."""
    if identity.renew(context, connection, us.incarnation):
        push = found.push
        detail = {"station": push.station, "epoch": push.life.epoch, "acknowledged": push.acknowledged}
        open_task(connection, Matter(found.site, RESTORED, "server", us.incarnation), detail, found.now)
    return identity.server(connection)


def _opened(connection: Connection, found: Delivery) -> Stream | Refused:
    """The stream that a push for an epoch not heard of would begin."""
    push, life = found.push, found.push.life
    base = _base(connection, found)
    if isinstance(base, Refused):
        return base
    if push.first > life.starts:
        return _gap(life.epoch, life.starts)
    return Stream(
        key=found.stream,
        site=found.site,
        station=push.station,
        epoch=life.epoch,
        starts=life.starts,
        parent=life.parent,
        reason=life.reason,
        base=base,
        seq=life.starts - 1,
        head=base,
    )


def _base(connection: Connection, found: Delivery) -> bytes | Refused:
    """The hash that a new life continues."""
    life = found.push.life
    if not life.parent:
        if life.starts == 1:
            return chain.GENESIS
        return Refused(code="bad_request", message="An epoch that continues no other begins at 1.")
    parent = streams.find(connection, found.site, found.push.station, life.parent)
    if parent is None:
        return _gap(life.parent, 1)
    if parent.seq < life.starts - 1:
        return _gap(life.parent, parent.seq + 1)
    before = streams.hash_at(connection, parent, life.starts - 1)
    if before is None:
        return Refused(code="bad_request", message=f"Epoch {life.epoch} begins before the one it continues.")
    return before


def _gap(epoch: str, expected: int) -> Refused:
    return Refused(code="gap", message=f"Epoch {epoch} goes on at {expected} here.", epoch=epoch, expected=expected)


def _compared(connection: Connection, stream: Stream, found: Delivery) -> Place | Refused:
    """Whether the push fits what the server has: right after it, or over it with the same hashes."""
    push = found.push
    if push.first > stream.seq + 1:
        return _gap(stream.epoch, stream.seq + 1)
    if push.first < stream.starts:
        return Refused(code="bad_request", message=f"Epoch {stream.epoch} begins at {stream.starts} here.")
    if push.previous != streams.hash_at(connection, stream, push.first - 1):
        return Refused(
            code="mismatch",
            message=f"Before {push.first} the server has something else.",
            epoch=stream.epoch,
            probes=streams.probes(connection, stream, push.first - 1),
        )
    return Place(0) if push.first > stream.seq else _overlap(connection, stream, found)


def _overlap(connection: Connection, stream: Stream, found: Delivery) -> Place | Refused:
    first = found.push.first
    stored = streams.hashes(connection, stream, first, min(stream.seq, first + len(found.arrivals) - 1))
    filled: list[int] = []
    for place, ((seq, hash_, form), arrival) in enumerate(zip(stored, found.arrivals, strict=False)):
        if hash_ != arrival.hash:
            message = f"The server has another event {seq} of epoch {stream.epoch}."
            return Refused(code="forked", message=message, epoch=stream.epoch, at=seq)
        if form in CLOSED and arrival.reason not in CLOSED:
            filled.append(place)
    return Place(len(stored), tuple(filled))


# --- storing ----------------------------------------------------------------------------------------------------------


def _open(connection: Connection, stream: Stream, now: int) -> None:
    """A new life, and a task where it began because something went wrong."""
    streams.add(connection, stream, now)
    if stream.reason == "new":
        return
    kind = FORK if stream.reason == "forked" else RESTORED
    detail = {"epoch": stream.epoch, "parent": stream.parent, "starts": stream.starts, "reason": stream.reason}
    id_ = open_task(connection, Matter(stream.site, kind, "station", stream.station, (stream.epoch,)), detail, now)
    settlements.follow(connection, stream.site, [id_])


def _store(connection: Connection, stream: Stream, found: Delivery, place: Place) -> None:
    push, now = found.push, found.now
    new = found.arrivals[place.known :]
    filled = [found.arrivals[index] for index in place.filled]
    fill(connection, stream, filled, now)
    copy_rows(connection, tables.event, COLUMNS, [arrival.row for arrival in new])
    fresh = (*filled, *new) if filled else new
    quarantine(connection, stream, [arrival for arrival in fresh if arrival.reason], now)
    projecting.project(connection, found.site, [arrival.taken for arrival in fresh if arrival.taken is not None], now)
    if push.status is not None:
        statuses.keep(connection, found.site, push.station, push.status, now)
    contact = Contact(now, push.sent_at - now, push.waiting, push.version)
    if new:
        streams.move(connection, stream, (new[-1].seq, new[-1].hash, push.events[-1].hlc), contact)
    else:
        streams.touch(connection, stream, contact)


def _acknowledged(us: Server, found: Delivery, place: Place) -> Ack:
    push, arrivals = found.push, found.arrivals
    ack = Ack(
        incarnation=us.incarnation,
        epoch=push.life.epoch,
        through=push.first + len(arrivals) - 1,
        head=arrivals[-1].hash if arrivals else push.previous,
        at=found.now,
        stored=len(arrivals) - place.known,
        known=place.known,
        quarantined=tuple(arrival.seq for arrival in arrivals if arrival.reason),
    )
    return replace(ack, receipt=us.receipt(found.site, push.station, ack))
