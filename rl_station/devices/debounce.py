"""Tells a code that was read twice from one that was scanned twice. Pure."""

from __future__ import annotations

from drivers.contract import Read


class Debouncer:
    """For one scanner. The window runs from the last read that counted, so a deliberate repeat after it always counts."""

    def __init__(self, window_ms: int) -> None:
        self._window_ns = window_ms * 1_000_000
        self._last: Read | None = None

    def repeats(self, read: Read) -> int | None:
        """Nanoseconds since the read that this one repeats, or None if it counts."""
        last = self._last
        if last is not None and last.data == read.data:
            since = read.received_ns - last.received_ns
            if since < self._window_ns:
                return since
        self._last = read
        return None

    def forget(self) -> None:
        """The last read did not count after all: the same code may come again at once."""
        self._last = None
