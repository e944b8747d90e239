"""Pictures of the screen at the sizes that matter. Look at the report before taking new ones with `--snapshot-update`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import sample_views as sample
from app_driving import settled
from scripted_port import DemoPort, ScriptedPort
from textual.pilot import Pilot

from rl_station.tui.app import StationApp
from rl_station.tui.contract import View
from rl_station.tui.look import SIXTEEN, Look

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def still(pilot: Pilot[None]) -> None:
    await settled(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])
@pytest.mark.parametrize(
    "view",
    [sample.QUESTION, sample.FEW, sample.DESTINATION, sample.ALARM],
    ids=["question", "few_answers", "destination", "alarm"],
)
def test_the_guided_screen(snap_compare: Compare, view: View, size: tuple[int, int]) -> None:
    assert snap_compare(StationApp(ScriptedPort([view]), look=Look()), terminal_size=size, run_before=still)


@pytest.mark.parametrize(
    "view", [sample.SIGN_IN, sample.MENU, sample.RECEIVE, sample.TRACE], ids=["sign_in", "menu", "receive", "trace"]
)
def test_the_other_panes(snap_compare: Compare, view: View) -> None:
    assert snap_compare(StationApp(DemoPort([view]), look=Look()), terminal_size=(80, 24), run_before=still)


@pytest.mark.parametrize("view", [sample.QUESTION, sample.DESTINATION], ids=["question", "destination"])
def test_sixteen_colours(snap_compare: Compare, view: View) -> None:
    assert snap_compare(StationApp(ScriptedPort([view]), look=Look(SIXTEEN)), terminal_size=(80, 24), run_before=still)


def test_ascii_only(snap_compare: Compare) -> None:
    app = StationApp(ScriptedPort([sample.QUESTION]), look=Look(SIXTEEN, ascii_only=True))
    assert snap_compare(app, terminal_size=(120, 40), run_before=still)
