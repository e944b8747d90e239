"""The hybrid logical clock: as near to the wall clock as possible, but never backwards. Pure.

48 bits of milliseconds since 1970 UTC, then 16 bits of counter: it fits the signed 64 bits of SQLite and PostgreSQL.
Source: Kulkarni et al., Logical Physical Clocks (2014).
"""

from __future__ import annotations

COUNTER_BITS = 16


def tick(previous: int, at: int) -> int:
    """The clock's next value after `previous`, when the wall clock says `at` (microseconds since 1970 UTC)."""
    return max(previous + 1, (at // 1000) << COUNTER_BITS)
