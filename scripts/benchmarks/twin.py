"""A station without a screen that is fed the same scans, so that the bench knows what to scan next and what must appear."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rl_station.domain.events import ParcelReceived
from rl_station.domain.scan import ScanSource
from rl_station.i18n import Translator
from rl_station.settings import Site
from rl_station.station.clocks import SystemClock
from rl_station.station.demo import DemoWorker
from rl_station.station.engine import Engine
from rl_station.store import Store
from rl_station.workflow.prompt import Prompt

SEED = 1


class Step(NamedTuple):
    """A scan and what it leads to. `sentence` is what the screen must say then; `received`: a parcel arrived with it."""

    code: str
    refused: bool
    sentence: str
    received: bool


class Twin:
    """Plays parcels all the way, one scan at a time. Use it as a context manager's value or `close` it."""

    def __init__(self, site: Site, folder: Path) -> None:
        station = site.station
        store = Store.open(
            folder, station=station.id, prefix=station.prefix, clock=SystemClock(), purpose="live", ballast=0
        )
        self.engine = Engine(site, store)
        self._hands = DemoWorker(site, SEED)
        self._text = Translator(site.language).text

    def sentence(self) -> str:
        """What the screen has to say now."""
        return self._sentence(self.engine.prompt())

    def upcoming(self) -> str:
        """The code to scan now."""
        return self._hands.next(self.engine.prompt())

    def scan(self, code: str) -> Step:
        outcome = self.engine.scan(ScanSource(device="twin", raw=code))
        self._hands.observe(outcome.events)
        received = any(isinstance(line.event, ParcelReceived) for line in outcome.events)
        return Step(code, outcome.refusal is not None, self._sentence(outcome.prompt), received)

    @property
    def events(self) -> int:
        """How many it has recorded."""
        return self.engine.store.head.seq

    def close(self) -> None:
        self.engine.store.close()

    def _sentence(self, prompt: Prompt) -> str:
        return self._text(prompt.alarm.message if prompt.alarm else prompt.instruction)
