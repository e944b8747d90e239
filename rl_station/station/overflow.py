"""Scans that came while too many others waited: every one is counted and told, without a flood of its own."""

from __future__ import annotations

import threading
import time

from rl_station.domain.messages import Message, message
from rl_station.station.screen_feed import ScreenFeed
from rl_station.tui.contract import ResultTone

_PAUSE_S = 0.25


class Overflow:
    """Tells the worker at once, then at most four times a second; how many there were in all when it is over."""

    def __init__(self, feed: ScreenFeed) -> None:
        self._feed = feed
        self._lock = threading.Lock()
        self._count = 0
        self._told = 0.0

    @property
    def notices(self) -> tuple[Message, ...]:
        """Stands on the screen for as long as it lasts."""
        return (message("station.not_taken", count=self._count),) if self._count else ()

    def happened(self, echo: str = "") -> None:
        """One more input was not taken."""
        now = time.monotonic()
        with self._lock:
            self._count += 1
            count, due = self._count, now - self._told >= _PAUSE_S
            if due:
                self._told = now
        if due:
            self._feed.tell(ResultTone.BAD, message("station.not_taken", count=count), echo)

    def over(self) -> None:
        """Inputs are taken again."""
        with self._lock:
            count, self._count, self._told = self._count, 0, 0.0
        if count:
            self._feed.tell(ResultTone.WARN, message("station.taken_again", count=count))
