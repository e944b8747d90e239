"""The stack light at a tag reader's outputs: red while an alarm waits, green for a moment after something good."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract import TagReader

_LAST_S = 1.0
_AGAIN_S, _AGAIN_MOST_S = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Outputs:
    """Which output of a reader (1 and up) is which lamp; 0 none. `good_s`: how long the good one stays on, in seconds."""

    alarm: int = 0
    good: int = 0
    good_s: float = 1.0

    def __bool__(self) -> bool:
        return bool(self.alarm or self.good)


class Lights:
    """For one reader, on a thread of its own: a reader that does not answer holds up nobody.

    What it could not be told is told again after a while, and when it is `back` all of it, since a reader that started anew has
    forgotten.
    """

    def __init__(self, name: str, reader: TagReader, outputs: Outputs, failed: Callable[[Exception], None]) -> None:
        self._name = name
        self._reader = reader
        self._outputs = outputs
        self._failed = failed
        self._changed = threading.Condition()
        self._alarm = False
        self._good_until = 0.0
        self._told: dict[int, bool] = {}
        self._refused: dict[int, tuple[float, float]] = {}
        """Outputs that could not be switched: when to try again, and how long was waited for that."""
        self._there = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def alarm(self, on: bool) -> None:
        with self._changed:
            self._alarm = on
            self._changed.notify_all()

    def good(self) -> None:
        """On for a moment, from now."""
        with self._changed:
            self._good_until = time.monotonic() + self._outputs.good_s
            self._changed.notify_all()

    def back(self, there: bool) -> None:
        """The reader is connected, or is not any more: what its lamps show now is not known."""
        with self._changed:
            self._there = there and not self._stopping
            self._told.clear()
            self._refused.clear()
            if self._there and self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"lights-{self._name}", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def stop(self) -> None:
        """Dark, if the reader answers within a moment."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_LAST_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._due() or self._stopping, self._patience())
                due = self._due()
                if self._stopping and not due:
                    return
                self._told.update(due)
            for port, on in due.items():
                self._switch(port, on)

    def _switch(self, port: int, on: bool) -> None:
        try:
            self._reader.set_output(port, on)
        except Exception as error:  # noqa: BLE001 - the thread's outermost frame: adapters come from other packages too
            self._failed(error)
            with self._changed:
                _, waited = self._refused.get(port, (0.0, 0.0))
                wait = min(2 * waited, _AGAIN_MOST_S) or _AGAIN_S
                self._told.pop(port, None)
                self._refused[port] = (time.monotonic() + wait, wait)
        else:
            with self._changed:
                self._refused.pop(port, None)

    def _due(self) -> dict[int, bool]:
        """Outputs that do not show what they should and may be tried; none while the reader is not there."""
        if not self._there:
            return {}
        wanted = {
            self._outputs.alarm: self._alarm and not self._stopping,
            self._outputs.good: time.monotonic() < self._good_until and not self._stopping,
        }
        now = time.monotonic()
        barred = {port for port, (until, _) in self._refused.items() if now < until}
        return {port: on for port, on in wanted.items() if port not in {0, *barred} and self._told.get(port) is not on}

    def _patience(self) -> float | None:
        """Until the good lamp goes out, or an output is tried again."""
        now = time.monotonic()
        ends = [self._good_until, *(until for until, _ in self._refused.values())]
        return min((end - now for end in ends if end > now), default=None)
