"""The parts of the supervisor's screen: nothing is drawn beyond its place, hours are readable, ages and amounts are short."""

from __future__ import annotations

import pytest
import sample_figures as sample
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as altered
from rich.cells import cell_len

from rl_station.domain import kpi
from rl_station.domain.kpi import Figures, Moment, Of, Rows, Shift, Subject, Supervision, Trouble, Work
from rl_station.i18n.quantities import age, kappa, percent
from rl_station.tui.contract import Doable
from rl_station.tui.look import SIXTEEN, Look
from rl_station.tui.supervision.asking import Asking, Step
from rl_station.tui.supervision.chart import chart
from rl_station.tui.supervision.cursor import Mark, leap, standing, step
from rl_station.tui.supervision.drawing import Pen
from rl_station.tui.supervision.figures import GROUPS, Told, sections
from rl_station.tui.supervision.layout import overview
from rl_station.tui.supervision.pages import subjects
from rl_station.tui.supervision.pieces import Row, Spot, spots, text_of
from rl_station.tui.supervision.sections import Bar, Chart, Table
from rl_station.tui.supervision.words import amount, clock
from rl_station.tui.widgets.board import window
from rl_station.tui.wording import speaker
from rl_station.workflow.actions import Approve, Hold

SECOND = 1_000_000
PEN = Pen(Look(), speaker("en"))


@given(
    size=st.tuples(st.integers(1, 230), st.integers(0, 70)),
    group=st.sampled_from(GROUPS),
    language=st.sampled_from(["en", "de", "es", "qps"]),
    ascii_only=st.booleans(),
    figures=st.sampled_from([sample.BUSY, sample.EMPTY]),
)
def test_the_overview_keeps_to_its_place_and_its_columns_apart(
    size: tuple[int, int], group: str, language: str, *, ascii_only: bool, figures: Figures
) -> None:
    width, height = size
    say = speaker(language)
    pen = Pen(Look(SIXTEEN, ascii_only=ascii_only), say)
    block = overview(sections(Told(figures, say)), size, group, pen)
    assert len(block) <= height
    for row in block:
        assert cell_len(text_of(row, width, (), "").plain) <= width
    keys = [spot.key for spot in spots(block)]
    assert len(keys) == len(set(keys)), "the cursor would be in two places"


def shown(row: Row, width: int) -> str:
    return text_of(row, width, (), "").plain


@pytest.mark.parametrize(
    ("width", "hours"), [(24, "00 03 06 09 12 15 18 21"), (48, "00  02  04"), (96, "00  01  02  03")]
)
def test_the_hours_of_a_whole_day_are_readable(width: int, hours: str) -> None:
    bars = tuple(Bar(f"{hour:02}", f"{hour:02}", hour) for hour in range(24))
    drawn = chart(Chart("chart", "by hour", bars), width, 8, PEN)
    assert shown(drawn[-1], width).startswith(hours)
    assert [spot.key[1] for spot in spots(drawn[-1:])] == [f"{hour:02}" for hour in range(24)], "each can be chosen"


def test_the_highest_bar_fills_the_chart_and_nothing_is_a_bar_of_none() -> None:
    bars = (Bar("06", "06", 10), Bar("07", "07", 5), Bar("08", "08", 0))
    drawn = chart(Chart("chart", "by hour", bars), 12, 6, PEN)
    assert [shown(row, 12).rstrip() for row in drawn[1:-1]] == ["10", "███ 5", "███ ▄▄▄", "███ ███"]


def the_night_of_the_clocks() -> Figures:
    """Oslo, 24 October 2026, 22:00 to 06:00: there are two hours that begin at two. It is half past five."""
    begins = 1_792_872_000_000_000
    shift = Shift("night", begins, begins + 9 * kpi.HOUR_US)
    at = begins + 8 * kpi.HOUR_US + 6 * kpi.SLOT_US
    work = [Work((begins + hour * kpi.HOUR_US) // kpi.SLOT_US, "received", "", "", hour + 1) for hour in range(8)]
    hour = Moment(at, begins + 8 * kpi.HOUR_US, shift)
    return kpi.figures(Rows(work=work), Of(scope="station", site="oslo"), hour, Supervision(timezone="Europe/Oslo"))


def test_hours_are_those_on_the_sites_walls_also_where_one_is_there_twice() -> None:
    shown = sections(Told(the_night_of_the_clocks(), speaker("en")))["chart"]
    assert isinstance(shown, Chart)
    assert [bar.label for bar in shown.bars] == ["22", "23", "00", "01", "02", "02", "03", "04", "05"]
    assert [bar.count for bar in shown.bars] == [1, 2, 3, 4, 5, 6, 7, 8, 0]
    assert len({bar.id for bar in shown.bars}) == 9, "the cursor would not get past the second"


def test_what_is_behind_an_hour_has_the_times_of_that_hour() -> None:
    figures = the_night_of_the_clocks()
    found = Subject(kind="parcel", id="P1", at=figures.at - 8 * kpi.HOUR_US, text="")
    (line,) = subjects((found,), "RECEIVED", Told(figures, speaker("en"))).lines
    assert line.cells[0].text == "22:30:00"


def test_a_timezone_that_nobody_here_knows_is_this_machines() -> None:
    assert clock(sample.NOON, timezone="Mars/Olympus") == clock(sample.NOON)
    assert clock(sample.NOON, timezone="../../etc/passwd") == clock(sample.NOON)
    assert clock(1_792_872_000_000_000, timezone="Asia/Kolkata") == "01:30"


def test_several_troubles_of_one_kind_and_subject_are_several_places_for_the_cursor() -> None:
    troubles = tuple(
        Trouble(kind="quarantine", subject_kind="station", subject="dock-1", since=sample.AT, task=f"t{number}")
        for number in range(3)
    )
    shown = sections(Told(altered(sample.BUSY, troubles=troubles), speaker("en")))["troubles"]
    assert isinstance(shown, Table)
    assert len({line.id for line in shown.lines}) == 3


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (-5, "0 s"),
        (59 * SECOND, "59 s"),
        (61 * SECOND, "1 min"),
        (3660 * SECOND, "1 h 01"),
        (90_000 * SECOND, "1 d 01 h"),
    ],
)
def test_an_age_is_short(microseconds: int, text: str) -> None:
    assert age(microseconds) == text


def test_amounts_and_shares_are_short() -> None:
    assert (amount(123_456_789), amount(49), amount(-120_000)) == ("1 234 568", "0", "-1 200")
    assert (kappa(0.604), kappa(None)) == ("0.60", "-")
    assert (percent(0.619), percent(1.0), percent(0.0)) == ("62 %", "100 %", "0 %")


def test_the_cursor_stays_in_its_place_when_what_it_stood_on_is_gone() -> None:
    there = [Spot(0, y, 3, (str(y),), None) for y in range(5)]
    assert standing(there, ("3",)) == there[3]
    assert standing(there[:2], ("3",), 3) == there[1]
    assert standing([], ("3",), 3) is None
    assert step(there, there[0], "up") == there[0]
    assert step(there, there[0], "right") == there[0]
    assert leap(there, there[0], 100) == there[4]
    assert leap(there, there[4], 100) == there[4]
    assert Mark() == Mark()


@given(rows=st.integers(1, 60), height=st.integers(1, 30), top=st.integers(0, 60), data=st.data())
def test_what_the_cursor_stands_on_is_in_sight(rows: int, height: int, top: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, rows - 1))
    last = data.draw(st.integers(first, rows - 1))
    found = window(rows, (first, last), height, top)
    assert 0 <= found <= max(0, rows - height)
    assert found <= first < found + height
    if last - first < height:
        assert last < found + height


def test_a_form_asks_for_no_more_than_the_deed_needs() -> None:
    plain = Asking(Doable(Approve("RLU1"), noted=False))
    assert (plain.step, plain.needs_note, plain.done("")) == (Step.NOTE, False, Approve("RLU1"))
    held = Asking(Doable(Hold("RLU1", "")))
    assert held.needs_note, "without reasons to choose from it has to be said in words"
    assert held.done("  ") is None
    assert held.done(" why \t") == Hold("RLU1", "", "why")
