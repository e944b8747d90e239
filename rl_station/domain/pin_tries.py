"""How long nobody may try a PIN again after too many wrong ones: the same at every station and on the centre's pages."""

from __future__ import annotations

TRIES = 10
"""Wrong PINs in a row that lock; so many more lock again, for twice as long."""
FIRST_LOCK_US = 15 * 60 * 1_000_000
LONGEST_LOCK_US = 24 * 3600 * 1_000_000
_DOUBLED = 10
"""More often than the longest lock needs."""


def lock_end(failures: int, now: int) -> int:
    """Until when the last of so many wrong PINs in a row locks (microseconds since 1970 UTC, as `now`); 0 where it does not."""
    rounds, more = divmod(failures, TRIES)
    if more or not rounds:
        return 0
    return now + min(FIRST_LOCK_US << min(rounds - 1, _DOUBLED), LONGEST_LOCK_US)
