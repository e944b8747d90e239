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

_MOVE_S = 5.0
"""So long a change of places is waited for; it takes a tick, unless the computer is very busy."""

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
        self._zone = places.zone
        self._smoother = Smoother(places.places)
        self._next: TagPlaces | None = None
        self._reads: list[TagRead] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._listener: ChangesListener = lambda changes: None

    @property
    def zone(self) -> str:
        """The station's own place, as the changes that are being told name it."""
        return self._zone

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
        """Other places from now on; what was in the old ones is gone, and appears again where it is. Not for the listener."""
        with self._changed:
            self._next = places
            self._changed.notify_all()
            if self._thread is not None and self._thread.is_alive():
                self._changed.wait_for(lambda: self._next is None or self._stopping.is_set(), _MOVE_S)
                return
        self._move()

    def _run(self) -> None:
        # Before the first tag, so that no scan waits for it.
        epc.warm_up()
        while self._wait():
            try:
                self._move()
                self._tell(self._tick())
            except Exception:
                # The thread's outermost frame: what one tick could not do, the next one may.
                _logger.exception("tags could not be smoothed")
            self._stopping.wait(TICK_S)

    def _wait(self) -> bool:
        """Until there is something to do; False when it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping.is_set() or self._reads or self._next or self._smoother.busy)
        return not self._stopping.is_set()

    def _move(self) -> None:
        """To the next places, if there are any: first everything leaves the old ones, under their names."""
        with self._changed:
            places = self._next
        if places is None:
            return
        try:
            self._tell(self._smoother.clear())
        finally:
            with self._changed:
                self._zone, self._smoother, self._next = places.zone, Smoother(places.places), None
                self._changed.notify_all()

    def _tick(self) -> tuple[TagChange, ...]:
        with self._changed:
            reads, self._reads = self._reads, []
        self._smoother.add(reads)
        return self._smoother.advance((time.monotonic_ns() + self._began_ns) // 1000)

    def _tell(self, changes: tuple[TagChange, ...]) -> None:
        if set_by := self._set_by():
            changes = tuple(replace(change, at=change.at + set_by) for change in changes)
        if changes:
            self._listener(changes)

    def _set_by(self) -> int:
        """How far the wall clock has been put on since the start, in microseconds; back below 0."""
        set_by = (self._wall() - time.monotonic_ns() - self._began_ns) // 1000
        return set_by if abs(set_by) > _UNSET_US else 0
