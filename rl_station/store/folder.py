"""The data folder: what lies where, who holds it, and the ballast that a full disk gives back."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from pathlib import Path

from rl_station.store.errors import StoreError, from_system

DATABASE, LOCK, EPOCH, BALLAST, BACKUPS = "station.db", "lock", "epoch", "ballast", "backups"

_log = logging.getLogger(__name__)


def prepare_folder(folder: Path) -> None:
    """Make the folder where it is missing. Raises StoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_system(error, folder) from error


class FolderLock:
    """One station process for each data folder. The kernel releases it when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises StoreError: `locked`, naming the process that has it, or what is wrong with the folder."""
        try:
            self._fd = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise from_system(error, folder) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._fd, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise StoreError(
                "locked",
                f"Another station process (pid {holder}) is using the data folder {folder}.",
                "Stop that one first, or give this one a folder of its own with --data.",
            ) from error
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            # The lock holds without its note; only the other's message is poorer.
            _log.warning("pid not noted in %s: %s", folder / LOCK, error)

    def release(self) -> None:
        os.close(self._fd)


def holder(folder: Path) -> int | None:
    """The process that has the folder's lock, without trying it: a station may be starting at this very moment.

    Asks the kernel (proc_locks(5)). None where nobody has it, or where it cannot be told.
    """
    try:
        inode = (folder / LOCK).stat().st_ino
        held = Path("/proc/locks").read_text()
    except OSError:
        return None
    for line in held.splitlines():
        _, kind, _, _, pid, place, *_ = line.replace("-> ", "").split()
        if kind == "FLOCK" and place.rpartition(":")[2] == str(inode):
            return int(pid)
    return None


class Ballast:
    """A file of dead weight: deleted when the disk is full, so that the work in hand can be finished."""

    def __init__(self, folder: Path, size: int) -> None:
        self._path = folder / BALLAST
        self._size = size

    @property
    def present(self) -> bool:
        return self._path.exists()

    def fill(self) -> bool:
        """Put it there where twice its room is free. False when there is no ballast afterwards."""
        if self.present or not self._size:
            return self.present
        if shutil.disk_usage(self._path.parent).free < 2 * self._size:
            return False
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                os.posix_fallocate(fd, 0, self._size)
            finally:
                os.close(fd)
        except OSError as error:
            _log.warning("no ballast in %s: %s", self._path.parent, error)
            self.release()
            return False
        return True

    def release(self) -> bool:
        """Give the room back. True if there was any to give."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            _log.warning("ballast %s not released: %s", self._path, error)
            return False
        _log.warning("disk full: ballast %s released", self._path)
        return True
