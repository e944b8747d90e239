"""How long the disk will last, in hours of work rather than bytes, because that is what somebody can plan with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

EVENTS_PER_HOUR = 2_000
"""A quick worker: a parcel a minute, thirty-odd events each."""

BYTES_PER_EVENT = 2_000
"""Assumed until a log is long enough to be measured; in a young one the empty pages weigh more than the events."""

LONG_ENOUGH = 10_000
LOW_HOURS = 24.0


class Space(NamedTuple):
    """`free_bytes` on the disk, `hours` of work that fit in there, `ballast`: the reserve is still in place."""

    free_bytes: int
    hours: float
    ballast: bool

    @property
    def low(self) -> bool:
        """Time to warn: less than a day's work, or already living on the reserve."""
        return self.hours < LOW_HOURS or not self.ballast


def measure(database: Path, events: int, *, ballast: bool) -> Space:
    """The room left on the disk of `database`, at the size its `events` have had so far. Raises OSError."""
    each = BYTES_PER_EVENT if events < LONG_ENOUGH else max(1, database.stat().st_size // events)
    free = shutil.disk_usage(database.parent).free
    return Space(free, free / (each * EVENTS_PER_HOUR), ballast)
