"""The log as it is sent to the centre: which epoch keys which events, and the next of them in the form of the wire."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, select

from rl_station.domain import chain
from rl_station.domain.sync_wire import Life, Sent, weight
from rl_station.store import facts, tables
from rl_station.store.database import Database, prepare
from rl_station.store.errors import StoreError

PAGE = 500
"""Rows read at a time, so that a limit of bytes reads little beyond it."""

_events = tables.event
_HASH = prepare(select(_events.c.hash).where(_events.c.seq == bindparam("seq")))
_NEXT = prepare(
    select(
        *(_events.c[name] for name in ("seq", "at", "hlc", "cause", "operator", "schema", "body", "source", "basis")),
        tables.epoch.c.token,
    )
    .join(tables.epoch, tables.epoch.c.number == _events.c.epoch)
    .where(_events.c.seq > bindparam("since"), _events.c.seq < bindparam("before"))
    .order_by(_events.c.seq)
    .limit(bindparam("limit"))
)
_END = (1 << 63) - 1


def lives(database: Database) -> tuple[Life, ...]:
    """The epochs as the centre keys them, oldest first; each ends where the next begins.

    An epoch opened for a fork takes over what was written since the fork, so that another one in between may have nothing left.
    """
    found: list[facts.Epoch] = []
    for epoch in reversed(facts.epochs(database)):
        if not found or epoch.sends_from < found[-1].sends_from:
            found.append(epoch)
    found.reverse()
    parents = ("", *(epoch.token for epoch in found))
    return tuple(
        Life(epoch.token, epoch.sends_from, parent, epoch.reason) for epoch, parent in zip(found, parents, strict=False)
    )


def hash_at(database: Database, seq: int) -> bytes:
    """The chain's link at a seq; what stands before the first event at 0. Raises StoreError where the log has no such event."""
    if seq == 0:
        return chain.GENESIS
    found = database.row(_HASH, bytes, {"seq": seq})
    if found is None:
        raise StoreError("damaged", f"Event {seq} is missing.", "Run `rl-station db check`.")
    return found


def batch(database: Database, since: int, most_events: int, most_bytes: int) -> list[tuple[int, Sent]]:
    """The events after `since` of one life, at least one where there is one, up to these limits. Raises StoreError.

    Bytes are counted by `sync_wire.weight`.
    """
    known = lives(database)
    life = next((life for life in reversed(known) if life.starts <= since + 1), known[0])
    before = next((other.starts for other in known if other.starts > since + 1), _END)
    make = _maker(life.epoch)
    taken: list[tuple[int, Sent]] = []
    size = 0
    while len(taken) < most_events:
        limit = min(PAGE, most_events - len(taken))
        rows = database.rows(_NEXT, make, {"since": since, "before": before, "limit": limit})
        for seq, sent in rows:
            size += weight(sent)
            if taken and size > most_bytes:
                return taken
            taken.append((seq, sent))
        if len(rows) < limit:
            break
        since = rows[-1][0]
    return taken


def _maker(key: str) -> Callable[..., tuple[int, Sent]]:
    """Makes the rows of `_NEXT` into events; `key` is the epoch that the centre keys them by."""

    def make(  # noqa: PLR0913, PLR0917  # a row's columns
        seq: int,
        at: int,
        hlc: int,
        cause: int,
        operator: str,
        schema: int,
        body: bytes,
        source: bytes | None,
        basis: bytes | None,
        token: str,
    ) -> tuple[int, Sent]:
        return seq, Sent(at, hlc, cause, operator, schema, body, source, basis, "plain", "" if token == key else token)

    return make
