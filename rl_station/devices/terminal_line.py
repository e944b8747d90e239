"""The terminal's bytes on their way through whichever scanner types into it, also while that scanner is swapped."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from drivers.contract import Keys, TerminalScanner

_LONG_SILENCE_NS = 60_000_000_000


class TerminalLine:
    """Meets `drivers.contract.TerminalScanner` for as long as the station lives. Without a scanner everything is typing."""

    def __init__(self, scanner: TerminalScanner | None) -> None:
        self._lock = threading.Lock()
        self._scanner = scanner
        self._left: list[Keys] = []
        self._now_ns = 0

    @property
    def waiting(self) -> bool:
        with self._lock:
            return bool(self._left) or (self._scanner is not None and self._scanner.waiting)

    def feed(self, data: bytes, now_ns: int) -> Sequence[Keys]:
        with self._lock:
            self._now_ns = now_ns
            return [*self._taken(), *(self._scanner.feed(data, now_ns) if self._scanner else (Keys(data),))]

    def flush(self, now_ns: int) -> Sequence[Keys]:
        with self._lock:
            self._now_ns = now_ns
            return [*self._taken(), *(self._scanner.flush(now_ns) if self._scanner else ())]

    @contextmanager
    def held(self) -> Iterator[None]:
        """No byte goes through meanwhile; what the scanner holds back of typing is kept for the next `feed`."""
        with self._lock:
            if self._scanner is not None:
                self._left += self._scanner.flush(self._now_ns + _LONG_SILENCE_NS)
            yield

    def use(self, scanner: TerminalScanner | None) -> None:
        """The scanner that bytes go to from now on. Call inside `held`."""
        self._scanner = scanner

    def _taken(self) -> list[Keys]:
        left, self._left = self._left, []
        return left
