"""Checks PINs beside the engine, on a thread of their own; how they are hashed stands in `settings.pins`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from rl_station.settings.pins import LONGEST, SHORTEST, PinError, hashed, matches

__all__ = ["LONGEST", "SHORTEST", "PinDesk", "PinError", "hashed", "matches"]


class PinDesk:
    """Checks one PIN at a time on a thread of its own, so that nobody waits for it; it ends with the answer."""

    def __init__(self, pins: Mapping[str, str], pepper: bytes) -> None:
        self._pins = pins
        self._pepper = pepper
        self._busy = threading.Lock()

    def check(self, operator: str, pin: str, answer: Callable[[bool], None]) -> bool:
        """Whether it is being checked now: `answer` is called from the thread. False while another one is."""
        if not self._busy.acquire(blocking=False):
            return False

        def work() -> None:
            try:
                known = self._pins.get(operator, "")
                ok = bool(known) and matches(operator, pin, known, self._pepper)
            finally:
                self._busy.release()
            answer(ok)

        threading.Thread(target=work, name="pin", daemon=True).start()
        return True
