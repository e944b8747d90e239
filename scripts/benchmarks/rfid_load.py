"""Tag readers as busy as at a portal, for whoever measures something meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from benchmarks.figure import CannotMeasureError

READERS = 4
RATE = 1000
"""Reads a second of each."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Readers at ports of this machine, each waiting for its client."""

    ports: tuple[int, ...]
    told: TextIO
    asked: TextIO

    def running(self) -> None:
        """Wait until each has its client. Raises CannotMeasureError when they have ended."""
        self._line("running")

    def release(self) -> None:
        """Let those hand over that have kept everything (rate 0)."""
        self.asked.write("\n")
        self.asked.flush()

    def sent(self) -> int:
        """Wait until they have sent everything; how many reads that was."""
        return int(self._line("sent"))

    def _line(self, what: str) -> str:
        for line in self.told:
            word, _, rest = line.partition(" ")
            if word.strip() == what:
                return rest
        raise CannotMeasureError("the tag readers have ended")


@contextmanager
def busy_readers(number: int, rate: int, seconds: float) -> Iterator[Busy]:
    """In a process of their own: what they cost must not be taken for the station's. Rate 0: see `rfid_readers`."""
    running = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks.rfid_readers", str(number), str(rate), str(seconds)],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None  # noqa: S101 - asked for above
    assert running.stdin is not None  # noqa: S101 - asked for above
    try:
        yield Busy(tuple(json.loads(running.stdout.readline())), running.stdout, running.stdin)
    finally:
        running.terminate()
        running.communicate()
