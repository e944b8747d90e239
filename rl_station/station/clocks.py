"""The two clocks a station can run on: the machine's, and a replay's."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> int:
        return time.time_ns() // 1000


class ReplayClock:
    """The machine's clock until a script sets it; from then on it stands where it was set."""

    def __init__(self) -> None:
        self._set: int | None = None

    def now(self) -> int:
        return time.time_ns() // 1000 if self._set is None else self._set

    def set(self, microseconds: int) -> None:
        self._set = microseconds


def microseconds(text: str) -> int:
    """An RFC 3339 time as microseconds since 1970 UTC; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000)


def rfc3339(at: int) -> str:
    """Microseconds since 1970 UTC as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
