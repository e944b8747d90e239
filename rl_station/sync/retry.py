"""How long to wait before the next exchange. Pure: the caller has the clock and the chance."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

SECOND = 1_000_000
LONGEST_ASKED = 3600 * SECOND
"""A server that asks for more patience than this is asked again after it."""


class Pause(NamedTuple):
    """Wait so many microseconds; `wakes`: something new to send ends it early."""

    us: int
    wakes: bool = False


AT_ONCE = Pause(0)


class Backoff:
    """Jittered exponential retry: each failure doubles the wait up to the longest, success forgets them all.

    The wait is drawn evenly between half and the whole, so that stations which failed together do not come back together.
    """

    def __init__(self, chance: random.Random, *, first: int = SECOND // 2, longest: int = 60 * SECOND) -> None:
        self._chance = chance
        self._first = first
        self._longest = longest
        self._failures = 0

    @property
    def failures(self) -> int:
        return self._failures

    def failed(self, asked: int = 0) -> Pause:
        """The wait after one more failure; `asked`: the least that the server asked for, in microseconds."""
        whole = min(self._longest, self._first << min(self._failures, 30))
        self._failures += 1
        least = min(asked, LONGEST_ASKED)
        return Pause(max(jittered(whole, self._chance), least + self._chance.randrange(least // 4 + 1)))

    def worked(self) -> None:
        self._failures = 0


def jittered(us: int, chance: random.Random) -> int:
    """Between half of it and the whole."""
    return us // 2 + chance.randrange(us - us // 2 + 1)


def retry_after(headers: Mapping[str, str]) -> int:
    """What a server asks for, in microseconds; 0 where it asks for nothing that can be understood (RFC 9110 10.2.3).

    A date is measured against the server's own `Date`, since the station's clock may be a year off.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(int(asked[:9]) * SECOND, LONGEST_ASKED)
    until, now = _moment(asked), _moment(headers.get("date", ""))
    if until is None or now is None:
        return 0
    return max(0, min(round((until - now).total_seconds()) * SECOND, LONGEST_ASKED))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
