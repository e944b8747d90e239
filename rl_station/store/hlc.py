"""The hybrid logical clock: as near to the wall clock as possible, but never backwards. Pure.

48 bits of milliseconds since 1970 UTC, then 16 bits of counter: it fits the signed 64 bits of SQLite and PostgreSQL.
Source: Kulkarni et al., Logical Physical Clocks (2014).
"""

from __future__ import annotations

COUNTER_BITS = 16

BELIEVED_US = 3_600_000_000
"""How far another's clock may be ahead of our wall clock and still move ours: one that is a year off must infect nobody."""


def tick(previous: int, at: int) -> int:
    """The clock's next value after `previous`, when the wall clock says `at` (microseconds since 1970 UTC)."""
    return max(previous + 1, _of(at))


def since(at: int) -> int:
    """The first value of the clock at `at`, microseconds since 1970 UTC."""
    return _of(at)


def believable(other: int, at: int) -> bool:
    """Whether another's clock may be right when our wall clock says `at`."""
    return other <= _of(at + BELIEVED_US)


def heard(previous: int, other: int, at: int) -> int:
    """The clock after hearing of an event at `other`, so that what follows here comes after it there."""
    return max(previous, other) if believable(other, at) else previous


def _of(at: int) -> int:
    return (at // 1000) << COUNTER_BITS
