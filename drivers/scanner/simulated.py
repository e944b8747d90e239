"""A scanner without hardware: code pushes the reads, or a script of them is fired one by one. For the demo and for tests."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Iterable

from drivers.contract import DeviceReport, DeviceState, FrameRefused, Listener, Read, StateChange
from drivers.framing import HEAD_LENGTH, MAX_LENGTH, symbology_of

_logger = logging.getLogger(__name__)
_STOP_S = 5.0


class SimulatedScanner:
    """Reads that are pushed come out on its own thread, as with any scanner, while it is plugged in.

    `script` holds codes for `fire_next`; with `interval_ms` above 0 they are fired by themselves, that far apart.
    """

    def __init__(
        self,
        *,
        name: str,
        script: Iterable[str] = (),
        interval_ms: int = 0,
        max_length: int = MAX_LENGTH,
        symbology_id: bool = False,
    ) -> None:
        self._name = name
        self._script = deque(code.encode("utf-8") for code in script)
        self._interval_s = interval_ms / 1000
        self._max_length = max_length
        self._symbology_id = symbology_id
        self._reports: queue.SimpleQueue[DeviceReport | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._plugged = True
        self.tones: deque[str] = deque(maxlen=1000)
        """The feedback it was given, oldest first: `good` or `bad`."""

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        self._reports = queue.SimpleQueue()
        self._reports.put(StateChange(self._name, DeviceState.READY))
        self._plugged = True
        self._thread = threading.Thread(
            target=self._run, args=(listener, self._reports), name=f"simulated-{self._name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._reports.put(None)
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(_STOP_S)

    def push(self, code: str | bytes) -> None:
        """Read this code, as it stands. Does nothing while stopped or unplugged."""
        data = code.encode("utf-8") if isinstance(code, str) else code
        if self._thread is None or not self._plugged or not data:
            return
        if len(data) > self._max_length:
            reason = f"longer than {self._max_length} bytes"
            self._reports.put(FrameRefused(self._name, reason, len(data), data[:HEAD_LENGTH]))
            return
        symbology = symbology_of(data) if self._symbology_id else None
        self._reports.put(Read(self._name, data, time.monotonic_ns(), symbology))

    def fire_next(self) -> str | None:
        """Read the next code of the script; None when it is used up."""
        try:
            data = self._script.popleft()
        except IndexError:
            return None
        self.push(data)
        return data.decode("utf-8")

    def extend(self, codes: Iterable[str]) -> None:
        """Add codes to the end of the script."""
        self._script.extend(code.encode("utf-8") for code in codes)

    def unplug(self) -> None:
        """As if the cable were pulled."""
        self._plugged = False
        self._reports.put(StateChange(self._name, DeviceState.LOST, "unplugged"))

    def plug(self) -> None:
        self._plugged = True
        self._reports.put(StateChange(self._name, DeviceState.READY))

    def good(self) -> None:
        self.tones.append("good")

    def bad(self) -> None:
        self.tones.append("bad")

    def _run(self, listener: Listener, reports: queue.SimpleQueue[DeviceReport | None]) -> None:
        while True:
            try:
                report = reports.get(timeout=self._interval_s or None)
            except queue.Empty:
                self.fire_next()
                continue
            if report is None:
                return
            try:
                listener(report)
            except Exception:
                # The thread's outermost frame: a listener that fails must not silence the scanner for good.
                _logger.exception("%s could not report", self._name)
                if not isinstance(report, StateChange):
                    reports.put(StateChange(self._name, DeviceState.LOST, "internal error"))
                    reports.put(StateChange(self._name, DeviceState.READY))
