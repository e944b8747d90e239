"""Smooths what the tag readers report, on a thread of its own: changes come out a few times a second, whatever goes in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from drivers.contract import TagRead
from rl_station.devices.tag_places import TagPlaces
from rl_station.devices.tag_smoothing import Smoother, TagChange
from rl_station.domain import epc

_logger = logging.getLogger(__name__)

TICK_S = 0.05
"""How often reads become changes."""

_UNSET_US = 10_000
"""Two looks at clocks are never taken at quite the same time."""

ChangesListener = Callable[[tuple[TagChange, ...]], None]


class TagWatch:
    """Takes reads from any thread and returns at once. The listener is called from the watch's own thread.

    Smooths by a clock that nobody sets: setting the one on the `wall` (ns since 1970 UTC) must not make tags go and come.
    """

    def __init__(self, places: TagPlaces, wall: Callable[[], int] = time.time_ns) -> None:
        self._wall = wall
        self._began_ns = wall() - time.monotonic_ns()
        self._smoother = Smoother(places.places)
        self._next: TagPlaces | None = None
        self._reads: list[TagRead] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._listener: ChangesListener = lambda changes: None

    def start(self, listener: ChangesListener) -> None:
        self._listener = listener
        self._thread = threading.Thread(target=self._run, name="tags", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No change is told after this returns."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def take(self, reads: Iterable[TagRead]) -> None:
        """Reads with the times of the wall clock as it is now."""
        if set_by := self._set_by():
            reads = [replace(read, seen_us=read.seen_us - set_by) for read in reads]
        with self._changed:
            self._reads.extend(reads)
            self._changed.notify_all()

    def use(self, places: TagPlaces) -> None:
        """Other places from now on; what was in the old ones is gone, and appears again where it is."""
        with self._changed:
            self._next = places
            self._changed.notify_all()

    def _run(self) -> None:
        # Before the first tag, so that no scan waits for it.
        epc.warm_up()
        while self._wait():
            try:
                changes = self._tick()
                if changes:
                    self._listener(changes)
            except Exception:
                # The thread's outermost frame: what one tick could not do, the next one may.
                _logger.exception("tags could not be smoothed")
            self._stopping.wait(TICK_S)

    def _wait(self) -> bool:
        """Until there is something to do; False when it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping.is_set() or self._reads or self._next or self._smoother.busy)
        return not self._stopping.is_set()

    def _tick(self) -> tuple[TagChange, ...]:
        with self._changed:
            reads, self._reads = self._reads, []
            places, self._next = self._next, None
        gone: tuple[TagChange, ...] = ()
        if places is not None:
            gone = self._smoother.clear()
            self._smoother = Smoother(places.places)
        self._smoother.add(reads)
        changes = (*gone, *self._smoother.advance((time.monotonic_ns() + self._began_ns) // 1000))
        set_by = self._set_by()
        return tuple(replace(change, at=change.at + set_by) for change in changes) if set_by else changes

    def _set_by(self) -> int:
        """How far the wall clock has been put on since the start, in microseconds; back below 0."""
        set_by = (self._wall() - time.monotonic_ns() - self._began_ns) // 1000
        return set_by if abs(set_by) > _UNSET_US else 0
