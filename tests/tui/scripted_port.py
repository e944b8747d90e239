"""A station of the simplest kind for tests: shows the views of a script, one per input, and remembers what it was given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from rl_station.tui.contract import Listener, Sight, View, Wanted
from rl_station.workflow.inputs import Input


@dataclass(frozen=True, slots=True)
class GivenScan:
    data: bytes
    device: str
    manual: bool


@dataclass
class ScriptedPort:
    """Goes to the next view with every input; stays at the last. Views may also be sent by hand, from any thread."""

    views: list[View]
    given: list[Input | GivenScan] = field(default_factory=list)
    listener: Listener | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    at: int = 0
    tested: list[str] = field(default_factory=list)

    def first(self) -> View:
        return self.views[0]

    def subscribe(self, listener: Listener) -> None:
        self.listener = listener

    def submit(self, given: Input) -> None:
        self._take(given)

    def scan(self, data: bytes, *, device: str, manual: bool) -> None:
        self._take(GivenScan(data, device, manual))

    def test_device(self, name: str) -> None:
        self.tested.append(name)

    def send(self, views: Iterable[View]) -> None:
        for view in views:
            if self.listener is not None:
                self.listener(view)

    def _take(self, given: Input | GivenScan) -> None:
        with self.lock:
            self.given.append(given)
            self.at = min(self.at + 1, len(self.views) - 1)
            view = self.views[self.at]
        self.send([view])


@dataclass
class DemoPort(ScriptedPort):
    """One whose simulated scanner a key fires."""

    fired: int = 0

    def fire_next(self) -> None:
        self.fired += 1


@dataclass
class SupervisedPort(ScriptedPort):
    """One with figures: answers every look with the sight of a script, by what is wanted; the last one where nothing fits."""

    sights: list[Sight] = field(default_factory=list)
    looks: list[Wanted | None] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    watcher: Callable[[Sight], None] | None = None

    def supervise(self, wanted: Wanted | None, listener: Callable[[Sight], None]) -> None:
        self.looks.append(wanted)
        self.watcher = listener if wanted is not None else None
        if wanted is not None and self.sights:
            fits = (sight for sight in self.sights if sight.wanted == wanted)
            listener(next(fits, None) or replace(self.sights[-1], wanted=wanted))

    def give_pin(self, pin: str) -> None:
        self.pins.append(pin)
