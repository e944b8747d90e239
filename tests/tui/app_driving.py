"""How the tests drive the app without a terminal: start it, wait for what should be seen, read the screen as text."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from scripted_port import ScriptedPort
from textual.pilot import Pilot

from rl_station.tui.app import StationApp
from rl_station.tui.contract import View
from rl_station.tui.look import Look

_DEADLINE_S = 20.0


@asynccontextmanager
async def shown(
    *views: View, size: tuple[int, int] = (80, 24), port: ScriptedPort | None = None, look: Look | None = None
) -> AsyncIterator[tuple[StationApp, Pilot[None], ScriptedPort]]:
    """The app on a screen of this size, its first view drawn."""
    used = port or ScriptedPort(list(views))
    app = StationApp(used, driver_class=None, look=look or Look())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: used.listener is not None)
        await settled(pilot)
        yield app, pilot, used


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Waits for a condition, with a deadline."""
    end = time.monotonic() + _DEADLINE_S
    while not holds():
        assert time.monotonic() < end, "waited in vain; the screen shows:\n" + text_of(pilot.app)
        await pilot.pause()


async def settled(pilot: Pilot[None]) -> None:
    """Waits until the screen has stopped changing from one look to the next."""
    before = ""
    await pilot.pause()
    while (now := text_of(pilot.app)) != before:
        before = now
        await pilot.pause()


def text_of(app: object) -> str:
    """The screen as a person reads it, row by row."""
    assert isinstance(app, StationApp)
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def flat(text: str) -> str:
    """Without line breaks and runs of spaces, for words that may be wrapped."""
    return " ".join(text.split())
