"""What the server has of a station's log: its streams (one for each epoch), their ends, and the hash at any place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select, update

from rl_station.central import tables
from rl_station.central.database import Again, insert_new
from rl_station.central.tables import stream_key
from rl_station.domain.sync_wire import Life, Probe

PROBES = 24
"""Places told of a past that differs: the last before the push, then twice as far back each time."""

_stream, _event = tables.stream.c, tables.event.c


class Stream(NamedTuple):
    """A row of `tables.stream`, as far as the chain needs it."""

    key: int
    site: str
    station: str
    epoch: str
    starts: int
    parent: str
    reason: str
    base: bytes
    seq: int
    head: bytes

    @property
    def life(self) -> Life:
        return Life(self.epoch, self.starts, self.parent, self.reason)


_COLUMNS = (_stream.stream, *(_stream[name] for name in Stream._fields[1:]))
_ONE = select(*_COLUMNS).where(_stream.stream == bindparam("key"))
_LOCKED = _ONE.with_for_update()
_OF_STATION = (
    select(*_COLUMNS)
    .where(_stream.site == bindparam("site"), _stream.station == bindparam("station"))
    .order_by(_stream.starts, _stream.opened_at, _stream.stream)
)
_HASH = select(_event.hash).where(_event.stream == bindparam("key"), _event.seq == bindparam("seq"))
_HASHES = (
    select(_event.seq, _event.hash, _event.form)
    .where(_event.stream == bindparam("key"), _event.seq.between(bindparam("first"), bindparam("last")))
    .order_by(_event.seq)
)
_SOME_HASHES = select(_event.seq, _event.hash).where(
    _event.stream == bindparam("key"), _event.seq.in_(bindparam("seqs", expanding=True))
)
_MOVE = (
    update(tables.stream)
    .where(_stream.stream == bindparam("key"))
    .values(
        seq=bindparam("to_seq"),
        head=bindparam("to_head"),
        hlc=bindparam("to_hlc"),
        received_at=bindparam("now"),
        skew_us=bindparam("skew"),
        waiting=bindparam("left"),
        version=bindparam("by"),
    )
)
_TOUCH = (
    update(tables.stream)
    .where(_stream.stream == bindparam("key"))
    .values(received_at=bindparam("now"), skew_us=bindparam("skew"), waiting=bindparam("left"), version=bindparam("by"))
)


def find(connection: Connection, site: str, station: str, epoch: str, *, lock: bool = False) -> Stream | None:
    """A stream; with `lock` nobody else moves it until the end of the transaction."""
    row = connection.execute(_LOCKED if lock else _ONE, {"key": stream_key(site, station, epoch)}).one_or_none()
    return None if row is None else _made(row)


def of_station(connection: Connection, site: str, station: str) -> list[Stream]:
    """All lives of a station that the server has, oldest first."""
    return [_made(row) for row in connection.execute(_OF_STATION, {"site": site, "station": station})]


def add(connection: Connection, stream: Stream, now: int) -> None:
    """Make it. Raises Again where another transaction has just made it."""
    row = {
        **stream._asdict(),
        "stream": stream.key,
        "hlc": 0,
        "opened_at": now,
        "received_at": now,
        "skew_us": 0,
        "waiting": 0,
        "version": "",
    }
    del row["key"]
    if not insert_new(connection, tables.stream, row):
        raise Again


class Contact(NamedTuple):
    """What a push tells besides events: when, how far the station's clock is off, what it still has, its version."""

    now: int
    skew: int
    left: int
    by: str


def move(connection: Connection, stream: Stream, to: tuple[int, bytes, int], contact: Contact) -> None:
    """The stream ends at this event now: seq, hash, clock."""
    seq, head, hlc = to
    moved = {"key": stream.key, "to_seq": seq, "to_head": head, "to_hlc": hlc, **contact._asdict()}
    connection.execute(_MOVE, moved)


def touch(connection: Connection, stream: Stream, contact: Contact) -> None:
    """The station was heard, and nothing was new."""
    connection.execute(_TOUCH, {"key": stream.key, **contact._asdict()})


def hash_at(connection: Connection, stream: Stream, seq: int) -> bytes | None:
    """The hash of event `seq` of the stream, or of what it continues; None where the server does not have it."""
    if seq == stream.seq:
        return stream.head
    if seq == stream.starts - 1:
        return stream.base
    if seq >= stream.starts:
        return connection.execute(_HASH, {"key": stream.key, "seq": seq}).scalar_one_or_none()
    parent = find(connection, stream.site, stream.station, stream.parent) if stream.parent else None
    return None if parent is None else hash_at(connection, parent, seq)


def hashes(connection: Connection, stream: Stream, first: int, last: int) -> list[tuple[int, bytes, str]]:
    """Seq, hash and form of the stored events of a range, in order."""
    rows = connection.execute(_HASHES, {"key": stream.key, "first": first, "last": last})
    return [(row.seq, row.hash, row.form) for row in rows]


def probes(connection: Connection, stream: Stream, before: int) -> tuple[Probe, ...]:
    """What the server has before a seq, newest first, further and further back; of one stream, the first that has any of it."""
    while before <= stream.starts and stream.parent:
        parent = find(connection, stream.site, stream.station, stream.parent)
        if parent is None:
            return ()
        stream = parent
    seqs = [seq for seq in _back(min(before - 1, stream.seq)) if seq >= stream.starts]
    found = (
        {row.seq: row.hash for row in connection.execute(_SOME_HASHES, {"key": stream.key, "seqs": seqs})}
        if seqs
        else {}
    )
    return tuple(Probe(stream.epoch, seq, found[seq]) for seq in seqs if seq in found)


def _back(last: int) -> Iterator[int]:
    for step in range(PROBES):
        yield last + 1 - (1 << step)


def _made(row: Row[*tuple[Any, ...]]) -> Stream:
    return Stream._make(row)
