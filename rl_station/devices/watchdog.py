"""Notices a device that calls itself ready and says nothing: an open port behind which nobody is any more. Pure."""

from __future__ import annotations

SECOND_NS = 1_000_000_000
_MINUTE_S = 60


class Watchdog:
    """For one device. `silence_s` seconds without a sign of life call for a look; 0 never does. Times are monotonic, in ns."""

    def __init__(self, silence_s: float, now_ns: int) -> None:
        self.use(silence_s)
        self._alive_ns = now_ns
        self._looked_ns = now_ns

    def use(self, silence_s: float) -> None:
        """Have this patience from now on."""
        self._silence_ns = int(silence_s * SECOND_NS)

    def alive(self, now_ns: int) -> None:
        """It said something, or answered."""
        self._alive_ns = self._looked_ns = now_ns

    def looked(self, now_ns: int) -> None:
        """It was looked after; the next look is due when it has been silent for as long again."""
        self._looked_ns = now_ns

    def due(self, now_ns: int) -> bool:
        """Whether to look after it now; after that, not before it has been silent for as long again."""
        if not self._silence_ns or now_ns - self._looked_ns < self._silence_ns:
            return False
        self._looked_ns = now_ns
        return True

    def silence(self, now_ns: int) -> str:
        """How long it has been silent, in words."""
        seconds = (now_ns - self._alive_ns) // SECOND_NS
        return f"silent for {seconds // _MINUTE_S} min" if seconds >= _MINUTE_S else f"silent for {seconds} s"
