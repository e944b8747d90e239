"""How much goes into one push: what the line carries in about a second, what the server allows, and less around a bad event."""

from __future__ import annotations

from rl_station.domain.sync_wire import MOST_EVENTS, Form
from rl_station.sync.retry import SECOND

FIRST_EVENTS = 500
LEAST_EVENTS = 25
"""A slow line gets no smaller pushes than this; a bad event and a small limit do."""
MOST_BATCH_BYTES = 3_500_000
"""Bytes of bodies in one push: below what any server of ours takes, even where nothing can be compressed."""
LEAST_BYTES = 256
QUICK = SECOND // 3
SLOW = 2 * SECOND
ROOM_AGAIN = 100
"""Pushes after which twice the size is tried again: somebody may have raised the limit of a proxy."""

_MORE_CLOSED: dict[Form, Form | None] = {"plain": "sealed", "sealed": "withheld", "withheld": None}


class Batches:
    """Sizes follow the last exchange. All sizes in events are of the next push, those in bytes of its events' bodies."""

    def __init__(self) -> None:
        self._events = FIRST_EVENTS
        self._bytes = MOST_BATCH_BYTES
        self._since_too_large = 0
        self._suspect = 0

    @property
    def most_bytes(self) -> int:
        return self._bytes

    def most_events(self, acknowledged: int) -> int:
        """Up to the middle of what is known to hold a bad event, where there is such."""
        if self._suspect <= acknowledged:
            return self._events
        return max(1, min(self._events, (self._suspect - acknowledged) // 2))

    def stored(self, through: int, took: int, *, more: bool) -> None:
        """A push went through in so many microseconds; `more`: it was not all there was."""
        if self._suspect <= through:
            self._suspect = 0
        if took > SLOW:
            self._events = max(LEAST_EVENTS, self._events // 2)
        elif took < QUICK and more:
            self._events = min(MOST_EVENTS, self._events * 2)
        self._since_too_large += 1
        if self._since_too_large >= ROOM_AGAIN:
            self._since_too_large = 0
            self._bytes = min(MOST_BATCH_BYTES, self._bytes * 2)

    def lost(self) -> None:
        """No answer: it may have been too much for the line."""
        self._events = max(LEAST_EVENTS, self._events // 2)

    def too_large(self, size: int, wire: int, limit: int) -> None:
        """A push with `size` bytes of bodies, `wire` bytes on the wire, was too large; `limit` in bytes, 0 where untold."""
        self._since_too_large = 0
        fitting = size // 2
        if 0 < limit < wire:
            fitting = min(fitting * 2, size * limit // wire * 9 // 10)
        self._bytes = max(LEAST_BYTES, fitting)

    def suspect(self, last: int) -> None:
        """Somewhere up to `last` is an event that the server cannot take."""
        self._suspect = last

    def found(self) -> None:
        """The server named the bad event itself."""
        self._suspect = 0


def closed_more(form: Form) -> Form | None:
    """The next form in which an event is tried that the server refused in this one; None after the last."""
    return _MORE_CLOSED[form]
