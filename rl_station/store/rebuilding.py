"""Fold the derived tables anew from the log: for a repair, and to compare what stands with what should."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Table, delete, insert, select

from rl_station.domain.events import CorrectionDeclared, Recorded
from rl_station.domain.projections import FOLDS
from rl_station.store import facts, log, schema, tables
from rl_station.store.database import Database, prepare
from rl_station.store.folder import FolderLock
from rl_station.store.projector import Projector

BATCH = 5_000
"""Events folded between two writes of the working set, which bounds the memory."""

_EMPTY = [prepare(delete(table)) for table in tables.DERIVED]
_MARK = prepare(insert(tables.corrected))
_DUMPS = {table.name: prepare(select(table).order_by(*table.primary_key.columns)) for table in tables.DERIVED}


def rebuild(database: Database) -> int:
    """Drop and fold again, in one transaction; the checkpoint goes too. Gives the number of events. Raises StoreError."""
    with database.transaction():
        facts.drop_checkpoint(database)
        return _refold(database)


def refresh(database: Database) -> None:
    """Fold again where another version of the folds made the rows. Raises StoreError."""
    if facts.get(database, facts.FOLDED_BY) != str(FOLDS):
        with database.transaction():
            _refold(database)


def _refold(database: Database) -> int:
    for statement in _EMPTY:
        database.run(statement)
    facts.put(database, facts.FOLDED_BY, str(FOLDS))
    return fold_log(database, database)


def rebuild_folder(folder: Path) -> int:
    """As `rebuild`, for a data folder in which no station is working. Raises StoreError."""
    path = schema.require_current(folder, derived=False)
    lock = FolderLock(folder)
    try:
        database = Database(path)
        try:
            return rebuild(database)
        finally:
            database.close()
    finally:
        lock.release()


def fold_log(source: Database, target: Database) -> int:
    """Fold the whole log of `source` into the empty derived tables of `target`, inside the caller's transactions."""
    marks = corrections(source)
    target.run_many(_MARK, [{"seq": seq, "by": by} for seq, by in sorted(marks.items())])
    count = 0
    for batch in _batches(log.read(source)):
        projector = Projector(target)
        for recorded in batch:
            projector.index(recorded)
            if recorded.seq not in marks and not isinstance(recorded.event, CorrectionDeclared):
                projector.apply(recorded)
        projector.flush()
        count += len(batch)
    return count


def corrections(source: Database) -> dict[int, int]:
    """Seqs that are corrected, and by which event: earlier facts only, the first correction counts, corrections are final."""
    declared = [row.recorded() for row in source.rows(log.CORRECTIONS, log.StoredEvent)]
    final = {recorded.seq for recorded in declared}
    last = log.head(source).seq
    marks: dict[int, int] = {}
    for recorded in declared:
        assert isinstance(recorded.event, CorrectionDeclared)  # noqa: S101  # the statement picks no others
        for seq in recorded.event.corrects:
            if 0 < seq < recorded.seq <= last and seq not in final:
                marks.setdefault(seq, recorded.seq)
    return marks


def fingerprints(database: Database) -> dict[str, str]:
    """For each derived table a hash over all its rows: equal hashes, equal rows."""
    return {name: _digest(database, table) for name, table in ((table.name, table) for table in tables.DERIVED)}


def _digest(database: Database, table: Table) -> str:
    digest = hashlib.sha256()
    for row in database.each(_DUMPS[table.name]):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def _batches(events: Iterable[Recorded]) -> Iterator[list[Recorded]]:
    batch: list[Recorded] = []
    for recorded in events:
        batch.append(recorded)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
