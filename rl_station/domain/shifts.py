"""Which shift is on, by the clocks on the site's walls: over midnight, and through the nights when they are changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rl_station.domain.kpi import HOUR_US, Moment, Shift, ShiftTime, Supervision

_US = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE_US = HOUR_US // 60


def moment(at: int, supervision: Supervision) -> Moment:
    """What `at` (microseconds since 1970 UTC) is on the site: its hour and its shift.

    Raises zoneinfo.ZoneInfoNotFoundError for a timezone that this machine does not know.
    """
    zone = ZoneInfo(supervision.timezone)
    minutes = _local(at, zone).minute
    return Moment(at, (at // _MINUTE_US - minutes) * _MINUTE_US, shift_at(at, supervision))


def shift_at(at: int, supervision: Supervision) -> Shift:
    """The shift that is on; where two overlap, the one that began last.

    Between two shifts a nameless one lasts from the end of the one to the beginning of the other, and without any it is the day.
    """
    zone = ZoneInfo(supervision.timezone)
    today = _local(at, zone).date()
    shifts = list(_around(today, zone, supervision.shifts or (ShiftTime("", 0, 0),)))
    running = [shift for shift in shifts if shift.begins <= at < shift.ends]
    if running:
        return max(running, key=lambda shift: shift.begins)
    return Shift(
        "",
        max(shift.ends for shift in shifts if shift.ends <= at),
        min(shift.begins for shift in shifts if shift.begins > at),
    )


def _around(today: date, zone: ZoneInfo, times: tuple[ShiftTime, ...]) -> Iterator[Shift]:
    """The shifts that begin within two days: a calendar may have skipped yesterday, as Samoa's did in 2011."""
    for days in range(-2, 3):
        day = today + timedelta(days=days)
        for time in times:
            ends = day + timedelta(days=1) if time.ends <= time.begins else day
            yield Shift(time.name, _at(day, time.begins, zone), _at(ends, time.ends, zone))


def _local(at: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def _at(day: date, minutes: int, zone: ZoneInfo) -> int:
    """A time on the wall. One that is there twice is the first; one that is skipped is as much later as was skipped."""
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    return (wall.astimezone(UTC) - _EPOCH) // _US
