"""Is the log what was written, and do the derived tables say what the log says? Names the first event that is wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rl_station.domain import chain
from rl_station.store import facts, log, schema
from rl_station.store.database import Database
from rl_station.store.epoch import EpochFile, Noted
from rl_station.store.errors import StoreError
from rl_station.store.folder import DATABASE
from rl_station.store.rebuilding import fingerprints, fold_log

MOST_PROBLEMS = 20
UNREADABLE = ("damaged", "failed", "io")
"""Errors that are a finding of the check, not a reason to give up on it."""


class Problem(NamedTuple):
    """`code`: gap, hash, clock, cause, epoch, content, tail, projection, unreadable, sqlite. `seq` 0: not about one event."""

    seq: int
    code: str
    message: str


class Report(NamedTuple):
    """What a check found; the first `MOST_PROBLEMS` problems."""

    events: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def first_bad(self) -> int | None:
        """The first seq that is not as it was written."""
        return min((problem.seq for problem in self.problems if problem.seq), default=None)


def check_folder(folder: Path, *, projections: bool = False) -> Report:
    """Check a store, whether or not a station is working in it. Raises StoreError where there is none that can be opened."""
    try:
        path = schema.require_current(folder)
        database = Database(path, read_only=True, untouched=schema.is_still(path))
        try:
            acknowledged = EpochFile(folder).read()
            with database.snapshot():
                events, problems = _check(database, acknowledged, projections=projections)
        finally:
            database.close()
    except StoreError as error:
        if error.code not in UNREADABLE:
            raise
        events, problems = 0, [Problem(0, "unreadable", error.message)]
    return Report(events, tuple(problems[:MOST_PROBLEMS]))


def _check(database: Database, acknowledged: Noted | None, *, projections: bool) -> tuple[int, list[Problem]]:
    last = 0
    problems: list[Problem] = []
    try:
        for seq, found in _walk(database):
            last = seq
            problems.extend(found)
            if len(problems) >= MOST_PROBLEMS:
                break
        problems.extend(_tail(database, last, acknowledged))
        problems.extend(Problem(0, "sqlite", str(line)) for (line,) in database.pragma("quick_check") if line != "ok")
        if projections and not problems:
            problems.extend(_projections(database))
    except StoreError as error:
        if error.code not in UNREADABLE:
            raise
        problems.append(Problem(last + 1, "unreadable", error.message))
    return last, problems


def _walk(database: Database) -> Iterator[tuple[int, list[Problem]]]:
    """Every event with what is wrong with it. After a break the chain is taken up from what stands there."""
    lives = {life.token: life for life in facts.epochs(database)}
    previous = log.EMPTY
    number = 0
    for row in log.stored(database):
        found = list(_event_problems(row, previous))
        life = lives[row.epoch]
        if life.number < number or row.seq < life.first_seq:
            found.append(Problem(row.seq, "epoch", f"event {row.seq} stands in the wrong epoch"))
        number = life.number
        yield row.seq, found
        previous = log.Head(row.seq, row.hlc, row.hash)


def _event_problems(row: log.StoredEvent, previous: log.Head) -> Iterator[Problem]:
    if row.seq != previous.seq + 1:
        missing = previous.seq + 1
        yield Problem(missing, "gap", f"events {missing} to {row.seq - 1} are missing")
    elif chain.link(previous.hash, row.envelope()) != row.hash:
        yield Problem(
            row.seq, "hash", f"event {row.seq} is not what was written, or follows another than it was written after"
        )
    if row.hlc <= previous.hlc:
        yield Problem(row.seq, "clock", f"the logical clock of event {row.seq} goes backwards")
    if not 1 <= row.cause <= row.seq:
        yield Problem(row.seq, "cause", f"event {row.seq} has the cause {row.cause}")
    try:
        event = row.recorded().event
    except StoreError as error:
        yield Problem(row.seq, "content", error.message)
        return
    if type(event).__name__ != row.type:
        yield Problem(row.seq, "content", f"event {row.seq} is filed as {row.type} but is a {type(event).__name__}")


def _tail(database: Database, last: int, acknowledged: Noted | None) -> list[Problem]:
    """Events that were acknowledged and are not there: only the file outside the database can tell."""
    lives = facts.epochs(database)
    if acknowledged is None or not lives or acknowledged.token != lives[-1].token or acknowledged.seq <= last:
        return []
    return [Problem(last + 1, "tail", f"events {last + 1} to {acknowledged.seq} were acknowledged and are missing")]


def _projections(database: Database) -> list[Problem]:
    """Fold the log into an empty database of its own and compare."""
    with tempfile.TemporaryDirectory(prefix="rl-station-") as folder:
        fresh = Database(Path(folder) / DATABASE)
        try:
            with fresh.transaction():
                schema.create(fresh)
                fold_log(database, fresh)
            expected = fingerprints(fresh)
        finally:
            fresh.close()
    stored = fingerprints(database)
    return [
        Problem(0, "projection", f"the table {name} does not say what the log says; run `rl-station db rebuild`")
        for name in expected
        if expected[name] != stored[name]
    ]
