"""The epoch's token, kept outside the database, with the last seq this folder has acknowledged.

A database that does not fit its token is another one than was written last: an old image, a copy, or a lost file. So is one
that ends before the last acknowledged seq. Its log goes on in a new epoch, so that no seq ever means two events. The highest
plate number that was taken when the epoch began stands there too, for the day when the database is gone.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
from pathlib import Path
from typing import NamedTuple

from rl_station.store.errors import from_system
from rl_station.store.folder import EPOCH

_log = logging.getLogger(__name__)
_SHAPE = re.compile(rb"([0-9A-Za-z_.-]{1,64})\n([0-9]{20})\n(?:([0-9]{20})\n)?")


class Noted(NamedTuple):
    """`seq`: the last acknowledged one; `plates`: the highest number of any plate when the epoch began."""

    token: str
    seq: int
    plates: int = 0


def new_token() -> str:
    """16 hexadecimal digits of chance."""
    return secrets.token_hex(8)


class EpochFile:
    """Three lines: the token; the last acknowledged seq as 20 digits, overwritten in place after every commit; as many digits for
    the plates.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / EPOCH
        self._fd: int | None = None
        self._offset = 0

    def read(self) -> Noted | None:
        """None where the file is missing or not ours."""
        try:
            found = _SHAPE.fullmatch(self._path.read_bytes())
        except OSError:
            return None
        return None if found is None else Noted(found[1].decode(), int(found[2]), int(found[3] or 0))

    def start(self, noted: Noted) -> None:
        """Begin an epoch: the file is replaced whole and synced. Raises StoreError."""
        fresh = self._path.with_suffix(".new")
        try:
            with fresh.open("wb") as file:
                file.write(_content(noted))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
            sync_folder(self._folder)
        except OSError as error:
            raise from_system(error, self._folder) from error

    def hold(self, token: str) -> None:
        """Keep the file open for `note`. Raises StoreError."""
        try:
            self._fd = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)
        except OSError as error:
            raise from_system(error, self._folder) from error
        self._offset = len(token) + 1

    def change(self, noted: Noted) -> None:
        """Begin another epoch in a file that is held. Raises StoreError."""
        self.start(noted)
        self.close()
        self.hold(noted.token)

    def note(self, seq: int) -> None:
        """After the commit of `seq`. Not synced: a number that is too low after a power cut claims nothing false."""
        if self._fd is None:
            return
        try:
            os.pwrite(self._fd, b"%020d" % seq, self._offset)
        except OSError as error:
            _log.warning("last seq not noted in %s: %s", self._path, error)

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _content(noted: Noted) -> bytes:
    return b"%s\n%020d\n%020d\n" % (noted.token.encode(), noted.seq, noted.plates)
