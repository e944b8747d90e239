"""What the uplink needs of a station's log. The log is the outbox: nothing is copied, and nothing is ever taken out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rl_station.domain.sync_wire import Life, Sent

Numbered = tuple[int, Sent]
"""An event and its seq."""


class OutboxError(Exception):
    """The log cannot be read or changed just now: a full or failing disk, or an engine that is held up."""


class Outbox(Protocol):
    """Used by the uplink's thread. Every method may raise OutboxError; then nothing has changed."""

    def head(self) -> int:
        """The log's last seq; 0 where nothing has happened yet."""
        ...

    def oldest_at(self) -> int | None:
        """When the first event that waits happened (microseconds UTC); None where none waits."""
        ...

    def acknowledged(self) -> int:
        """The last seq that the centre has for certain."""
        ...

    def lives(self) -> tuple[Life, ...]:
        """The epochs as the centre keys them, oldest first; each ends where the next `starts`."""
        ...

    def batch(self, since: int, most_events: int, most_bytes: int) -> Sequence[Numbered]:
        """The events after `since`, consecutive, at least one where there is one, all of the same life. Bytes by `weight`.

        An event's `epoch` is given only where it differs from that life's.
        """
        ...

    def hash_at(self, seq: int) -> bytes:
        """The chain's link at a seq of the log; `chain.GENESIS` at 0."""
        ...

    def acknowledge(self, through: int) -> None:
        """The centre has everything up to this seq. It never goes back by this."""
        ...

    def withdraw(self, to: int) -> None:
        """The centre has less than we thought, only up to this seq: send the rest again."""
        ...

    def fork(self, at: int) -> None:
        """The centre has other events from this seq on: open an epoch whose events it keys from there."""
        ...
