"""A reader's clock against ours, so that tags have the time at which they were seen, whatever clock the reader has.

Readers may know only their uptime, or keep a UTC that is off; and a reader that was cut off sends what it kept, with the times of
then. LLRP 1.1 13.2.1 (Timestamps).
"""

from __future__ import annotations

_SECOND = 1_000_000
_TOLERATED = 5 * _SECOND
_SET_BACK_AFTER = 30 * _SECOND


class ReaderClock:
    """One clock of one connection; all times in microseconds.

    Anchored by the greeting, which is sent at once. Reports may be old, but never from the future: one that seems so tells that
    the clock was put forward, or that the greeting took its time. A clock that was put back shows in times that stay behind those
    already seen for half a minute.
    """

    def __init__(self) -> None:
        self._offset: int | None = None
        self._newest: int | None = None
        self._behind_since: int | None = None

    def anchor(self, theirs: int, ours: int) -> None:
        """They say it is `theirs`, just now."""
        self._offset = ours - theirs

    def saw(self, theirs: int, ours: int) -> int:
        """What to add to their times to get ours, after a report whose newest time is `theirs`."""
        if self._offset is None or theirs + self._offset > ours:
            self._offset = ours - theirs
        if self._newest is None or theirs > self._newest - _TOLERATED:
            self._newest = theirs if self._newest is None else max(theirs, self._newest)
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = ours
        elif ours - self._behind_since > _SET_BACK_AFTER:
            self._offset, self._newest, self._behind_since = ours - theirs, theirs, None
        return self._offset
