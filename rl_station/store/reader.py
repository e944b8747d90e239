"""Reading a store from another process, while the station works or not: no lock, and nothing is ever written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from rl_station.domain.events import DispositionDecided, Recorded
from rl_station.domain.sync_wire import Life, Sent
from rl_station.store import facts, log, outbox, schema
from rl_station.store.backup import back_up_to
from rl_station.store.database import Database
from rl_station.store.decisions import decisions
from rl_station.store.figures import StoreFigures
from rl_station.store.log import Head
from rl_station.store.records import StoreRecords
from rl_station.store.rows import StoreRows
from rl_station.store.shift_log import shift_log
from rl_station.store.unsynced import Unsynced, unsynced


class Reader:
    """An open read-only view; use it as a context manager or `close` it."""

    def __init__(self, database: Database) -> None:
        """Use `open_reader`."""
        self._database = database
        self.rows = StoreRows(database)
        self.records = StoreRecords(database, self.rows)
        self.figures = StoreFigures(database)
        self.station = facts.get(database, facts.STATION)
        self.purpose = facts.get(database, facts.PURPOSE)

    def log(self, since: int = 0) -> Iterator[Recorded]:
        """Events after seq `since`, in order."""
        return log.read(self._database, since=since)

    def entries(self, since: int = 0) -> Iterator[tuple[Recorded, bytes]]:
        """Events after seq `since` with their links of the hash chain."""
        return log.entries(self._database, since=since)

    def decisions(self, since: int = 0) -> Iterator[DispositionDecided]:
        """Decisions from `since` (microseconds UTC) on that nobody took back, in order."""
        return decisions(self._database, since=since)

    def shift_log(self, since: int) -> Iterator[Recorded]:
        """Sign-ins, breaks and notes from `since` (microseconds UTC) on, in order."""
        return shift_log(self._database, since)

    def head(self) -> Head:
        return log.head(self._database)

    def epochs(self) -> tuple[facts.Epoch, ...]:
        return tuple(facts.epochs(self._database))

    def unsynced(self) -> Unsynced:
        return unsynced(self._database)

    def acknowledged(self) -> int:
        """The last seq that the centre has for certain."""
        return facts.acknowledged(self._database)

    def lives(self) -> tuple[Life, ...]:
        """The epochs as the centre keys them; see `outbox.lives`."""
        return outbox.lives(self._database)

    def batch(self, since: int, most_events: int, most_bytes: int) -> list[tuple[int, Sent]]:
        """What is to be sent after `since`; see `outbox.batch`."""
        return outbox.batch(self._database, since, most_events, most_bytes)

    def hash_at(self, seq: int) -> bytes:
        """The chain's link at a seq, 0 included. Raises StoreError where there is no such event."""
        return outbox.hash_at(self._database, seq)

    def quick_check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file; reads all of it, but verifies no event."""
        return tuple(str(line) for (line,) in self._database.pragma("quick_check") if line != "ok")

    def backup(self, target: Path) -> Head:
        """A verified copy at `target`, which must not exist. Raises StoreError."""
        return back_up_to(self._database, target)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_reader(folder: Path) -> Reader:
    """Read the store in `folder`. Raises StoreError: `no_store`, `newer`, `older`, or what is wrong with the files."""
    path = schema.require_current(folder)
    return Reader(Database(path, read_only=True, untouched=schema.is_still(path)))
