"""Opening a data folder: lock, look before touching, make or migrate, and see whether this is the log that was written last."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from rl_station.store import facts, identifiers, log, schema
from rl_station.store.database import Database
from rl_station.store.epoch import EpochFile, Noted, new_token
from rl_station.store.errors import StoreError, StoreFull, from_system
from rl_station.store.folder import DATABASE, Ballast, FolderLock, prepare_folder
from rl_station.store.rebuilding import refresh

BALLAST_SIZE = 16 * 1024 * 1024
"""Bytes kept back for a full disk: some thousand events."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Identity(NamedTuple):
    """Whose folder it is to be."""

    station: str
    prefix: str
    purpose: str


class Opened(NamedTuple):
    """All that an open store holds."""

    database: Database
    lock: FolderLock
    ballast: Ballast
    token: EpochFile


def open_folder(folder: Path, who: Identity, *, at: int, epoch: str | None, ballast: int) -> Opened:
    """Lock the folder and open its database at the newest revision, in the right epoch. Raises StoreError, holding nothing."""
    if who.purpose not in facts.PURPOSES:
        raise ValueError(f"purpose is one of {', '.join(facts.PURPOSES)}, not {who.purpose!r}")
    prepare_folder(folder)
    lock = FolderLock(folder)
    try:
        weight = Ballast(folder, ballast)
        database = _with_room(weight, lambda: _database(folder, who))
        try:
            token = EpochFile(folder)
            _with_room(weight, lambda: _start_or_continue(database, token, who, at, epoch))
        except BaseException:
            database.close()
            raise
        weight.fill()
        return Opened(database, lock, weight, token)
    except BaseException:
        lock.release()
        raise


def _with_room(ballast: Ballast, step: Callable[[], T]) -> T:
    """Even opening needs a little room (the WAL's shared memory): on a full disk the ballast gives it."""
    try:
        return step()
    except StoreFull:
        if not ballast.release():
            raise
        return step()


def _database(folder: Path, who: Identity) -> Database:
    path = folder / DATABASE
    found = schema.peek(path, locked=True)
    if found is not None:
        _check_owner(found, folder, who)
        _check_writable(path)
    database = Database(path)
    try:
        if found is None:
            with database.transaction():
                schema.create(database)
                facts.put(database, facts.STATION, who.station)
                facts.put(database, facts.PURPOSE, who.purpose)
        elif found.revision != schema.HEAD:
            schema.migrate(database)
        refresh(database)
    except BaseException:
        database.close()
        raise
    return database


def _check_writable(path: Path) -> None:
    """SQLite would open it for reading only and complain at the first scan. Raises StoreError."""
    if not os.access(path, os.W_OK, effective_ids=True):
        raise from_system(PermissionError(errno.EACCES, os.strerror(errno.EACCES)), path.parent)


def _check_owner(found: schema.Peek, folder: Path, who: Identity) -> None:
    if found.purpose != who.purpose:
        raise StoreError(
            "wrong_purpose",
            f"The data folder {folder} is for {found.purpose} work, not for {who.purpose}.",
            "Choose another folder with --data.",
        )
    if found.station != who.station:
        raise StoreError(
            "wrong_station",
            f"The data folder {folder} belongs to station {found.station}, not to {who.station}.",
            "Choose this station's folder with --data, or name the right station.",
        )


def _start_or_continue(database: Database, file: EpochFile, who: Identity, at: int, wanted: str | None) -> None:
    """Go on in the last epoch if this is the log that was written last, else begin another. Raises StoreError."""
    lives = facts.epochs(database)
    head = log.head(database)
    found = file.read()
    reason = _broken(lives, head, found)
    if reason:
        token = (wanted if not lives else None) or new_token()
        life = facts.Epoch(len(lives) + 1, token, who.station, head.seq + 1, at, reason, head.seq + 1)
        with database.transaction():
            facts.add_epoch(database, life)
            if reason != "new":
                taken = 0 if found is None else found.plates
                identifiers.skip(database, who.prefix, _lost(reason, head, found), taken)
        file.start(Noted(token, head.seq, identifiers.highest(database, who.prefix)))
        if reason != "new":
            _log.warning("%s: the log goes on in epoch %s (%s)", database.path, token, reason)
    file.hold(facts.epochs(database)[-1].token)


def _broken(lives: list[facts.Epoch], head: log.Head, found: Noted | None) -> str:
    """Why the last epoch cannot go on; empty when it can."""
    if not lives:
        return "new" if found is None else "lost"
    if found is None:
        return "no_token"
    if found.token != lives[-1].token:
        return "other_token"
    return "behind" if found.seq > head.seq else ""


def _lost(reason: str, head: log.Head, found: Noted | None) -> int:
    """How many events at most this folder has acknowledged that the database does not have."""
    if reason == "behind" and found is not None:
        return found.seq - head.seq
    return max(identifiers.UNKNOWN_LOSS, found.seq if found else 0)
