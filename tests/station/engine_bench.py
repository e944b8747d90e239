"""What the station's tests share: the example site, a store in a folder, an engine, and a way to wait for a view."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rl_station.domain import site_codes
from rl_station.domain.scan import ScanSource
from rl_station.settings import Site, load_site
from rl_station.settings.paths import example_site
from rl_station.station.clocks import ReplayClock
from rl_station.station.engine import Engine, Outcome
from rl_station.store import Store

DEADLINE_S = 20.0


def demo_site() -> Site:
    return load_site(example_site(), station="demo", environ={})


def engine_in(folder: Path, site: Site, clock: ReplayClock | None = None) -> Engine:
    store = Store.open(
        folder,
        station=site.station.id,
        prefix=site.station.prefix,
        clock=clock or ReplayClock(),
        purpose="replay",
        epoch="test",
        ballast=0,
    )
    return Engine(site, store)


def scan(engine: Engine, text: str) -> Outcome:
    return engine.scan(ScanSource(device="test", raw=text))


def command(body: str) -> str:
    return site_codes.make(site_codes.COMMAND, body)


def badge_of(site: Site, role: str = "inspector") -> str:
    operator = next(each for each in site.operators if role in each.roles)
    return site_codes.make(site_codes.BADGE, operator.badge)


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; fails after the deadline."""
    until = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)
