"""A folder instead of a printer: every job becomes a numbered file."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from drivers.contract import DeviceError, PrinterStatus

_SUFFIXES = {"application/zpl": ".zpl", "image/png": ".png"}


class FilePrinter:
    """Writes `NAME-000001.zpl`, `NAME-000002.zpl`... into a folder, each file there whole or not at all.

    Numbers go on after a restart and are never used twice, also by two programs on one folder.
    """

    def __init__(self, *, name: str, path: str | Path, accepts: str = "application/zpl") -> None:
        """Raises ValueError for a media type other than `application/zpl` and `image/png`."""
        if accepts not in _SUFFIXES:
            raise ValueError(f"a file printer takes {' or '.join(_SUFFIXES)}, not {accepts!r}")
        self.name = name
        self.accepts = accepts
        self._folder = Path(path)
        self._stem = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        self._suffix = _SUFFIXES[accepts]

    def send(self, job: bytes, timeout: float) -> None:
        """A file system has no deadline: `timeout` is not used."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(job)
                    file.flush()
                    os.fsync(file.fileno())
                self._publish(Path(draft))
            finally:
                os.unlink(draft)
        except OSError as error:
            raise DeviceError(f"cannot write to {self._folder}: {error.strerror or error}") from error

    def status(self, timeout: float) -> PrinterStatus:
        place = self._folder
        while not place.exists() and place != place.parent:
            place = place.parent
        if not place.is_dir():
            return PrinterStatus(ready=False, reason=f"{place} is not a folder")
        if not os.access(place, os.W_OK | os.X_OK):
            return PrinterStatus(ready=False, reason=f"{place} is read-only")
        return PrinterStatus(ready=True)

    def _publish(self, draft: Path) -> None:
        number = self._last() + 1
        while True:
            try:
                # A link fails where the name is taken; a rename would overwrite the other job.
                os.link(draft, self._folder / f"{self._stem}-{number:06d}{self._suffix}")
            except FileExistsError:
                number += 1
            else:
                return

    def _last(self) -> int:
        pattern = re.compile(rf"{re.escape(self._stem)}-(\d+){re.escape(self._suffix)}")
        found = (pattern.fullmatch(path.name) for path in self._folder.iterdir())
        return max((int(match[1]) for match in found if match), default=0)
