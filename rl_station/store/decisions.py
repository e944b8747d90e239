"""The decisions in the log that stand, for looking at them again under other rules."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import bindparam, select

from rl_station.domain.events import DispositionDecided
from rl_station.store import log, tables
from rl_station.store.database import Database, Value, prepare
from rl_station.store.errors import StoreError

_event, _corrected = tables.event, tables.corrected
_PAGE = prepare(
    select(_event.c.seq, _event.c.body)
    .outerjoin(_corrected, _corrected.c.seq == _event.c.seq)
    .where(
        _event.c.seq > bindparam("after"),
        _event.c.type == DispositionDecided.__name__,
        _event.c.at >= bindparam("since"),
        _corrected.c.seq.is_(None),
    )
    .order_by(_event.c.seq)
    .limit(log.PAGE)
)
_decoder = msgspec.json.Decoder(DispositionDecided)


def decisions(database: Database, *, since: int = 0) -> Iterator[DispositionDecided]:
    """Decisions from `since` (microseconds UTC) on that nobody took back, in order. Raises StoreError for a damaged one."""
    after = 0
    while page := list(database.rows(_PAGE, _row, {"after": after, "since": since})):
        for seq, body in page:
            yield _decided(seq, body)
        after = page[-1][0]


def _row(seq: Value, body: Value) -> tuple[int, bytes]:
    if not isinstance(seq, int) or not isinstance(body, bytes):
        raise TypeError("a seq and a body were asked for")
    return seq, body


def _decided(seq: int, body: bytes) -> DispositionDecided:
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreError("damaged", f"Event {seq} cannot be read ({error}).", "Run `rl-station db check`.") from error
