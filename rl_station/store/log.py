"""The log itself: chained rows written and read, nothing derived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, func, insert, select

from rl_station.domain import chain
from rl_station.domain.events import AnyEvent, Basis, CorrectionDeclared, Recorded
from rl_station.domain.scan import ScanSource
from rl_station.store import tables
from rl_station.store.database import Database, Params, prepare
from rl_station.store.errors import StoreError

PAGE = 1000
"""Events read at a time, so that no reading holds up the writer or the memory."""

_event_decoder = msgspec.json.Decoder(AnyEvent)
_source_decoder = msgspec.json.Decoder(ScanSource)
_basis_decoder = msgspec.json.Decoder(Basis)


class StoredEvent(NamedTuple):
    """A row of the log with its epoch's token and station."""

    seq: int
    epoch: str
    station: str
    at: int
    hlc: int
    cause: int
    operator: str
    type: str
    schema: int
    body: bytes
    source: bytes | None
    hash: bytes
    basis: bytes | None = None

    def envelope(self) -> chain.Envelope:
        return chain.Envelope(
            at=self.at,
            basis=msgspec.UNSET if self.basis is None else msgspec.Raw(self.basis),
            cause=self.cause,
            epoch=self.epoch,
            event=msgspec.Raw(self.body),
            hlc=self.hlc,
            operator=self.operator,
            schema=self.schema,
            seq=self.seq,
            source=chain.NULL if self.source is None else msgspec.Raw(self.source),
            station=self.station,
        )

    def recorded(self) -> Recorded:
        """The event itself. Raises StoreError for a damaged one."""
        try:
            return self._decoded()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(
                "damaged", f"Event {self.seq} cannot be read ({error}).", "Run `rl-station db check`."
            ) from error

    def _decoded(self) -> Recorded:
        return Recorded(
            station=self.station,
            epoch=self.epoch,
            seq=self.seq,
            at=self.at,
            hlc=self.hlc,
            operator=self.operator,
            cause=self.cause,
            event=_event_decoder.decode(self.body),
            source=None if self.source is None else _source_decoder.decode(self.source),
            basis=() if self.basis is None else _basis_decoder.decode(self.basis),
        )


class Head(NamedTuple):
    """The end of the log: last seq, its clock and its hash."""

    seq: int
    hlc: int
    hash: bytes


EMPTY = Head(0, 0, chain.GENESIS)

_events = tables.event
_columns = (
    _events.c.seq,
    tables.epoch.c.token,
    tables.epoch.c.station,
    *(_events.c[name] for name in StoredEvent._fields[3:]),
)


def joined() -> Select[Any]:
    """Columns of a `StoredEvent`, for statements that pick some of them."""
    return select(*_columns).join(tables.epoch, tables.epoch.c.number == _events.c.epoch)


INSERT = prepare(insert(_events))
"""As a `StoredEvent`, but `epoch` is the number."""
HEAD = prepare(select(_events.c.seq, _events.c.hlc, _events.c.hash).order_by(_events.c.seq.desc()).limit(1))
COUNT = prepare(select(func.count()).select_from(_events))
AFTER = prepare(
    joined()
    .where(_events.c.seq > bindparam("since"), _events.c.seq <= bindparam("until"))
    .order_by(_events.c.seq)
    .limit(bindparam("limit"))
)
ONE = prepare(joined().where(_events.c.seq == bindparam("seq")))
CORRECTIONS = prepare(joined().where(_events.c.type == CorrectionDeclared.__name__).order_by(_events.c.seq))
_LAST = (1 << 63) - 1


def head(database: Database) -> Head:
    return database.row(HEAD, Head) or EMPTY


def chained(recorded: Sequence[Recorded], previous: bytes) -> tuple[list[Params], bytes]:
    """The rows that continue the chain after `previous` (all but their epoch's number), and the new last hash."""
    rows: list[Params] = []
    for each in recorded:
        body = chain.canonical(each.event)
        source = None if each.source is None else chain.canonical(each.source)
        row = StoredEvent(
            seq=each.seq,
            epoch=each.epoch,
            station=each.station,
            at=each.at,
            hlc=each.hlc,
            cause=each.cause,
            operator=each.operator,
            type=type(each.event).__name__,
            schema=each.event.schema,
            body=body,
            source=source,
            hash=b"",
            basis=chain.canonical(each.basis) if each.basis else None,
        )
        previous = chain.link(previous, row.envelope())
        rows.append({**row._asdict(), "hash": previous})
    return rows, previous


def stored(database: Database, *, since: int = 0, until: int = _LAST) -> Iterator[StoredEvent]:
    """Rows after `since` up to `until`, in order, read page by page."""
    while True:
        page = database.rows(AFTER, StoredEvent, {"since": since, "until": until, "limit": PAGE})
        yield from page
        if len(page) < PAGE:
            return
        since = page[-1].seq


def read(database: Database, *, since: int = 0, until: int = _LAST) -> Iterator[Recorded]:
    """Events after `since` up to `until`, in order."""
    return (row.recorded() for row in stored(database, since=since, until=until))


def entries(database: Database, *, since: int = 0) -> Iterator[tuple[Recorded, bytes]]:
    """Events after `since` with their links of the hash chain."""
    return ((row.recorded(), row.hash) for row in stored(database, since=since))
