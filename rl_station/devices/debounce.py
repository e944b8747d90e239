"""Tells a code that was read twice from one that was scanned twice. Pure."""

from __future__ import annotations

from drivers.contract import Read

TRIGGER_PULL_NS = 150_000_000
"""What comes so soon after the read that counted is the same pull of the trigger, whatever it led to."""


class Debouncer:
    """For one scanner, each code by itself: two labels before a scanner that reads by itself are one scan each.

    The window runs from the read that counted, so a deliberate repeat after it always counts. A code that answered a question
    may answer the next one sooner: then only the same pull of the trigger is a repeat.
    """

    def __init__(self, window_ms: int) -> None:
        self.use(window_ms)
        self._counted: dict[bytes, int] = {}
        """When each code counted, oldest first; none is kept for longer than the window."""
        self._answered: set[bytes] = set()

    def use(self, window_ms: int) -> None:
        """Have this window from now on, also for what counted already."""
        self._window_ns = window_ms * 1_000_000

    def repeats(self, read: Read) -> int | None:
        """Nanoseconds since the read that this one repeats, or None if it counts."""
        self._let_go(read.received_ns)
        if (counted := self._counted.get(read.data)) is not None:
            since = read.received_ns - counted
            if read.data not in self._answered or since < TRIGGER_PULL_NS:
                return since
            self.forget(read)
        self._counted[read.data] = read.received_ns
        return None

    def answered(self, data: bytes) -> None:
        """The read of this code that counted was an answer, and another question is open now."""
        if data in self._counted:
            self._answered.add(data)

    def forget(self, read: Read) -> None:
        """This read did not count after all: the same code may come again at once."""
        self._counted.pop(read.data, None)
        self._answered.discard(read.data)

    def _let_go(self, now_ns: int) -> None:
        while self._counted and now_ns - self._counted[oldest := next(iter(self._counted))] >= self._window_ns:
            del self._counted[oldest]
            self._answered.discard(oldest)
