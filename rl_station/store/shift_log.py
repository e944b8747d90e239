"""The events of the shift log, found without reading the rest of the log's days."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam

from rl_station.domain.events import Recorded
from rl_station.domain.shift_log import EVENTS
from rl_station.store import log, tables
from rl_station.store.database import Database, prepare

_MICROSECONDS = 1000
_PAGE = prepare(
    log.joined()
    .where(
        tables.event.c.seq > bindparam("since"),
        tables.event.c.type.in_(bindparam(f"type{number}", each.__name__) for number, each in enumerate(EVENTS)),
    )
    .order_by(tables.event.c.seq)
    .limit(log.PAGE)
)


def shift_log(database: Database, since: int) -> Iterator[Recorded]:
    """Sign-ins, breaks and notes from `since` (microseconds since 1970 UTC) on, in order."""
    seq = _before(database, (since // _MICROSECONDS) << 16)
    while page := database.rows(_PAGE, log.StoredEvent, {"since": seq}):
        yield from (each.recorded() for each in page if each.at >= since)
        seq = page[-1].seq


def _before(database: Database, hlc: int) -> int:
    """The last seq before this moment. The hybrid clock never goes back, and the log has no gaps: it can be halved."""
    low, high = 0, log.head(database).seq
    while low < high:
        middle = (low + high + 1) // 2
        found = database.row(log.ONE, log.StoredEvent, {"seq": middle})
        if found is not None and found.hlc < hlc:
            low = middle
        else:
            high = middle - 1
    return low
