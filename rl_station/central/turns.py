"""One push of a site at a time in each process.

The threads of an interpreter do not compute side by side. While one of them holds the site's feed, for which the pushes of all
processes wait, the others would only take the interpreter away from it, a few milliseconds at every answer of the database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 20.0
"""Seconds after which a push that got no turn is asked to come again: whoever has it hangs at the database."""


class Turns:
    """The turns of all sites. For any number of threads."""

    def __init__(self) -> None:
        self._of: dict[str, threading.Lock] = {}

    @contextmanager
    def of(self, site: str) -> Iterator[bool]:
        """Waits for the turn of a site and keeps it; gives False where it did not come in time."""
        turn = self._of.setdefault(site, threading.Lock())
        if not turn.acquire(timeout=PATIENCE_S):
            yield False
            return
        try:
            yield True
        finally:
            turn.release()
