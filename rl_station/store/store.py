"""The store of a running station: opened once, appended to by one thread, durable when `append` returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import cast

from rl_station.domain.clock import Clock
from rl_station.domain.events import AnyEvent, Basis, Event, Recorded
from rl_station.domain.scan import ScanSource
from rl_station.domain.sync_wire import Life
from rl_station.store import facts, hlc, log, outbox, rebuilding
from rl_station.store.backup import back_up_to
from rl_station.store.checking import Report, check_folder
from rl_station.store.epoch import Noted, new_token
from rl_station.store.errors import StoreError, StoreFull, from_system
from rl_station.store.identifiers import UNKNOWN_LOSS, StoreIdentifiers, highest, skip
from rl_station.store.log import Head
from rl_station.store.opening import BALLAST_SIZE, Identity, Opened, open_folder
from rl_station.store.projector import Projector
from rl_station.store.records import StoreRecords
from rl_station.store.rows import StoreRows
from rl_station.store.space import Space, measure
from rl_station.store.unsynced import Unsynced, unsynced

FORKED = "forked"


def nothing_known(event: Event) -> Basis:
    """For a station that hears of no other's work."""
    return ()


class Store:
    """The log with its derived tables, for the one process that writes them. Not for use by two threads at once."""

    def __init__(self, opened: Opened, clock: Clock, prefix: str) -> None:
        """Use `Store.open`."""
        self._database, self._lock, self._ballast, self._token = opened
        self._clock = clock
        self._prefix = prefix
        self._epoch = facts.epochs(self._database)[-1]
        self._head = log.head(self._database)
        self._heard = 0
        self.rows = StoreRows(self._database)
        self.records = StoreRecords(self._database, self.rows)
        self.identifiers = StoreIdentifiers(self._database, prefix)

    @staticmethod
    def open(  # noqa: PLR0913  # by keyword, and each is the caller's to say
        folder: Path,
        *,
        station: str,
        prefix: str,
        clock: Clock,
        purpose: str,
        epoch: str | None = None,
        ballast: int = BALLAST_SIZE,
    ) -> Store:
        """Open or make the store in `folder`. Raises StoreError.

        `purpose`: live, demo or replay, fixed for the folder's life; `epoch` fixes a new store's token; `ballast` in bytes. A
        database that is not the one written last (restored, copied, lost) goes on in a new epoch: see `epoch_reason`.
        """
        who = Identity(station, prefix, purpose)
        return Store(open_folder(folder, who, at=clock.now(), epoch=epoch, ballast=ballast), clock, prefix)

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._database.path.parent

    @property
    def epoch(self) -> str:
        """The token of the epoch written now."""
        return self._epoch.token

    @property
    def epoch_reason(self) -> str:
        """Why this epoch began (see `facts.Epoch`); a reason other than `new` is for people to see."""
        return self._epoch.reason

    @property
    def head(self) -> Head:
        """The end of the log: seq, clock, hash."""
        return self._head

    def now(self) -> int:
        """The clock that events are stamped by, microseconds since 1970 UTC."""
        return self._clock.now()

    def lives(self) -> tuple[Life, ...]:
        """The epochs as the centre keys them; see `outbox.lives`."""
        return outbox.lives(self._database)

    def append(
        self,
        events: Sequence[Event],
        *,
        operator: str,
        source: ScanSource | None = None,
        checkpoint: bytes | None = None,
        known: Callable[[Event], Basis] = nothing_known,
    ) -> tuple[Recorded, ...]:
        """Store the events of one input, with all that follows from them, in one durable transaction.

        `known` tells what other stations' work each event was decided on. A full disk takes the ballast and tries again. Raises
        StoreFull or StoreError; then nothing of it is stored.
        """
        if not events:
            return ()
        recorded = self._stamped(events, operator, source, known)
        try:
            self._write(recorded, checkpoint)
        except StoreFull:
            if not self._ballast.release():
                raise
            self._write(recorded, checkpoint)
        return recorded

    def heard(self, other: int) -> None:
        """What is appended from now on comes after another station's event at this hybrid clock.

        A clock that is more than an hour ahead of our wall clock is not believed.
        """
        if other > self._heard:
            self._heard = hlc.heard(self._heard, other, self._clock.now())

    def log(self, since: int = 0) -> Iterator[Recorded]:
        """Events after seq `since`, in order; appending meanwhile is fine."""
        return log.read(self._database, since=since)

    def entries(self, since: int = 0) -> Iterator[tuple[Recorded, bytes]]:
        """As `log`, with each event's link of the hash chain."""
        return log.entries(self._database, since=since)

    def checkpoint(self) -> tuple[int, bytes] | None:
        """The newest checkpoint and the last seq it includes."""
        return facts.checkpoint(self._database)

    def acknowledge(self, through: int) -> None:
        """The centre has everything up to this seq. It never goes back. Raises StoreError."""
        if not 0 <= through <= self._head.seq:
            raise ValueError(f"seq {through} is not in a log that ends at {self._head.seq}")
        with self._database.transaction():
            if through > facts.acknowledged(self._database):
                facts.put(self._database, facts.ACKNOWLEDGED, str(through))

    def withdraw(self, to: int) -> None:
        """The centre has less than it acknowledged, only up to this seq: the rest waits again. Raises StoreError."""
        with self._database.transaction():
            if 0 <= to < facts.acknowledged(self._database):
                facts.put(self._database, facts.ACKNOWLEDGED, str(to))

    def fork(self, at: int) -> None:
        """The centre has other events from seq `at` on: another copy of this log is at work. Raises StoreError.

        The log goes on in an epoch of its own, by which the centre keys it from `at` on. Plate numbers that the other copy may
        have used are passed over. Asked for twice, it is done once.
        """
        if not 1 <= at <= self._head.seq:
            raise ValueError(f"seq {at} is not in a log that ends at {self._head.seq}")
        if self._epoch.reason == FORKED and self._epoch.sends_from == at:
            return
        number, first = self._epoch.number + 1, self._head.seq + 1
        life = facts.Epoch(number, new_token(), self._epoch.station, first, self._clock.now(), FORKED, at)
        with self._database.transaction():
            facts.add_epoch(self._database, life)
            facts.put(self._database, facts.ACKNOWLEDGED, str(min(at - 1, facts.acknowledged(self._database))))
            skip(self._database, self._prefix, UNKNOWN_LOSS)
        # Between the two a power cut leaves the former token: the next start takes that for another life and opens one more.
        self._epoch = life
        self._token.change(Noted(life.token, self._head.seq, highest(self._database, self._prefix)))

    def unsynced(self) -> Unsynced:
        return unsynced(self._database)

    def space(self) -> Space:
        """What is left of the disk. Raises StoreError."""
        try:
            return measure(self._database.path, self._head.seq, ballast=self._ballast.present)
        except OSError as error:
            raise from_system(error, self._database.path.parent) from error

    def replenish(self) -> bool:
        """Put the ballast back once there is room again; for a quiet moment. False while there is none."""
        return self._ballast.fill()

    def check(self, *, projections: bool = False) -> Report:
        """Verify the log, and on demand the derived tables. Raises StoreError only if it cannot be opened at all."""
        return check_folder(self.folder, projections=projections)

    def rebuild(self) -> int:
        """Fold the derived tables anew; the checkpoint goes. Gives the number of events. Raises StoreError."""
        return rebuilding.rebuild(self._database)

    def backup(self, target: Path) -> Head:
        """A verified copy at `target`, which must not exist; gives the copied log's head. Raises StoreError."""
        return back_up_to(self._database, target)

    def close(self) -> None:
        """Let go of everything. What was appended is durable already."""
        self._token.close()
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _stamped(
        self, events: Sequence[Event], operator: str, source: ScanSource | None, known: Callable[[Event], Basis]
    ) -> tuple[Recorded, ...]:
        at = self._clock.now()
        cause = self._head.seq + 1
        logical = max(self._head.hlc, self._heard)
        recorded: list[Recorded] = []
        for seq, event in enumerate(events, start=cause):
            logical = hlc.tick(logical, at)
            recorded.append(
                Recorded(
                    station=self._epoch.station,
                    epoch=self._epoch.token,
                    seq=seq,
                    at=at,
                    hlc=logical,
                    operator=operator,
                    cause=cause,
                    event=cast(AnyEvent, event),  # every event class is in the catalogue
                    source=source,
                    basis=known(event),
                )
            )
        return tuple(recorded)

    def _write(self, recorded: Sequence[Recorded], checkpoint: bytes | None) -> None:
        try:
            rows, last = log.chained(recorded, self._head.hash)
        except UnicodeEncodeError as error:
            raise StoreError("unstorable", f"An event holds text that is none ({error}).", "Report this.") from error
        with self._database.transaction():
            self._database.run_many(log.INSERT, [{**row, "epoch": self._epoch.number} for row in rows])
            projector = Projector(self._database)
            projector.append(recorded)
            projector.flush()
            if checkpoint is not None:
                facts.put_checkpoint(self._database, recorded[-1].seq, checkpoint)
        self._head = Head(recorded[-1].seq, recorded[-1].hlc, last)
        self._token.note(self._head.seq)
