"""One scanner at work, with all that is kept about it from its start to its stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from drivers.contract import DeviceReport, DeviceState, Feedback, StateChange, TagReader
from rl_station.devices.bound import BoundScanner
from rl_station.devices.debounce import Debouncer
from rl_station.devices.lights import Lights
from rl_station.devices.tones import Tones
from rl_station.devices.watchdog import Watchdog

_logger = logging.getLogger(__name__)

AT_WORK = (DeviceState.READY, DeviceState.DEGRADED)

Deliver = Callable[["ActiveScanner", DeviceReport], None]
Failed = Callable[["ActiveScanner", Exception], None]


class ActiveScanner:
    """Adapters come from other packages too: whatever one raises goes to `failed` and hurts only its own device."""

    def __init__(self, bound: BoundScanner, deliver: Deliver, failed: Failed, tone_failed: Failed) -> None:
        self.bound = bound
        self.debouncer = Debouncer(bound.debounce_ms)
        self.watchdog = Watchdog(bound.silence_s, time.monotonic_ns())
        self.retired = False
        """Set, under the stream's lock, when nothing it reports may go on any more."""
        self._deliver = deliver
        self._failed = failed
        self._leaving = False
        self._life = threading.Lock()
        scanner = bound.scanner
        self._tones = (
            Tones(bound.name, scanner, lambda error: tone_failed(self, error))
            if isinstance(scanner, Feedback)
            else None
        )
        self._lights = (
            Lights(bound.name, scanner, bound.outputs, lambda error: tone_failed(self, error))
            if isinstance(scanner, TagReader) and bound.outputs
            else None
        )

    @property
    def name(self) -> str:
        return self.bound.name

    def tune(self, bound: BoundScanner) -> None:
        """Go on with the same adapter under what the station itself has set otherwise. Called under the stream's lock."""
        self.bound = bound
        self.debouncer.use(bound.debounce_ms)
        self.watchdog.use(bound.silence_s)

    def start(self) -> None:
        scanner = self.bound.scanner
        with self._life:
            if scanner is not None and not self._leaving:
                self._guarded(lambda: scanner.start(self._report))

    def stop(self) -> None:
        """The adapter's `stop`; nothing starts it again."""
        self._leaving = True
        if self._tones is not None:
            self._tones.stop()
        if self._lights is not None:
            self._lights.stop()
        with self._life:
            self._stop()

    def restart(self) -> None:
        """Close and open it again, unless it is being stopped for good."""
        with self._life:
            if not self._leaving:
                self._stop()
        self.start()

    def good(self) -> None:
        if self._tones is not None:
            self._tones.good()

    def bad(self) -> None:
        if self._tones is not None:
            self._tones.bad()

    def alarm(self, on: bool) -> None:
        """The lamp of an alarm, if there is one."""
        if self._lights is not None:
            self._lights.alarm(on)

    def lit_good(self) -> None:
        if self._lights is not None:
            self._lights.good()

    def _stop(self) -> None:
        if self.bound.scanner is not None:
            self._guarded(self.bound.scanner.stop)

    def _report(self, report: DeviceReport) -> None:
        if self._lights is not None and isinstance(report, StateChange) and report.state is not DeviceState.DEGRADED:
            self._lights.back(report.state is DeviceState.READY)
        self._deliver(self, report)

    def _guarded(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            _logger.exception("device %s failed", self.name)
            self._failed(self, error)
