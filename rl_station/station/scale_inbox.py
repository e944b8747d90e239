"""Weights on their way to the engine: however often scales talk, one piece of work waits for it."""

from __future__ import annotations

import threading
from collections import deque

from rl_station.devices import DeviceState, StateChange, Weighed
from rl_station.station.scale_pan import ScalePan

_MOST = 256


class ScaleInbox:
    """Filled from the scales' threads, emptied on the engine's. Of what it cannot hold, the oldest is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Weighed | StateChange] = deque(maxlen=_MOST)

    def put(self, report: Weighed | StateChange) -> bool:
        """True where it is the first that waits, and the engine has to be told."""
        with self._lock:
            self._waiting.append(report)
            return len(self._waiting) == 1

    def empty_into(self, pan: ScalePan) -> None:
        """Bring the pan up to date."""
        with self._lock:
            waiting = tuple(self._waiting)
            self._waiting.clear()
        for report in waiting:
            if isinstance(report, Weighed):
                pan.take(report)
            elif report.state is not DeviceState.READY:
                pan.lost(report.device)
