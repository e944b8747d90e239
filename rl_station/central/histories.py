"""Stored events read back: those listed with a parcel, unit or container, and single ones by key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, select, tuple_

from rl_station.central import tables
from rl_station.central.folding import Taken
from rl_station.domain.events import AnyEvent, Basis, Recorded

T = TypeVar("T")

CHUNK = 500
"""Keys in one statement."""
MANY = 10_000
"""Events read at once where all are read."""

_event, _stream, _subject, _held = tables.event, tables.stream, tables.subject_event, tables.quarantined
_body = msgspec.json.Decoder(AnyEvent)
_basis = msgspec.json.Decoder(Basis)

_COLUMNS = (
    _event.c.stream,
    _event.c.seq,
    _event.c.at,
    _event.c.hlc,
    _event.c.cause,
    _event.c.operator,
    _event.c.body,
    _event.c.basis,
    _event.c.epoch,
    _event.c.form,
    _stream.c.station,
    _stream.c.epoch.label("life"),
)
_JOINED = (
    select(*_COLUMNS, tables.corrected.c.by)
    .join(_stream, _stream.c.stream == _event.c.stream)
    .outerjoin(
        tables.corrected, (tables.corrected.c.stream == _event.c.stream) & (tables.corrected.c.seq == _event.c.seq)
    )
)
_ABOUT = (
    _JOINED.add_columns(_subject.c.subject)
    .join(_subject, (_subject.c.stream == _event.c.stream) & (_subject.c.seq == _event.c.seq))
    .where(
        _subject.c.site == bindparam("at_site"),
        _subject.c.kind == bindparam("of"),
        _subject.c.subject.in_(bindparam("subjects", expanding=True)),
        _subject.c.hlc >= bindparam("since"),
    )
    .order_by(_subject.c.hlc, _subject.c.stream, _subject.c.seq)
)
_NEWEST = _ABOUT.order_by(None).order_by(_subject.c.hlc.desc(), _subject.c.stream.desc(), _subject.c.seq.desc())
_COUNTED = (
    _JOINED.outerjoin(_held, (_held.c.stream == _event.c.stream) & (_held.c.seq == _event.c.seq))
    .where(
        _held.c.seq.is_(None),
        _event.c.stream == bindparam("of"),
        tables.LISTED,
        _event.c.type == bindparam("type"),
        tables.corrected.c.by.is_(None),
        tuple_(_event.c.at, _event.c.seq) > tuple_(bindparam("at"), bindparam("seq")),
    )
    .order_by(_event.c.at, _event.c.seq)
    .limit(bindparam("most"))
)
_STREAMS = select(_stream.c.stream).where(_stream.c.site == bindparam("at_site")).order_by(_stream.c.stream)
_ONES = _JOINED.where(_event.c.stream == bindparam("of"), _event.c.seq.in_(bindparam("seqs", expanding=True)))


def about(
    connection: Connection, site: str, kind: str, subjects: Collection[str], since: int = 0
) -> dict[str, list[tuple[Taken, bool]]]:
    """What is listed with each of these subjects from clock value `since` on, in order, each with whether it was corrected."""
    found: dict[str, list[tuple[Taken, bool]]] = {subject: [] for subject in subjects}
    for some in chunks(list(subjects)):
        where = {"at_site": site, "of": kind, "subjects": some, "since": since}
        for row in connection.execute(_ABOUT, where):
            taken = _taken(row)
            if taken is not None:
                found[row.subject].append((taken, row.by is not None))
    return found


def newest(connection: Connection, site: str, kind: str, subject: str, limit: int) -> list[tuple[Taken, bool]]:
    """The last `limit` events listed with a subject, newest first, each with whether it was corrected."""
    where = {"at_site": site, "of": kind, "subjects": [subject], "since": 0}
    rows = connection.execute(_NEWEST.limit(limit), where)
    return [(taken, row.by is not None) for row in rows if (taken := _taken(row)) is not None]


def ones(connection: Connection, keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Taken]:
    """Events by stream and seq; those that are not there or that nobody understands are left out."""
    by_stream: dict[int, list[int]] = {}
    for stream, seq in keys:
        by_stream.setdefault(stream, []).append(seq)
    found: dict[tuple[int, int], Taken] = {}
    for stream, seqs in by_stream.items():
        for some in chunks(seqs):
            for row in connection.execute(_ONES, {"of": stream, "seqs": some}):
                taken = _taken(row)
                if taken is not None:
                    found[stream, row.seq] = taken
    return found


def listed(connection: Connection, site: str) -> Iterator[Taken]:
    """Every event of `tables.LISTED_TYPES` that a site's derived tables are made of and that stands, by stream and type."""
    for stream in connection.execute(_STREAMS, {"at_site": site}).scalars().all():
        for type_ in tables.LISTED_TYPES:
            after = {"at": -(1 << 63), "seq": 0}
            while rows := connection.execute(_COUNTED, {"of": stream, "type": type_, "most": MANY, **after}).all():
                yield from (taken for row in rows if (taken := _taken(row)) is not None)
                after = {"at": rows[-1].at, "seq": rows[-1].seq}


def chunks(values: list[T], size: int = CHUNK) -> Iterator[list[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _taken(row: Any) -> Taken | None:
    """None for what is stored closed and counts for nothing, and for a body that this version of the server does not understand:
    a newer replica may be at work beside it.
    """
    if row.form != "plain":
        return None
    try:
        event = _body.decode(row.body)
        basis = () if row.basis is None else _basis.decode(row.basis)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    recorded = Recorded(
        station=row.station,
        epoch=row.epoch or row.life,
        seq=row.seq,
        at=row.at,
        hlc=row.hlc,
        operator=row.operator,
        cause=row.cause,
        event=event,
        basis=basis,
    )
    return Taken(row.stream, row.station, row.life, recorded)
