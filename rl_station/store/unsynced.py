"""What the centre does not have yet. The log is the outbox, so this is a difference of two seqs and one row."""

from __future__ import annotations

from typing import NamedTuple

from rl_station.store import facts, log
from rl_station.store.database import Database


class Unsynced(NamedTuple):
    """How many events wait, and when the oldest of them happened (microseconds UTC; None where none waits)."""

    waiting: int
    oldest_at: int | None


def unsynced(database: Database) -> Unsynced:
    acknowledged = facts.acknowledged(database)
    oldest = database.row(log.ONE, log.StoredEvent, {"seq": acknowledged + 1})
    return Unsynced(max(0, log.head(database).seq - acknowledged), None if oldest is None else oldest.at)
