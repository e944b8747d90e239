"""Smooths what the tag readers report, on a thread of its own: changes come out a few times a second, whatever goes in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from drivers.contract import TagRead
from rl_station.devices.tag_places import TagPlaces
from rl_station.devices.tag_smoothing import Smoother, TagChange
from rl_station.domain import epc

_logger = logging.getLogger(__name__)

TICK_S = 0.05
"""How often reads become changes."""

ChangesListener = Callable[[tuple[TagChange, ...]], None]


class TagWatch:
    """Takes reads from any thread and returns at once. The listener is called from the watch's own thread."""

    def __init__(self, places: TagPlaces) -> None:
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
        return (*gone, *self._smoother.advance(time.time_ns() // 1000))
