"""Desks of one site: engines with real stores, and what the centre tells each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine_bench import badge_of, command, engine_in, scan

from rl_station.domain.events import Recorded
from rl_station.domain.sync_wire import Item, Page, digest
from rl_station.settings import Site, load_site
from rl_station.settings.paths import example_site
from rl_station.station.engine import Engine, Outcome
from rl_station.station.known_copy import KnownCopy
from rl_station.sync.enrolment import Enrolled


def site_of(station: str) -> Site:
    return load_site(example_site(), station=station, environ={})


class Desk:
    """An engine, and what the centre tells its station."""

    def __init__(self, folder: Path, station: str) -> None:
        self.site = site_of(station)
        self.engine: Engine = engine_in(folder, self.site)
        enrolled = Enrolled(url="http://x", site="main", station=station, token="t", server_key="00" * 32)  # noqa: S106 - no secret
        self._copy = KnownCopy(folder, self.site, enrolled)
        self._pages = 0

    def hear(self, *told: Item) -> None:
        self._pages += 1
        page = Page(incarnation="i", cursor=f"c{self._pages}", items=told, digest=digest(told), at=0)
        self._copy.take(self._copy.cursor(), page, self.engine.store.head.hlc >> 16)

    def log(self) -> list[Recorded]:
        return list(self.engine.store.log())

    def scan(self, *texts: str) -> Outcome:
        for text in texts:
            outcome = scan(self.engine, text)
        return outcome

    def sign_in(self, task: str) -> None:
        self.scan(badge_of(self.site), command(task))

    def close(self) -> None:
        self.engine.close()
        self._copy.close()


def beside(folder: Path, station: str) -> Iterator[Desk]:
    (folder / station).mkdir()
    made = Desk(folder / station, station)
    yield made
    made.close()
