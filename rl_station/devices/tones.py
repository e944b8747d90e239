"""Good and bad tones, on a thread of their own: a scanner that hangs while it beeps holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.contract import Feedback


class Tones:
    """For one scanner. Only the newest tone waits: a beep that comes late tells of the wrong scan."""

    def __init__(self, name: str, scanner: Feedback, failed: Callable[[Exception], None]) -> None:
        self._name = name
        self._scanner = scanner
        self._failed = failed
        self._changed = threading.Condition()
        self._next: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    def good(self) -> None:
        self._sound(self._scanner.good)

    def bad(self) -> None:
        self._sound(self._scanner.bad)

    def stop(self) -> None:
        """No further tone begins; one that hangs is left to itself."""
        with self._changed:
            self._stopped = True
            self._next = None
            self._changed.notify_all()

    def _sound(self, tone: Callable[[], None]) -> None:
        with self._changed:
            if self._stopped:
                return
            self._next = tone
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"tones-{self._name}", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or self._stopped)
                tone, self._next = self._next, None
            if tone is None:
                return
            try:
                tone()
            except Exception as error:  # noqa: BLE001 - the thread's outermost frame: adapters come from other packages too
                self._failed(error)
