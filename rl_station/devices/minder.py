"""A thread that looks after the devices: writes down their counters, and notices what has gone silent."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rl_station.devices.statistics import Counters, save

_logger = logging.getLogger(__name__)
_TICK_S = 0.5
SAVE_EVERY_S = 10.0


class Minder:
    """Calls `look` twice a second, and writes the counters where they changed, every 10 s at most and at the end."""

    def __init__(
        self, look: Callable[[], None], counters: Callable[[], Mapping[str, Counters]], folder: Path | None
    ) -> None:
        self._look = look
        self._counters = counters
        self._folder = folder
        self._saved = counters()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="devices", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self._save()

    def _run(self) -> None:
        saved = time.monotonic()
        while not self._stopping.wait(_TICK_S):
            try:
                self._look()
                if time.monotonic() - saved >= SAVE_EVERY_S:
                    saved = time.monotonic()
                    self._save()
            except Exception:
                # The thread's outermost frame: what cannot be looked after now is looked after again in half a second.
                _logger.exception("the devices could not be looked after")

    def _save(self) -> None:
        counted = self._counters()
        if self._folder is not None and counted != self._saved:
            save(self._folder, counted)
            self._saved = counted
