"""Fetches what the centre says: one page a step, in order, from wherever the station's copy is; a whole copy where it must be.

What is fetched goes into a copy that is not the station's log (`Copy`): it can be thrown away and fetched again. Nothing here
sleeps or has a thread.
"""

from __future__ import annotations

import logging
import random
from typing import Protocol

from rl_station.domain import sync_wire
from rl_station.domain.sync_wire import Page, Refused
from rl_station.sync import answers
from rl_station.sync.answers import Failed
from rl_station.sync.channel import Channel, ChannelError, Request
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.retry import AT_ONCE, SECOND, Backoff, Pause, jittered
from rl_station.sync.state import Trouble, trouble

PATH = "/v1/feed"
ROWS = 2_000
"""Items asked for at once, which are written in one transaction."""
GAP = SECOND // 100
"""Between two pages of many, so that a storm of them leaves the disk and the processor to the scans."""
POLL = 2 * SECOND
"""How often a station that has everything asks for more: a unit is carried to the next desk in no less."""
BLOCKED = 300 * SECOND
"""A server that will not have us is asked again this late, unless the station is enrolled again."""
PATIENT_RESTARTS = 3
"""A server may call our place in its feed unknown so often, before it has said all it knows, until it is given time."""

_UNAUTHORIZED = frozenset({"unauthorized", "revoked", "wrong_station"})

log = logging.getLogger(__name__)


class CopyError(Exception):
    """The copy cannot be read or written just now: a full or failing disk."""


class Copy(Protocol):
    """What the station keeps of the centre's word. Every method may raise CopyError; then at most whole chunks are in."""

    def cursor(self) -> str:
        """Where to go on; empty for a whole copy from its beginning."""
        ...

    def take(self, asked: str, page: Page, now: int) -> None:
        """The answer to the cursor `asked`. `now` is microseconds UTC of the station's clock."""
        ...

    def start_over(self) -> None:
        """The cursor is worth nothing: make a whole copy. What is there stays in force until it is complete."""
        ...

    def tidy(self) -> bool:
        """Throw away a little of what is no longer in force; False where there is nothing left to do."""
        ...

    def close(self) -> None: ...


class Downlink:
    """One station's way down. For one thread."""

    def __init__(self, copy: Copy, channel: Channel, enrolled: Enrolled, *, chance: random.Random) -> None:
        self.trouble: Trouble | None = None
        self._copy = copy
        self._channel = channel
        self._enrolled = enrolled
        self._chance = chance
        self._backoff = Backoff(chance)
        self._restarts = 0
        self._untidy = True
        self._due = 0

    def step(self, now: int) -> Pause:
        """At most one exchange; gives how long to wait for the next. `now` is microseconds UTC of the station's clock."""
        try:
            if self._untidy and now < self._due <= now + POLL:
                self._untidy = self._copy.tidy()
                return Pause(GAP if self._untidy else self._due - now)
            return self._fetch(now)
        except CopyError as error:
            return self._failed(Failed("copy", str(error)), now)

    def _fetch(self, now: int) -> Pause:
        asked = self._copy.cursor()
        query = (("limit", str(ROWS)), *((("cursor", asked),) if asked else ()))
        headers = {"authorization": f"Bearer {self._enrolled.token}"}
        request = Request(method="GET", path=PATH, query=query, headers=headers)
        try:
            said = answers.understood(self._channel.exchange(request), Page)
        except ChannelError as error:
            said = Failed("unreachable", str(error))
        match said:
            case Page():
                return self._taken(asked, said, now)
            case Refused():
                return self._refused(asked, said, now)
            case Failed():
                return self._failed(said, now)

    def _taken(self, asked: str, page: Page, now: int) -> Pause:
        if sync_wire.digest(page.items) != page.digest:
            return self._failed(Failed("garbled", "a page of the feed is not what its digest says"), now)
        if page.asked != asked:
            # A cache on the way that should not be there: what it has would leave a hole in our copy.
            return self._failed(Failed("garbled", "a page of the feed answers another question"), now)
        if not page.cursor or (page.more and page.cursor == asked):
            return self._failed(Failed("contradicts", "the feed does not move on"), now)
        self._copy.take(asked, page, now)
        self.trouble = None
        self._backoff.worked()
        self._untidy = self._untidy or page.snapshot
        if page.more or page.snapshot:
            return Pause(GAP)
        self._restarts = 0
        wait = jittered(POLL, self._chance)
        self._due = now + wait
        return AT_ONCE if self._untidy else Pause(wait)

    def _refused(self, asked: str, refused: Refused, now: int) -> Pause:
        if refused.code in _UNAUTHORIZED:
            self._failed(Failed("unauthorized", refused.message), now)
            return Pause(jittered(BLOCKED, self._chance))
        if refused.code != "cursor_unknown" or not asked:
            return self._failed(Failed("contradicts", f"{refused.code}: {refused.message}"), now)
        log.warning("the centre does not know our place in its feed (%s): a whole copy is made", refused.message)
        self._copy.start_over()
        self._untidy = True
        self._restarts += 1
        if self._restarts <= PATIENT_RESTARTS:
            return AT_ONCE
        return Pause(jittered(min(self._restarts, 60) * SECOND, self._chance))

    def _failed(self, failed: Failed, now: int) -> Pause:
        since = self.trouble.since if self.trouble is not None and self.trouble.code == failed.code else now
        self.trouble = trouble(failed.code, failed.detail, since)
        return self._backoff.failed(failed.wait)
