"""The server's clock."""

from __future__ import annotations

import time


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        return time.time_ns() // 1000
