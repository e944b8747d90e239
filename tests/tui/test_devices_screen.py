"""The devices screen: what it shows, what its keys do, and that the work goes on behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sample_views as sample
from app_driving import flat, settled, shown, text_of, until
from scripted_port import DemoPort, GivenScan, ScriptedPort
from textual.pilot import Pilot

from rl_station.tui.app import StationApp
from rl_station.tui.contract import DeviceLine, ReadLine, View
from rl_station.tui.look import SIXTEEN, Look

SECOND = 1_000_000
READS = (
    ReadLine("]C10109506000134352<GS>10AB", "read", sample.NOON - 5 * SECOND, "]C1"),
    ReadLine("RLPD010000041X", "duplicate", sample.NOON - 9 * SECOND),
    ReadLine("xxxxxxxx", "refused", sample.NOON - 60 * SECOND, note="longer than 8192 bytes"),
    ReadLine("LATE", "not taken", sample.NOON - 70 * SECOND),
)
DEVICES = (
    DeviceLine(
        "bench-scanner",
        "ready",
        kind="scanner",
        driver="serial",
        good_reads=12043,
        duplicates=12,
        refused=3,
        errors=2,
        reconnects=1,
        last_seen_at=sample.NOON - 5 * SECOND,
        last_reads=READS,
    ),
    DeviceLine("bench-2d", "lost", "permission denied", kind="scanner", driver="serial", errors=1),
    DeviceLine(
        "label-printer",
        "degraded",
        "out of paper",
        kind="printer",
        driver="zpl",
        good_reads=501,
        last_seen_at=sample.NOON - 3 * 86_400 * SECOND,
    ),
)
VIEW = replace(sample.QUESTION, status=replace(sample.READY, devices=DEVICES))
SIGN_IN = replace(sample.SIGN_IN, status=replace(sample.SIGN_IN.status, devices=DEVICES))


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def row(app: StationApp, text: str) -> str:
    return next(line for line in text_of(app).splitlines() if text in line)


# --- what it shows ----------------------------------------------------------------------------------------------------


async def test_f6_shows_states_counters_and_last_reads_and_esc_goes_back_to_the_work() -> None:
    async with shown(VIEW) as (app, pilot, port):
        before = text_of(app)
        await pilot.press("f6")
        await settled(pilot)
        assert row(app, "bench-scanner √").split()[-6:] == ["12043", "12", "3", "2", "1", "11:59:55"]
        assert "lost" in row(app, "bench-2d")
        assert "permission denied" in row(app, "permission")
        assert "2026-11-18" in row(app, "label-printer !")
        assert "]C10109506000134352<GS>10AB ]C1" in row(app, "11:59:55 √")
        assert "longer than 8192 bytes" in row(app, "refused xxxxxxxx")
        assert "NOT TAKEN" in row(app, "LATE")
        assert sample.QUESTION.prompt.choices[0].label.mapping["text"] not in text_of(app)
        await pilot.press("escape")
        await settled(pilot)
        assert text_of(app) == before
        assert port.given == []


async def test_it_opens_before_anybody_has_signed_in() -> None:
    async with shown(SIGN_IN) as (app, pilot, _):
        await pilot.press("f6")
        await settled(pilot)
        assert "DEVICES" in text_of(app).splitlines()[0]


async def test_a_scan_that_asks_for_it_opens_it_and_one_more_closes_it() -> None:
    async with shown(VIEW) as (app, pilot, port):
        before = text_of(app)
        port.send([replace(VIEW, devices_asked=1)])
        await until(pilot, lambda: "DEVICES" in text_of(app).splitlines()[0])
        port.send([replace(VIEW, devices_asked=1)])
        await settled(pilot)
        assert "DEVICES" in text_of(app).splitlines()[0], "the next view asks for nothing new"
        port.send([replace(VIEW, devices_asked=2)])
        await until(pilot, lambda: text_of(app) == before)


async def test_a_read_shows_while_one_looks() -> None:
    async with shown(VIEW) as (app, pilot, port):
        await pilot.press("f6")
        await settled(pilot)
        fresh = replace(DEVICES[0], good_reads=12044, last_reads=(ReadLine("FRESH", "read", sample.NOON), *READS))
        port.send([replace(VIEW, status=replace(VIEW.status, devices=(fresh, *DEVICES[1:])))])
        await until(pilot, lambda: "FRESH" in text_of(app) and "12044" in text_of(app))


async def test_a_station_without_devices_says_so() -> None:
    async with shown(replace(VIEW, status=replace(VIEW.status, devices=()))) as (app, pilot, port):
        await pilot.press("f6", "1", "down")
        await settled(pilot)
        assert "no devices" in text_of(app).splitlines()[1]
        assert port.tested == []


async def test_what_a_scan_or_a_device_says_is_never_markup() -> None:
    evil = DeviceLine("[red]x[/]", "lost", "[/nothing] \x1b[31m", last_reads=(ReadLine("[blink]no", "read", 0),))
    async with shown(replace(VIEW, status=replace(VIEW.status, devices=(evil,)))) as (app, pilot, _):
        await pilot.press("f6")
        await settled(pilot)
        for text in ("[red]x[/]", "[/nothing] <ESC>[31m", "[blink]no"):
            assert text in text_of(app)


@pytest.mark.parametrize("language", ["en", "de", "es"])
async def test_the_table_fits_80_columns_in_every_language(language: str) -> None:
    long = tuple(replace(device, name=f"{device.name}-with-a-long-name"[:32]) for device in DEVICES)
    async with shown(replace(VIEW, status=replace(VIEW.status, devices=long, language=language))) as (app, pilot, _):
        await pilot.press("f6")
        await settled(pilot)
        assert "12043" in row(app, "bench-sc")
        assert row(app, "bench-sc").endswith("11:59:55")
        assert "bench-scanner-with-a-long-name" in text_of(app)


async def test_of_many_devices_the_chosen_one_is_in_sight() -> None:
    many = tuple(DeviceLine(f"scanner-{n:02}", "lost", "no such device") for n in range(1, 31))
    async with shown(replace(VIEW, status=replace(VIEW.status, devices=many))) as (app, pilot, port):
        await pilot.press("f6")
        for place in range(1, 31):
            await settled(pilot)
            assert f"scanner-{place:02} " in row(app, "►")
            assert f"scanner-{place:02}" in row(app, "Last reads of")
            await pilot.press("down")
        await pilot.press("down", "9")
        await settled(pilot)
        assert port.tested == ["scanner-09"]
        assert "scanner-09 " in row(app, "►")
        await pilot.press("up", "pageup", "pageup")
        await settled(pilot)
        assert "scanner-01 " in row(app, "►")


# --- what its keys do -------------------------------------------------------------------------------------------------


async def test_a_digit_tests_the_device_and_does_not_answer_the_question_behind() -> None:
    async with shown(VIEW) as (_, pilot, port):
        await pilot.press("f6", "2", "9", "enter", "f9", "f10", "f12", "f2", "slash")
        await settled(pilot)
        assert port.tested == ["bench-2d"]
        assert port.given == []


async def test_the_keys_of_the_work_mean_the_work_again_afterwards() -> None:
    async with shown(VIEW) as (_, pilot, port):
        await pilot.press("f6", "escape", "2")
        await settled(pilot)
        assert port.tested == []
        assert len(port.given) == 1


async def test_the_help_lists_the_keys_of_this_screen_alone() -> None:
    async with shown(VIEW) as (app, pilot, _):
        await pilot.press("f6", "f1")
        await settled(pilot)
        help_text = flat(text_of(app))
        assert "test" in help_text
        assert "Shattered" not in help_text
        await pilot.press("escape")
        await settled(pilot)
        assert "DEVICES" in text_of(app).splitlines()[0]
        assert "12043" in text_of(app)


async def test_the_demos_scanner_fires_here_too() -> None:
    port = DemoPort([VIEW])
    async with shown(port=port) as (_, pilot, _):
        await pilot.press("f6", "space")
        await settled(pilot)
        assert port.fired == 1


# --- the work goes on -------------------------------------------------------------------------------------------------


async def test_a_scan_meanwhile_goes_to_the_work_and_its_answer_is_seen() -> None:
    answered = replace(sample.FEW, status=VIEW.status)
    async with shown(VIEW, answered) as (app, pilot, port):
        await pilot.press("f6")
        await settled(pilot)
        app.take_terminal_scan(b"RLDR27")
        await until(pilot, lambda: "That is a BIN" in text_of(app))
        assert port.given == [GivenScan(b"RLDR27", "wedge", False)]
        assert "DEVICES" in text_of(app).splitlines()[0]
        await pilot.press("escape")
        await settled(pilot)
        assert "RECEIVE" in text_of(app).splitlines()[0]
        assert "Something is leaking" in text_of(app)


async def test_an_alarm_covers_it_and_leads_back_to_the_work() -> None:
    async with shown(VIEW, replace(sample.ALARM, status=VIEW.status), VIEW) as (app, pilot, _):
        await pilot.press("f6")
        app.take_terminal_scan(b"TOTE0009")
        await until(pilot, lambda: "Take the unit out" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Take the unit out" not in text_of(app))
        assert "INSPECT" in text_of(app).splitlines()[0]


async def test_it_does_not_open_over_an_alarm() -> None:
    async with shown(sample.ALARM) as (app, pilot, port):
        before = text_of(app)
        await pilot.press("f6", "1")
        await settled(pilot)
        assert text_of(app) == before
        assert (port.given, port.tested) == ([], [])


# --- pictures ---------------------------------------------------------------------------------------------------------


async def _opened(pilot: Pilot[None]) -> None:
    await settled(pilot)
    await pilot.press("f6")
    await settled(pilot)


@pytest.mark.parametrize(
    ("look", "size"),
    [(Look(), (80, 24)), (Look(), (120, 40)), (Look(SIXTEEN), (80, 24)), (Look(SIXTEEN, ascii_only=True), (80, 24))],
    ids=["80x24", "120x40", "sixteen", "ascii"],
)
def test_picture_of_the_devices(snap_compare: Callable[..., bool], look: Look, size: tuple[int, int]) -> None:
    view: View = VIEW
    assert snap_compare(StationApp(ScriptedPort([view]), look=look), terminal_size=size, run_before=_opened)
