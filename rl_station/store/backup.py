"""A consistent copy of the database, taken while the station works, and proved to be one."""

from __future__ import annotations

import os
from pathlib import Path

from rl_station.store import log
from rl_station.store.database import Database
from rl_station.store.epoch import sync_folder
from rl_station.store.errors import StoreError, from_system


def back_up_to(database: Database, target: Path) -> log.Head:
    """Copy to `target`, which must not exist; gives the head of the copied log. Raises StoreError, leaving no target behind."""
    if target.exists():
        raise StoreError("exists", f"{target} is already there.", "Name a file that does not exist yet.")
    if not target.parent.is_dir():
        raise StoreError("not_a_folder", f"{target.parent} is not a folder.", "Make it first.")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        database.copy_to(partial)
        copied = _verified(partial, log.head(database))
        _sync_file(partial)
        os.link(partial, target)
        sync_folder(target.parent)
    except FileExistsError as error:
        raise StoreError("exists", f"{target} is already there.", "Name a file that does not exist yet.") from error
    except OSError as error:
        raise from_system(error, target.parent) from error
    finally:
        for left in (partial, *(partial.with_name(partial.name + end) for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)
    return copied


def _verified(copy: Path, newest: log.Head) -> log.Head:
    """The copy is sound and holds the log up to some moment not later than `newest`. Raises StoreError."""
    database = Database(copy)
    try:
        sound = database.pragma("quick_check") == [("ok",)]
        head = log.head(database)
        stored = database.row(log.COUNT, int) or 0
    finally:
        database.close()
    if not sound or stored != head.seq or head.seq > newest.seq:
        raise StoreError("damaged", "The copy is not sound and was removed.", "Run `rl-station db check`.")
    return head


def _sync_file(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
