"""Which shift is on: over midnight, between shifts, and in the nights when the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.kpi import HOUR_US, Shift, ShiftTime, Supervision
from rl_station.domain.shifts import moment, shift_at

EARLY, LATE, NIGHT = ShiftTime("early", 360, 840), ShiftTime("late", 840, 1320), ShiftTime("night", 1320, 360)
OSLO = Supervision(timezone="Europe/Oslo", shifts=(EARLY, LATE, NIGHT))


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def span(shift: Shift) -> tuple[str, str, str]:
    begins, ends = (datetime.fromtimestamp(at / 1e6, UTC).strftime("%d %H:%M") for at in (shift.begins, shift.ends))
    return shift.name, begins, ends


@pytest.mark.parametrize(
    ("at", "shift"),
    [
        ("2026-11-21 05:00", ("early", "21 05:00", "21 13:00")),
        ("2026-11-21 12:59:59", ("early", "21 05:00", "21 13:00")),
        ("2026-11-21 13:00", ("late", "21 13:00", "21 21:00")),
        ("2026-11-21 22:30", ("night", "21 21:00", "22 05:00")),
        ("2026-11-21 23:30", ("night", "21 21:00", "22 05:00")),
        ("2026-11-21 04:59:59", ("night", "20 21:00", "21 05:00")),
    ],
)
def test_a_shift_is_on_by_the_clocks_on_the_wall(at: str, shift: tuple[str, str, str]) -> None:
    assert span(shift_at(utc(at), OSLO)) == shift


def test_the_night_in_which_the_clocks_go_back_is_nine_hours_long() -> None:
    found = shift_at(utc("2026-10-25 01:30"), OSLO)
    assert span(found) == ("night", "24 20:00", "25 05:00")
    assert found.ends - found.begins == 9 * HOUR_US


def test_the_night_in_which_they_go_forward_is_seven() -> None:
    found = shift_at(utc("2026-03-29 01:30"), OSLO)
    assert span(found) == ("night", "28 21:00", "29 04:00")
    assert found.ends - found.begins == 7 * HOUR_US


def test_a_shift_that_begins_at_a_time_that_is_skipped_begins_when_the_clocks_have_moved() -> None:
    odd = Supervision(timezone="Europe/Oslo", shifts=(ShiftTime("odd", 150, 600),))
    assert span(shift_at(utc("2026-03-29 02:00"), odd)) == ("odd", "29 01:30", "29 08:00")


def test_between_two_shifts_nobody_is_on() -> None:
    day = Supervision(timezone="Europe/Oslo", shifts=(ShiftTime("day", 480, 960),))
    assert span(shift_at(utc("2026-11-21 16:00"), day)) == ("", "21 15:00", "22 07:00")
    assert span(shift_at(utc("2026-11-21 02:00"), day)) == ("", "20 15:00", "21 07:00")


def test_of_two_shifts_that_overlap_the_newer_is_on() -> None:
    both = Supervision(shifts=(ShiftTime("first", 360, 870), ShiftTime("second", 840, 1320)))
    assert shift_at(utc("2026-11-21 14:15"), both).name == "second"


def test_a_site_without_shifts_counts_by_its_day() -> None:
    assert span(shift_at(utc("2026-11-21 23:30"), Supervision(timezone="Europe/Oslo"))) == ("", "21 23:00", "22 23:00")


def test_a_shift_round_the_clock_begins_anew_every_day() -> None:
    whole = Supervision(shifts=(ShiftTime("all", 360, 360),))
    assert span(shift_at(utc("2026-11-21 05:59"), whole)) == ("all", "20 06:00", "21 06:00")


def test_the_hour_begins_where_the_clocks_on_the_wall_say_so() -> None:
    kolkata = Supervision(timezone="Asia/Kolkata")
    assert moment(utc("2026-11-21 06:10"), kolkata).hour == utc("2026-11-21 05:30")
    assert moment(utc("2026-11-21 06:40"), kolkata).hour == utc("2026-11-21 06:30")


def test_after_a_day_that_the_calendar_skipped_the_shift_before_it_is_over() -> None:
    """Samoa had no 30 December 2011: at midnight the shift of the 29th is still on, until the 31st 00:05 there."""
    apia = Supervision(timezone="Pacific/Apia", shifts=(ShiftTime("all", 5, 5),))
    assert span(shift_at(utc("2011-12-30 10:00"), apia)) == ("all", "29 10:05", "30 10:05")


TIMES = st.integers(0, 287).map(lambda slot: slot * 5)
SITES = st.builds(
    Supervision,
    timezone=st.sampled_from(["UTC", "Europe/Oslo", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
    shifts=st.lists(st.builds(ShiftTime, st.just("x"), TIMES, TIMES), max_size=3).map(tuple),
)


@given(SITES, st.datetimes(datetime(2011, 12, 1), datetime(2030, 1, 1)))
def test_at_any_time_of_any_site_something_is_on_and_the_time_is_in_it(site: Supervision, when: datetime) -> None:
    at = utc(when.isoformat())
    found = moment(at, site)
    assert found.shift.begins <= at < found.shift.ends
    assert found.shift.ends - found.shift.begins <= timedelta(days=2) // timedelta(microseconds=1)
    assert 0 <= at - found.hour < HOUR_US
    wall = datetime.fromtimestamp(found.hour / 1e6, UTC).astimezone(ZoneInfo(site.timezone))
    assert (wall.minute, wall.second) == (0, 0) or site.timezone == "Australia/Lord_Howe"
