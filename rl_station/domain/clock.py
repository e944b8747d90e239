"""The one way to ask what time it is, so that tests and replays decide it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Wall clock of a station."""

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        ...
