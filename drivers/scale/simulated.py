"""A scale without hardware: code puts things on it. For the demo and for tests."""

from __future__ import annotations

import logging
import queue
import threading
import time

from drivers.contract import DeviceReport, DeviceState, Listener, StateChange, Weighed

_logger = logging.getLogger(__name__)
_STOP_S = 5.0


class SimulatedScale:
    """Reports what is put on it, first unstable and then stable, on its own thread."""

    def __init__(self, *, name: str) -> None:
        self._name = name
        self._reports: queue.SimpleQueue[DeviceReport | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        self._reports = queue.SimpleQueue()
        self._reports.put(StateChange(self._name, DeviceState.READY))
        self._thread = threading.Thread(
            target=self._run, args=(listener, self._reports), name=f"simulated-{self._name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._reports.put(None)
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(_STOP_S)

    def put(self, grams: int) -> None:
        """Let it weigh so much. Does nothing while stopped."""
        if self._thread is not None:
            now = time.monotonic_ns()
            self._reports.put(Weighed(self._name, grams, False, now))
            self._reports.put(Weighed(self._name, grams, True, now))

    def _run(self, listener: Listener, reports: queue.SimpleQueue[DeviceReport | None]) -> None:
        while (report := reports.get()) is not None:
            try:
                listener(report)
            except Exception:
                # The thread's outermost frame: a listener that fails must not silence the scale for good.
                _logger.exception("%s could not report", self._name)
