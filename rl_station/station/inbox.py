"""What waits for the engine, in order: bounded for scans, so that nobody goes on scanning into a station that stands still.

What has time waits behind everything else.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

CAPACITY = 1000
"""Scans that may wait: minutes of the quickest hands, and far more than a working disk lets pile up."""


class Inbox(Generic[T]):
    """Housekeeping always goes in; a scan only while there is room. Once full, it takes scans again when half of them are done.

    Without the pause, a worker would see some scans taken and some not, by luck.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._changed = threading.Condition()
        self._waiting: deque[tuple[T, bool]] = deque()
        self._patient: deque[T] = deque()
        self._scans = 0
        self._full = False
        self._closed = False

    @property
    def full(self) -> bool:
        with self._changed:
            return self._full

    def put(self, item: T) -> None:
        self._add(item, scan=False)

    def put_scan(self, item: T) -> None:
        """Ask `full` before: a scan that comes too late for that is taken all the same."""
        self._add(item, scan=True)

    def put_last(self, item: T) -> None:
        """For when nothing else waits. Its sender sees to it that these do not pile up."""
        with self._changed:
            self._patient.append(item)
            self._changed.notify_all()

    def close(self) -> None:
        """What waits is still given out, and then None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def get(self, room_again: Callable[[], None]) -> T | None:
        """The next item, waiting for it; None when closed and empty. `room_again` is called when scans are taken again."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._patient or self._closed)
            if not self._waiting:
                return self._patient.popleft() if self._patient else None
            item, scan = self._waiting.popleft()
            self._scans -= scan
            recovered = self._full and self._scans <= self._capacity // 2
            self._full = self._full and not recovered
        if recovered:
            room_again()
        return item

    def _add(self, item: T, *, scan: bool) -> None:
        with self._changed:
            self._waiting.append((item, scan))
            self._scans += scan
            self._full = self._full or self._scans >= self._capacity
            self._changed.notify_all()
