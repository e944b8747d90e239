"""A damaged database made good: what can be read of its log, and what the centre has of the rest, in a new file beside it.

The log is a chain, so the new one ends before the first event that nobody has any more. The damaged file is kept whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from rl_station.domain import chain
from rl_station.domain.sync_wire import Life, Sent, link
from rl_station.store import facts, log, rebuilding, schema
from rl_station.store.checking import UNREADABLE
from rl_station.store.database import Database
from rl_station.store.epoch import EpochFile, sync_folder
from rl_station.store.errors import StoreError, from_system
from rl_station.store.folder import BACKUPS, DATABASE, FolderLock

BATCH = 5_000
"""Events written in one transaction."""
NEW = "salvaged.db"
_NEVER = 1 << 63

T = TypeVar("T")

Fetch = Callable[[str, int], tuple[bytes, tuple[Sent, ...]]]
"""The centre's events of an epoch after a seq, with the hash before them; none where it has no more."""


class Centre(NamedTuple):
    """What the centre has of this station: its epochs, and a way to their events."""

    lives: tuple[Life, ...]
    fetch: Fetch


class Salvaged(NamedTuple):
    """The log goes to `kept`; `fetched` of its events came from the centre. `lost` is the first seq that nobody has, 0 for none.

    `beyond`: readable events after that one, which are only in `old`, the damaged database.
    """

    kept: int
    fetched: int
    lost: int
    beyond: int
    old: Path


class _Who(NamedTuple):
    """`lives`: this log's at the centre, oldest first; what copies of it wrote elsewhere is not among them."""

    station: str
    purpose: str
    acknowledged: int
    epochs: tuple[facts.Epoch, ...]
    lives: tuple[Life, ...]


def salvage(folder: Path, *, station: str, purpose: str, centre: Centre | None, now: int) -> Salvaged:
    """Replace the damaged database of a folder in which no station works. Raises StoreError; then nothing has changed.

    `station` and `purpose` are what the folder is for, where the database itself cannot tell any more.
    """
    path, fresh = folder / DATABASE, folder / NEW
    if not path.exists():
        raise StoreError(
            "no_store", f"There is no station database in {folder}.", "Name the folder of the damaged one."
        )
    lock = FolderLock(folder)
    try:
        _drop(fresh)
        noted = EpochFile(folder).read()
        last, token = (noted.seq, noted.token) if noted else (0, "")
        found = _made(path, fresh, _Source(station, purpose, centre, last, token))
        old = folder / BACKUPS / f"damaged-{datetime.fromtimestamp(now / 1e6, UTC):%Y%m%dT%H%M%S}"
        _swap(path, fresh, old)
        return found._replace(old=old / DATABASE)
    finally:
        _drop(fresh)
        lock.release()


class _Source(NamedTuple):
    """`noted` and `token`: the last seq and the epoch that the file outside the database tells of."""

    station: str
    purpose: str
    centre: Centre | None
    noted: int
    token: str


def _made(path: Path, fresh: Path, source: _Source) -> Salvaged:
    """Write the new database; the damaged one is only read."""
    damaged, made = _opened(path), Database(fresh)
    try:
        who = _who(damaged, source)
        local = iter(()) if damaged is None else _readable(damaged, max(source.noted, who.acknowledged))
        with made.transaction():
            schema.create(made)
            facts.put(made, facts.STATION, who.station)
            facts.put(made, facts.PURPOSE, who.purpose)
            for epoch in who.epochs:
                facts.add_epoch(made, epoch)
        found = _written(made, who, local, source)
        with made.transaction():
            facts.put(made, facts.ACKNOWLEDGED, str(min(who.acknowledged, found.kept)))
        rebuilding.rebuild(made)
        return found
    finally:
        made.close()
        if damaged is not None:
            damaged.close()


def _opened(path: Path) -> Database | None:
    """None where not even SQLite's header can be read."""
    return _tried(lambda: Database(path, read_only=True), None)


def _who(damaged: Database | None, source: _Source) -> _Who:
    """Whose log it is, from the database where it can still tell, else from outside."""
    kept: list[facts.Epoch] = [] if damaged is None else _tried(lambda: facts.epochs(damaged), [])
    tokens = [each.token for each in reversed(kept)] or [source.token]
    lives = _ours(source.centre.lives if source.centre else (), tokens)
    told = tuple(
        facts.Epoch(number, life.epoch, source.station, life.starts, 0, life.reason, life.starts)
        for number, life in enumerate(lives, start=1)
    )
    if damaged is None:
        return _Who(source.station, source.purpose, 0, told, lives)
    return _Who(
        _tried(lambda: facts.get(damaged, facts.STATION), "") or source.station,
        _tried(lambda: facts.get(damaged, facts.PURPOSE), "") or source.purpose,
        _tried(lambda: facts.acknowledged(damaged), 0),
        tuple(kept) or told,
        lives,
    )


def _ours(lives: tuple[Life, ...], tokens: Sequence[str]) -> tuple[Life, ...]:
    """The life of the first of these tokens that the centre knows, with all that it continues; every one where it knows none.

    A log that was copied has other lives there, too, which the copies wrote.
    """
    by_token = {life.epoch: life for life in lives}
    last = next((by_token[token] for token in tokens if token in by_token), None)
    if last is None:
        return lives
    found = [last]
    while len(found) <= len(lives) and found[-1].parent in by_token:
        found.append(by_token[found[-1].parent])
    return tuple(reversed(found))


def _readable(damaged: Database, noted: int) -> Iterator[log.StoredEvent]:
    """Every event that can be read, in order: page by page, and around damage one by one."""
    since = 0
    last = max(_tried(lambda: log.head(damaged).seq, 0), noted)
    while since < last:
        until = min(since + log.PAGE, last)
        where = {"since": since, "until": until, "limit": log.PAGE}
        page = _tried(lambda: damaged.rows(log.AFTER, log.StoredEvent, where), None)  # noqa: B023  # run at once
        if page is None:
            for seq in range(since + 1, until + 1):
                row = _tried(lambda: damaged.row(log.ONE, log.StoredEvent, {"seq": seq}), None)  # noqa: B023
                if row is not None:
                    yield row
        else:
            yield from page
        since = until


def _written(made: Database, who: _Who, local: Iterator[log.StoredEvent], source: _Source) -> Salvaged:
    """The chain from its first event to the first that neither side has."""
    numbers = {epoch.token: epoch.number for epoch in who.epochs}
    returned = _Returned(who.station, who.lives, source.centre.fetch if source.centre else None)
    previous, seq, fetched = chain.GENESIS, 0, 0
    waiting: list[log.StoredEvent] = []
    row = next(local, None)
    while True:
        while row is not None and row.seq <= seq:
            row = next(local, None)
        good = row if row is not None and row.seq == seq + 1 and _follows(row, previous, numbers) else None
        if good is None:
            good = returned.after(seq, previous)
            if good is None or good.epoch not in numbers:
                break
            fetched += 1
        waiting.append(good)
        previous, seq = good.hash, good.seq
        if len(waiting) == BATCH:
            _store(made, waiting, numbers)
            waiting = []
    _store(made, waiting, numbers)
    beyond = sum(1 for left in local if left.seq > seq) + (row is not None and row.seq > seq)
    known = max(source.noted, who.acknowledged)
    return Salvaged(seq, fetched, seq + 1 if beyond or known > seq else 0, beyond, Path())


def _follows(row: log.StoredEvent, previous: bytes, numbers: dict[str, int]) -> bool:
    """Whether an event is what was written, and can be understood."""
    if row.epoch not in numbers or chain.link(previous, row.envelope()) != row.hash:
        return False
    return _tried(row.recorded, None) is not None


def _store(made: Database, rows: list[log.StoredEvent], numbers: dict[str, int]) -> None:
    with made.transaction():
        made.run_many(log.INSERT, [{**row._asdict(), "epoch": numbers[row.epoch]} for row in rows])


class _Returned:
    """The centre's events, a page at hand."""

    def __init__(self, station: str, lives: Sequence[Life], fetch: Fetch | None) -> None:
        self._station = station
        self._lives = lives
        self._fetch = fetch
        self._life = ""
        self._first = 0
        self._ends = 0
        self._page: tuple[Sent, ...] = ()

    def after(self, seq: int, previous: bytes) -> log.StoredEvent | None:
        """The centre's next event, if it continues the chain there and its content was given."""
        place = seq + 1 - self._first
        if not 0 <= place < len(self._page) or seq >= self._ends:
            if not self._turn(seq, previous):
                return None
            place = 0
        sent = self._page[place]
        if not sent.body:
            return None
        kind = msgspec.json.decode(sent.body, type=_Kind).type
        return log.StoredEvent(
            seq=seq + 1,
            epoch=sent.epoch or self._life,
            station=self._station,
            at=sent.at,
            hlc=sent.hlc,
            cause=sent.cause,
            operator=sent.operator,
            type=kind,
            schema=sent.schema,
            body=sent.body,
            source=sent.source,
            hash=link(previous, self._station, self._life, seq + 1, sent),
            basis=sent.basis,
        )

    def _turn(self, seq: int, previous: bytes) -> bool:
        life = next((each for each in reversed(self._lives) if each.starts <= seq + 1), None)
        if self._fetch is None or life is None:
            return False
        # A copy of this log may have gone on in that life after this one left it.
        self._ends = min((each.starts - 1 for each in self._lives if each.starts > seq + 1), default=_NEVER)
        before, self._page = self._fetch(life.epoch, seq)
        self._life, self._first = life.epoch, seq + 1
        if before != previous:
            self._page = ()
        return bool(self._page)


class _Kind(msgspec.Struct):
    type: str


def _tried(read: Callable[[], T], otherwise: T) -> T:
    """What can be read; `otherwise` where the file is damaged there. Raises StoreError for any other trouble."""
    try:
        return read()
    except StoreError as error:
        if error.code not in UNREADABLE:
            raise
        return otherwise


def _swap(path: Path, fresh: Path, old: Path) -> None:
    """The new database takes the place of the damaged one, which is kept with all that belongs to it. Raises StoreError.

    At no moment is there none, and none with the other's WAL, which SQLite would write into it.
    """
    parts = [part for suffix in ("", "-wal", "-shm") if (part := path.with_name(path.name + suffix)).exists()]
    try:
        old.mkdir(parents=True)
        for part in parts:
            os.link(part, old / part.name)
        sync_folder(old)
        for part in parts[1:]:
            part.unlink()
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise from_system(error, path.parent) from error


def _drop(fresh: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
