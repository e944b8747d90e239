"""What can go wrong with a store, each with a code for programs, a sentence for people, and what to do about it."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from pysqlite3 import dbapi2

SQLITE_BUSY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_NOTADB = 5, 10, 11, 13, 14, 26
SQLITE_READONLY = 8

SHARED_MEMORY = 32 * 1024


class StoreError(Exception):
    """The store cannot do what was asked; nothing of it was stored.

    `code`: `locked`, `read_only`, `not_a_folder`, `no_store`, `newer`, `older`, `wrong_station`, `wrong_purpose`, `damaged`,
    `sqlite_too_old`, `io`, `busy`, `exists`, `full`, `unstorable`, `closed`, `failed`.
    """

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.code = code
        self.message = message
        self.fix = fix


class StoreFull(StoreError):  # noqa: N818  # named after what the worker sees
    """There is no room left on the disk."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            "full",
            f"The disk that holds {place} is full: nothing more can be stored.",
            "Free some space on it, then scan again.",
        )


def from_database(error: dbapi2.Error, place: Path) -> StoreError:
    """What an error of SQLite means for us."""
    primary: int = (getattr(error, "sqlite_errorcode", 0) or _code_of_backup(error)) & 0xFF
    # Without room for the WAL's shared memory SQLite tells of an I/O error.
    if primary == SQLITE_FULL or (primary == SQLITE_IOERR and _room(place) < SHARED_MEMORY):
        return StoreFull(place)
    code, message, fix = _MEANINGS.get(
        primary, ("failed", "The database in {place} refused: {error}.", "Run `rl-station db check`.")
    )
    return StoreError(code, message.format(place=place, error=error), fix)


def from_system(error: OSError, place: Path) -> StoreError:
    """What an error of the operating system means for us."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(place)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreError(
            "read_only",
            f"The data folder {place} cannot be written ({error.strerror}).",
            "Give the station's user the right to write there, or choose another folder with --data.",
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StoreError(
            "not_a_folder", f"{place} is not a folder.", "Choose a folder for the station's data with --data."
        )
    return StoreError("io", f"The data folder {place} cannot be used ({error.strerror}).", "Check the disk.")


def _code_of_backup(error: dbapi2.Error) -> int:
    """The driver's backup tells the code of its error in words only."""
    return SQLITE_FULL if "full" in str(error) else 0


def _room(place: Path) -> int:
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return SHARED_MEMORY


_MEANINGS = {
    SQLITE_BUSY: ("busy", "The database in {place} is in use by another program.", "Close the other program."),
    SQLITE_READONLY: (
        "read_only",
        "The database in {place} cannot be written ({error}).",
        "Give the station's user the right to write there.",
    ),
    SQLITE_CANTOPEN: (
        "read_only",
        "The database in {place} cannot be opened ({error}).",
        "Give the station's user the right to write there.",
    ),
    SQLITE_IOERR: ("io", "The disk that holds {place} failed ({error}).", "Check the disk; call IT."),
    SQLITE_CORRUPT: ("damaged", "The database in {place} is damaged ({error}).", "Run `rl-station db check`."),
    SQLITE_NOTADB: ("damaged", "The file in {place} is not a database ({error}).", "Restore it from a backup."),
}
