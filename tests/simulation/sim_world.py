"""The one clock and the one source of chance of a simulated site, and its timeline."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from unittest.mock import patch

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC."""


class Violation(AssertionError):  # noqa: N818  # the error is somebody else's
    """A promise was broken."""


@dataclass
class World:
    """`now` is true time, microseconds since 1970 UTC; nobody in the site knows it but the centre."""

    seed: int
    now: int = NOON
    timeline: list[str] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  # no secret, only variety
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._numbers = itertools.count(1)

    def tell(self, who: str, what: str) -> None:
        moment = datetime.fromtimestamp(self.now / SECOND, UTC)
        self.timeline.append(f"{moment:%m-%d %H:%M:%S.%f} {who:<8} {what}")

    def count(self, fault: str) -> None:
        """A fault really happened."""
        self.happened[fault] = self.happened.get(fault, 0) + 1

    def number(self) -> int:
        """A number never given before."""
        return next(self._numbers)

    def at(self, when: int, action: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._order), action))

    def run_until(self, end: int) -> None:
        """Everything that is due by then, in order of time; what an action takes pushes the rest back."""
        while self._agenda and self._agenda[0][0] <= end:
            when, _, action = heapq.heappop(self._agenda)
            self.now = max(self.now, when)
            action()
        self.now = max(self.now, end)

    def one(self, chance: float) -> bool:
        return self.chance.random() < chance

    def bytes(self, size: int) -> bytes:
        return self.chance.randbytes(size)


@contextmanager
def replayable(world: World) -> Iterator[None]:
    """What the program draws as secrets comes from the seed, too, so that a run can be had again exactly."""
    secret = random.Random(world.seed ^ 0x5EC)  # noqa: S311  # replaces a secret on purpose
    with patch("secrets.token_hex", lambda size=16: secret.randbytes(size).hex()):
        yield


@dataclass
class Clock:
    """A wall clock that may be wrong."""

    world: World
    offset: int = 0

    def now(self) -> int:
        return self.world.now + self.offset
