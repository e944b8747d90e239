"""A reader's clock against ours, so that tags have the time at which they were seen, whatever clock the reader has.

Readers may know only their uptime, or keep a UTC that is off; and a reader that was cut off sends what it kept, with the times of
then. LLRP 1.1 13.2.1 (Timestamps).
"""

from __future__ import annotations

_SECOND = 1_000_000
_DRIFT = 200
"""More than any quartz is off, in microseconds a second."""

_WRONG_AFTER = 30 * _SECOND
_CATCHES_UP = _SECOND // 10
_RESTED = 10 * _SECOND


class ReaderClock:
    """One clock of one connection; all times in microseconds. Ours has to be one that nobody sets.

    Anchored by the greeting, which is sent at once. Reports may be old, but never from the future: one that seems so tells that
    the clock was put forward or runs fast, or that the greeting took its time. One that seems late by no more than the clock
    may have lost is fresh. A queue that is sent late catches up, or rests and is later still; times that stay equally far behind
    for half a minute are those of a clock that was put back.
    """

    def __init__(self) -> None:
        self._anchored = False
        self._offset = self._right_at = 0
        self._least: int | None = None
        self._least_since = 0

    def anchor(self, theirs: int, ours: int) -> None:
        """They say it is `theirs`, just now."""
        self._anchored = True
        self._offset, self._right_at, self._least = ours - theirs, ours, None

    def saw(self, theirs: int, ours: int) -> int:
        """What to add to their times to get ours, after a report whose newest time is `theirs`."""
        if not self._anchored:
            self.anchor(theirs, ours)
        behind = ours - theirs - self._offset
        if behind <= _DRIFT * (ours - self._right_at) // _SECOND:
            self.anchor(theirs, ours)
        elif self._least is None or not -_CATCHES_UP <= behind - self._least <= _RESTED:
            self._least, self._least_since = behind, ours
        elif ours - self._least_since > _WRONG_AFTER:
            self._offset, self._right_at, self._least = self._offset + self._least, ours, None
        return self._offset
