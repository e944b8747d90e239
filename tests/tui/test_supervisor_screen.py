"""The supervisor's screen on its own: the PIN, the figures and the way down from each, what can be done, who sees none of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sample_figures as sample
import sample_views
from app_driving import flat, settled, shown, text_of, until
from msgspec.structs import replace as altered
from scripted_port import GivenScan, ScriptedPort, SupervisedPort
from textual.pilot import Pilot

from rl_station.domain.kpi import STAGES, Recovery, Selection, Subject
from rl_station.domain.messages import content, message
from rl_station.i18n import PSEUDO
from rl_station.tui.app import StationApp
from rl_station.tui.contract import Result, ResultTone, Sight, View, Wanted
from rl_station.tui.look import SIXTEEN, Look
from rl_station.tui.supervision.cursor import step
from rl_station.tui.supervision.pieces import Spot, spots
from rl_station.workflow.actions import Declare, Hold, Override, Settle
from rl_station.workflow.inputs import Acted, Answered, Command, Commanded
from rl_station.workflow.prompt import ChecklistLine

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def station(*views: View, sights: tuple[Sight, ...] = sample.SIGHTS) -> SupervisedPort:
    return SupervisedPort(list(views or (sample.OVERVIEW,)), sights=list(sights))


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await settled(pilot)


async def go_to(app: StationApp, pilot: Pilot[None], key: tuple[str, ...]) -> None:
    """Moves the cursor there by the arrow keys alone."""
    board = app.station_screen.supervise.board
    at = board.chosen()
    assert at is not None
    ways = ways_from(at, spots(board._block))
    assert key in ways, f"the arrows do not lead to {key}:\n{text_of(app)}"
    for way in ways[key]:
        await pilot.press(way)
    await settled(pilot)
    assert board.mark.key == key


def ways_from(start: Spot, there: list[Spot]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Which arrows lead to each piece, the shortest way."""
    ways: dict[tuple[str, ...], tuple[str, ...]] = {start.key: ()}
    left = [start]
    while left:
        at = left.pop(0)
        for way in ("up", "down", "left", "right"):
            to = step(there, at, way)
            if to.key not in ways:
                ways[to.key] = (*ways[at.key], way)
                left.append(to)
    return ways


# --- the PIN ----------------------------------------------------------------------------------------------------------


async def test_a_pin_is_shown_as_dots_and_given_once() -> None:
    port = station(sample.PIN)
    async with shown(port=port) as (app, pilot, _):
        await press(pilot, "2", "7", "1", "9", "backspace", "8")
        assert "••••" in text_of(app)
        assert not any(digits in text_of(app) for digits in ("271", "718"))
        await press(pilot, "enter")
        assert port.pins == ["2718"]
        assert "•" not in text_of(app)
        await press(pilot, "enter")
        assert port.pins == ["2718"], "nothing typed is no PIN"
        assert port.given == []


async def test_no_figures_are_asked_for_before_the_pin_was_right() -> None:
    port = station(sample.PIN, sample.OVERVIEW)
    async with shown(port=port) as (app, pilot, _):
        await press(pilot, "1", "v", "tab", "down", "escape")
        assert port.given == [Commanded(Command.MENU)]
        assert [wanted for wanted in port.looks if wanted is not None] == [Wanted()], "the second view asks for them"
        assert "THROUGHPUT" in text_of(app)


async def test_the_digits_of_one_supervisor_are_not_left_for_the_next() -> None:
    port = station(sample.PIN)
    other = replace(sample.PIN, status=replace(sample.PIN.status, operator="Somebody Else"))
    async with shown(port=port) as (_, pilot, _):
        await press(pilot, "1", "2", "3")
        port.send([sample_views.SIGN_IN, other])
        await settled(pilot)
        await press(pilot, "4", "enter")
        assert port.pins == ["4"]


# --- what an operator sees of it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [sample_views.SIGN_IN, sample_views.MENU, sample_views.QUESTION, sample_views.TRACE])
async def test_no_key_shows_figures_to_an_operator(view: View) -> None:
    """Whatever is pressed goes to the station as any other key does, and it has not said that a supervisor is here."""
    port = station(view)
    async with shown(port=port) as (app, pilot, _):
        for key in ("f11", "enter", "v", "tab", "down", "s", "o", "w", "escape", "f6", "escape", "f1", "escape"):
            await press(pilot, key)
            assert "THROUGHPUT" not in text_of(app)
        assert [wanted for wanted in port.looks if wanted is not None] == []
        assert not any(isinstance(given, Acted) for given in port.given)


async def test_figures_end_with_the_supervision() -> None:
    port = station(sample.OVERVIEW)
    async with shown(port=port) as (app, pilot, _):
        port.send([sample_views.MENU])
        await settled(pilot)
        assert port.looks[-1] is None
        assert "THROUGHPUT" not in text_of(app)
        app._supervising.see(sample.SIGHTS[0])
        port.send([sample.OVERVIEW])
        await until(pilot, lambda: port.looks[-1] == Wanted())


async def test_a_supervisor_begins_at_the_overview_whatever_the_last_one_looked_at() -> None:
    port = station(sample.OVERVIEW)
    async with shown(port=port) as (app, pilot, _):
        await go_to(app, pilot, ("queues", "to_sort", "0"))
        await press(pilot, "enter", "v")
        assert port.looks[-1] == Wanted(site=True, selection=sample.TO_SORT)
        port.send([sample_views.MENU, sample.OVERVIEW])
        await settled(pilot)
        assert port.looks[-1] == Wanted()


async def test_a_station_without_figures_says_that_it_is_reading() -> None:
    async with shown(port=ScriptedPort([sample.OVERVIEW])) as (app, pilot, _):
        await press(pilot, "enter", "down", "v", "escape")
        assert "Reading the figures" in text_of(app)


# --- the figures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_everything_a_supervisor_needs_is_on_one_screen(size: tuple[int, int]) -> None:
    async with shown(port=station(), size=size) as (app, _, _):
        seen = flat(text_of(app)).casefold()
        for stage in STAGES:
            assert f"{stage} " in seen
        for words in (
            *("52 13 323 55", "received by hour", "to open 42 1 d 02 h 2 5", "on hold 5 9 d 00 h 5 0"),
            *("exceptions 7", "hazard rlpd010000041x", "dispositions", "resell", "functional", "f4", "cosmetic", "c6"),
            *("reasons", "defective", "recovery", "62", "second look", "priya", "0.84", "0.48", "not sent", "labels"),
            *("early 06:00-14:00", "as of 12:17:00", "this station"),
        ):
            assert words in seen, f"{words} is not on the screen:\n{text_of(app)}"


@pytest.mark.parametrize("size", SIZES)
async def test_the_arrows_reach_every_figure(size: tuple[int, int]) -> None:
    async with shown(port=station(), size=size) as (app, _, _):
        board = app.station_screen.supervise.board
        at, there = board.chosen(), spots(board._block)
        assert at is not None
        assert len(there) > 80
        assert set(ways_from(at, there)) == {spot.key for spot in there}
        assert all(spot.opens is not None for spot in there if spot.key[1:] != ("sync", "0"))


@pytest.mark.parametrize(
    ("key", "behind"),
    [
        (
            ("by_stage", "sorted..", "1"),
            Selection(of="work", name="sorted", since=sample_views.NOON, until=sample.AT + 1),
        ),
        (("queues", "to_open", "2"), Selection(of="queue", name="to_open")),
        (
            ("disposition", "resell", "0"),
            Selection(of="share", name="disposition", value="resell", since=sample.BEGINS, until=sample.ENDS),
        ),
        (
            ("functional", "F6", "0"),
            Selection(of="share", name="functional", value="F6", since=sample.BEGINS, until=sample.ENDS),
        ),
        (("recovery", "EUR", "0"), Selection(of="recovery", value="EUR", since=sample.BEGINS, until=sample.ENDS)),
        (("troubles", "swap.RLUB01000012F", "0"), Subject("unit", "RLUB01000012F", sample.TROUBLES[2].since, "swap")),
        # The cursor came by the line of that stage, and the bars are its.
        (("chart", str(sample.SEVEN)), Selection(of="work", name="decided", since=sample.SEVEN, until=sample.EIGHT)),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
async def test_enter_leads_to_what_is_behind_a_figure(key: tuple[str, ...], behind: Selection | Subject) -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await go_to(app, pilot, key)
        await press(pilot, "enter")
        wanted = port.looks[-1]
        assert wanted is not None
        assert (wanted.selection or wanted.subject) == behind
        await press(pilot, "escape")
        assert port.looks[-1] == Wanted()
        assert app.station_screen.supervise.board.mark.key == key, "back where one was"


@pytest.mark.parametrize("size", SIZES[1:])
async def test_every_currency_has_a_recovery_of_its_own(size: tuple[int, int]) -> None:
    crowns = Recovery(currency="SEK", units=3, value=300_000, expected=150_000, rate=0.5)
    figures = altered(sample.BUSY, recovery=(*sample.BUSY.recovery, crowns))
    port = station(sights=(Sight(Wanted(), figures, heard_at=sample.AT),))
    async with shown(port=port, size=size) as (app, pilot, _):
        assert "26 513 of 42 819 EUR 62 % 201" in flat(text_of(app))
        assert "1 500 of 3 000 SEK 50 % 3" in flat(text_of(app))
        await go_to(app, pilot, ("recovery", "SEK", "0"))
        await press(pilot, "enter")
        wanted = port.looks[-1]
        assert wanted is not None
        assert wanted.selection == Selection(of="recovery", value="SEK", since=sample.BEGINS, until=sample.ENDS)


async def test_late_and_soon_are_told_apart_by_more_than_a_colour() -> None:
    async with shown(port=station()) as (app, _, _):
        heads = next(line for line in text_of(app).splitlines() if "QUEUES" in line)
        assert heads.index("oldest") < heads.index("late") < heads.index("soon")
        assert "X Hazard" in text_of(app)
        assert "!tomasz 0.48" in text_of(app)


async def test_a_section_that_is_cut_says_so_and_opens_whole() -> None:
    async with shown(port=station()) as (app, pilot, _):
        assert "and 4 more" in text_of(app)
        await go_to(app, pilot, ("troubles", "more"))
        await press(pilot, "enter")
        assert "Printer lost labels" in flat(text_of(app))
        assert "This station > Exceptions 7" in text_of(app)


async def test_throughput_is_told_by_stage_by_station_and_by_person() -> None:
    async with shown(port=station()) as (app, pilot, _):
        assert "received" in text_of(app)
        await press(pilot, "tab")
        assert "BY STATION" in text_of(app)
        assert "dock-1 received" in text_of(app)
        await press(pilot, "tab")
        assert "BY PERSON" in text_of(app)
        assert "mara received" in text_of(app)
        await press(pilot, "tab")
        assert "THROUGHPUT" in text_of(app)


async def test_the_bars_are_those_of_the_stage_under_the_cursor() -> None:
    async with shown(port=station()) as (app, pilot, _):
        assert "RECEIVED BY HOUR, MOST 61" in text_of(app)
        await go_to(app, pilot, ("by_stage", "sorted..", "2"))
        assert "SORTED BY HOUR, MOST 38" in text_of(app)


async def test_new_figures_leave_the_cursor_where_it_is() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await go_to(app, pilot, ("queues", "to_sort", "0"))
        fresh = altered(sample.BUSY, queues=tuple(altered(each, waiting=99) for each in sample.BUSY.queues))
        assert port.watcher is not None
        port.watcher(Sight(Wanted(), fresh, heard_at=sample.AT))
        await until(pilot, lambda: "99" in text_of(app))
        assert app.station_screen.supervise.board.mark.key == ("queues", "to_sort", "0")


async def test_old_figures_say_how_old_they_are() -> None:
    sight = Sight(Wanted(), sample.BUSY, heard_at=sample.AT - 180_000_000)
    async with shown(port=station(sights=(sight,))) as (app, _, _):
        assert "3 min old" in text_of(app)


async def test_figures_that_cannot_be_read_say_why() -> None:
    sight = Sight(Wanted(), None, remark=message("screen.sup.unreadable", reason="@store.damaged"))
    async with shown(port=station(sights=(sight,))) as (app, pilot, _):
        assert "The figures cannot be read" in text_of(app)
        await press(pilot, "enter", "down")


async def test_a_station_that_has_just_begun_shows_no_figures_as_none() -> None:
    async with shown(port=station(sights=(Sight(Wanted(), sample.EMPTY, heard_at=sample.AT),))) as (app, pilot, _):
        assert "none yet" in text_of(app)
        assert "nothing to look at" in text_of(app)
        await press(pilot, "down", "right", "enter", "enter", "escape")


@pytest.mark.parametrize("size", [(40, 12), (20, 5), (9, 3)])
async def test_it_is_drawn_on_the_smallest_terminal(size: tuple[int, int]) -> None:
    async with shown(port=station(), size=size) as (_, pilot, _):
        await press(pilot, "down", "enter", "right", "enter", "o", "1", "escape", "escape", "tab")


@pytest.mark.parametrize("language", ["de", "es", PSEUDO])
async def test_it_is_said_in_the_supervisors_language(language: str) -> None:
    view = replace(sample.OVERVIEW, status=replace(sample.OVERVIEW.status, language=language))
    async with shown(port=station(view)) as (app, _, _):
        seen = flat(text_of(app))
        for english in ("Throughput", "THROUGHPUT", "Exceptions", "EXCEPTIONS", "to open", "not sent", "This station"):
            assert english not in seen


# --- the way down -----------------------------------------------------------------------------------------------------


async def test_from_a_figure_to_its_subjects_to_their_events_and_back() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await go_to(app, pilot, ("queues", "to_sort", "0"))
        await press(pilot, "enter")
        assert "This station > to sort" in text_of(app)
        assert "RLUB01000001K  Nordlicht" in text_of(app)
        await press(pilot, "enter")
        assert "This station > to sort > RLUB01000001K" in text_of(app)
        assert "2026-11-21 09:03 priya bench-1" in text_of(app)
        await press(pilot, "escape", "down", "enter")
        assert port.looks[-1] == Wanted(subject=sample.SUBJECTS[1])
        await press(pilot, "escape", "escape")
        assert "THROUGHPUT" in text_of(app)
        await press(pilot, "escape")
        assert "THROUGHPUT" in text_of(app)
        assert port.given == [], "nothing of it concerns the station"


async def test_the_last_of_sixty_subjects_is_reached_and_seen() -> None:
    async with shown(port=station()) as (app, pilot, _):
        await go_to(app, pilot, ("queues", "to_sort", "0"))
        await press(pilot, "enter", *(["pagedown"] * 6))
        assert "RLUB01000060K" in text_of(app)
        assert app.station_screen.supervise.board.mark.key[1].startswith("unit.RLUB01000060K")
        await press(pilot, *(["pageup"] * 6))
        assert app.station_screen.supervise.board.mark.key[1].startswith("unit.RLUB01000001K")


async def test_of_a_history_the_newest_event_is_in_sight_whole() -> None:
    long = tuple(replace(line, fact=altered(line.fact, value=content("word " * 60))) for line in sample.HISTORY)
    newest = replace(long[-1], fact=altered(long[-1].fact, value=content(f"{'word ' * 60} the very end")))
    sights = (*sample.SIGHTS[:2], Sight(Wanted(), sample.BUSY, history=(*long, newest), subject=sample.UNIT))
    async with shown(port=station(sights=sights)) as (app, pilot, _):
        await go_to(app, pilot, ("queues", "to_sort", "0"))
        await press(pilot, "enter", "enter")
        assert "the very end" in text_of(app)


async def test_what_has_no_history_says_so() -> None:
    printer = Subject("device", "labels", 0, "out of paper")
    sights = (sample.SIGHTS[0], Sight(Wanted(), sample.BUSY, subject=printer, heard_at=sample.AT))
    async with shown(port=station(sights=sights), size=(120, 40)) as (app, pilot, _):
        await go_to(app, pilot, ("health", "labels", "0"))
        await press(pilot, "enter")
        assert "out of paper" in text_of(app)
        assert "No events are kept of it here." in text_of(app)


async def test_what_is_scanned_is_looked_up_wherever_one_is() -> None:
    port = station(sample.OVERVIEW, sample.SCANNED)
    async with shown(port=port) as (app, pilot, _):
        await go_to(app, pilot, ("queues", "to_sort", "0"))
        await press(pilot, "enter")
        app.take_terminal_scan(sample.UNIT.id.encode())
        await until(pilot, lambda: "History of" in text_of(app))
        await settled(pilot)
        assert port.given == [GivenScan(sample.UNIT.id.encode(), "wedge", False)]
        assert port.looks[-1] == Wanted(scanned=True)
        assert "Told by another station" in text_of(app)
        await press(pilot, "escape")
        assert "THROUGHPUT" in text_of(app)


async def test_what_is_scanned_again_after_going_back_is_shown_again() -> None:
    again = replace(sample.SCANNED, looked_up=sample.SCANNED.looked_up + 1)
    told = replace(again, result=Result(ResultTone.WARN, content("The printer is back."), seq=41))
    port = station(sample.OVERVIEW, sample.SCANNED, again)
    async with shown(port=port) as (app, pilot, _):
        app.take_terminal_scan(sample.UNIT.id.encode())
        await until(pilot, lambda: "History of" in text_of(app))
        await press(pilot, "escape")
        app.take_terminal_scan(sample.UNIT.id.encode())
        await until(pilot, lambda: "History of" in text_of(app))
        assert port.looks[-1] == Wanted(scanned=True)
        await press(pilot, "escape")
        port.send([told])
        await until(pilot, lambda: "The printer is back." in text_of(app))
        assert "THROUGHPUT" in text_of(app), "nothing was scanned"


async def test_a_return_that_has_not_arrived_says_what_was_announced() -> None:
    lines = (ChecklistLine(content("Nordlicht X2"), "open", 0, 2),)
    prompt = altered(sample.SCANNED.prompt, detail=content("Announced, but not here yet"), checklist=lines)
    sight = Sight(Wanted(scanned=True), sample.BUSY, subject=Subject("return", "RMA-1"), heard_at=sample.AT)
    port = station(sample.OVERVIEW, replace(sample.SCANNED, prompt=prompt), sights=(sample.SIGHTS[0], sight))
    async with shown(port=port) as (app, pilot, _):
        app.take_terminal_scan(b"RMA-1")
        await until(pilot, lambda: "Announced, but not here yet" in text_of(app))
        assert "2 x Nordlicht X2" in text_of(app)


async def test_a_unit_that_another_station_decides_about_says_which() -> None:
    elsewhere = message("supervise.elsewhere", unit=sample.UNIT.id, station="bench-7")
    sight = replace(sample.SIGHTS[3], doables=(), elsewhere=elsewhere)
    port = station(sample.OVERVIEW, sample.SCANNED, sights=(sample.SIGHTS[0], sight))
    async with shown(port=port) as (app, pilot, _):
        app.take_terminal_scan(sample.UNIT.id.encode())
        await until(pilot, lambda: "was decided at station bench-7" in flat(text_of(app)))


# --- the site ---------------------------------------------------------------------------------------------------------


async def test_v_shows_the_site_and_the_station_again() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await press(pilot, "v")
        assert port.looks[-1] == Wanted(site=True)
        assert "The whole site" in text_of(app)
        assert "1 s old" in text_of(app)
        await press(pilot, "v")
        assert port.looks[-1] == Wanted()
        assert "This station" in text_of(app)


async def test_without_the_centre_it_is_this_station_only_and_says_so() -> None:
    offline = Sight(Wanted(site=True), sample.BUSY, remark=message("screen.sup.only_here"), heard_at=sample.AT)
    async with shown(port=station(sights=(sample.SIGHTS[0], offline))) as (app, pilot, _):
        await press(pilot, "v")
        assert "No site figures: this station only" in text_of(app)
        assert "The whole site" not in text_of(app)


# --- what can be done -------------------------------------------------------------------------------------------------


async def to_the_unit(app: StationApp, pilot: Pilot[None]) -> None:
    await go_to(app, pilot, ("queues", "to_sort", "0"))
    await press(pilot, "enter", "enter")


async def test_an_override_asks_for_the_outcome_and_the_reason() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "o")
        assert "What shall it be?" in text_of(app)
        await press(pilot, "9", "enter", "2")
        assert "Why?" in text_of(app)
        await press(pilot, "enter", "1")
        assert port.given == []
        await press(pilot, "o", "k", "enter")
        assert port.given == [Acted(Override(unit=sample.UNIT.id, outcome="recycle", why="condition", note="ok"))]
        assert "Why?" not in text_of(app)


async def test_the_reason_other_has_to_be_said_in_words() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "h", "3", "enter")
        assert "Say why, in words" in text_of(app)
        await press(pilot, "space", "enter")
        assert port.given == [], "blanks are no words"
        await press(pilot, "v", "x", "backspace", "w", "enter")
        assert port.given == [Acted(Hold(unit=sample.UNIT.id, why="other", note="vw"))]


async def test_esc_leaves_everything_as_it_is() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "o", "1", "escape")
        assert "Why?" not in text_of(app)
        assert "Told by another station" in text_of(app)
        await press(pilot, "s", "d", "o", "n", "e", "ctrl+u", "s", "e", "e", "n", "enter")
        assert port.given == [Acted(Settle(trouble=sample.TROUBLES[2], note="seen"))]


async def test_only_events_of_this_station_can_be_declared_wrong_and_the_one_under_the_cursor_is() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "w")
        assert "What shall it be?" not in text_of(app), "the newest is another station's"
        await press(pilot, "up", "up", "w", "1", "n", "o", "enter")
        assert port.given == [Acted(Declare(seqs=(4010,), reason="resell", note="no"))]


async def test_a_key_of_something_that_cannot_be_done_here_does_nothing() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await press(pilot, "o", "h", "s", "w")
        assert "What shall it be?" not in text_of(app)
        await to_the_unit(app, pilot)
        await press(pilot, "a", "r", "l", "c", "f10", "f2", "f8", "1")
        assert port.given == []


async def test_what_was_done_can_be_undone_by_key() -> None:
    undoable = replace(sample.OVERVIEW, prompt=altered(sample.OVERVIEW.prompt, can_undo=True))
    port = station(undoable)
    async with shown(port=port, size=(120, 40)) as (app, pilot, _):
        assert "F9  undo" in text_of(app)
        await press(pilot, "f9")
        assert port.given == [Commanded(Command.UNDO)]


async def test_what_is_asked_about_a_scanned_unit_is_answered_by_key() -> None:
    choices = sample_views.choices("Set it aside", "It is not meant")
    asked = replace(sample.SCANNED, prompt=altered(sample.SCANNED.prompt, choices=choices))
    port = station(asked)
    async with shown(port=port) as (app, pilot, _):
        assert "Set it aside" in text_of(app)
        await press(pilot, "2")
        assert port.given == [Answered("2")]
        await press(pilot, "escape", "1")
        assert port.given == [Answered("2")], "the question is not in sight"


async def test_the_form_stays_open_while_the_figures_change_and_closes_with_the_supervision() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "s", "n", "o")
        assert port.watcher is not None
        port.watcher(Sight(Wanted(subject=sample.UNIT), sample.BUSY, heard_at=sample.AT))
        port.send([replace(sample.OVERVIEW, status=replace(sample.OVERVIEW.status, clock=sample.AT + 2_000_000))])
        await settled(pilot)
        assert "> no" in text_of(app)
        port.send([sample_views.MENU])
        await settled(pilot)
        assert "> no" not in text_of(app)
        await press(pilot, "t", "enter")
        assert not any(isinstance(given, Acted) for given in port.given)


async def test_a_scan_while_a_form_is_open_goes_to_the_station_and_not_into_the_note() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "s")
        app.take_terminal_scan(b"RLUB01000002K")
        await until(pilot, lambda: bool(port.given))
        assert port.given == [GivenScan(b"RLUB01000002K", "wedge", False)]
        assert "> RLUB01000002K" not in text_of(app)


async def test_what_was_typed_is_never_markup() -> None:
    port = station()
    async with shown(port=port) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "s", "left_square_bracket", "b", "right_square_bracket")
        assert "> [b]" in text_of(app)


async def test_the_help_lists_the_keys_of_this_screen() -> None:
    async with shown(port=station()) as (app, pilot, _):
        await to_the_unit(app, pilot)
        await press(pilot, "f1")
        seen = flat(text_of(app))
        for words in ("Override", "Hold", "Settle", "whole site", "back"):
            assert words in seen


# --- pictures ---------------------------------------------------------------------------------------------------------

Compare = Callable[..., bool]


def _picture(
    compare: Compare, port: SupervisedPort, size: tuple[int, int], *keys: str, look: Look | None = None
) -> bool:
    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, *keys)

    app = StationApp(port, look=look or Look())
    return compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40", "200x60"])
def test_picture_of_the_overview(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert _picture(snap_compare, station(), size, "down", "down", "right")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40", "200x60"])
def test_picture_of_subjects(snap_compare: Compare, size: tuple[int, int]) -> None:
    sights = (sample.SIGHTS[0], Sight(Wanted(), sample.BUSY, sample.SUBJECTS, heard_at=sample.AT))
    assert _picture(snap_compare, station(sights=sights), size, "enter", "down", "down")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40", "200x60"])
def test_picture_of_an_override(snap_compare: Compare, size: tuple[int, int]) -> None:
    port = station(sample.SCANNED)
    assert _picture(snap_compare, port, size, "o", "1")


def test_picture_of_the_pin(snap_compare: Compare) -> None:
    assert _picture(snap_compare, station(sample.PIN), (80, 24), "1", "2", "3", "4")


@pytest.mark.parametrize("look", [Look(SIXTEEN), Look(SIXTEEN, ascii_only=True)], ids=["sixteen", "ascii"])
def test_picture_on_a_console(snap_compare: Compare, look: Look) -> None:
    assert _picture(snap_compare, station(), (80, 24), look=look)
