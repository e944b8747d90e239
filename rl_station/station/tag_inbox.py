"""Observations of tags on their way to the engine: however many come, one piece of work waits for it."""

from __future__ import annotations

import threading

from rl_station.station.tag_field import TagField, merged
from rl_station.workflow.inputs import TagsObserved


class TagInbox:
    """Filled from the thread of the tags, emptied on the engine's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[TagsObserved] = []

    def put(self, observed: TagsObserved) -> bool:
        """True where it is the first that waits, and the engine has to be told."""
        with self._lock:
            self._waiting.append(observed)
            return len(self._waiting) == 1

    def take(self) -> TagsObserved:
        """All that waits, as one observation."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return merged(waiting)

    def look(self, field: TagField) -> None:
        """Bring the field up to date without taking anything: a scan goes first, and yet must know what was here before it."""
        with self._lock:
            waiting = merged(self._waiting)
        field.take(waiting)
