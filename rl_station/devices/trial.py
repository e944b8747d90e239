"""A person scans a code so that a scanner can be tried: the interactive health check."""

from __future__ import annotations

import threading
import time

from drivers.contract import Health, Read
from drivers.framing import symbology_of
from rl_station.domain.scan import shown


class Trial:
    """Waits for one read. With a `code`, exactly that one is wanted and goes nowhere else; without, any read will do."""

    def __init__(self, code: bytes = b"") -> None:
        self._code = code
        self._changed = threading.Condition()
        self._wanted: Read | None = None
        self._other: Read | None = None

    def takes(self, read: Read) -> bool:
        """Look at a read; True where it was meant for this trial alone."""
        bare = read.data.removeprefix((symbology_of(read.data) or "").encode())
        mine = bool(self._code) and self._code in (read.data, bare)
        with self._changed:
            if mine or not self._code:
                self._wanted = self._wanted or read
                self._changed.notify_all()
            else:
                self._other = read
        return mine

    def wait(self, timeout: float) -> Health:
        """Blocks up to `timeout` seconds."""
        begun = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self._wanted is not None, timeout)
            if self._wanted is not None:
                text = shown(self._wanted.data.decode("latin-1"))
                return Health(True, f"read {text} after {time.monotonic() - begun:.1f} s")
            if self._other is not None:
                return Health(
                    False, f"read {shown(self._other.data.decode('latin-1'))}, not the code that was asked for"
                )
        return Health(False, f"no scan within {timeout:g} s")
