"""A reader's clock against ours."""

from __future__ import annotations

import pytest

from drivers.rfid.llrp.clock import ReaderClock
from drivers.rfid.llrp.messages import Notification, TagData
from drivers.rfid.llrp.readings import Readings

NOW = 1_800_000_000_000_000
SECOND = 1_000_000


def test_without_a_greeting_the_first_report_is_taken_for_fresh() -> None:
    clock = ReaderClock()
    assert 77 + clock.saw(77, NOW) == NOW


def test_what_was_kept_while_the_network_was_away_keeps_its_time() -> None:
    clock = ReaderClock()
    clock.anchor(1000 * SECOND, NOW)
    assert 400 * SECOND + clock.saw(400 * SECOND, NOW + SECOND) == NOW - 600 * SECOND
    assert 1001 * SECOND + clock.saw(1001 * SECOND, NOW + 2 * SECOND) == NOW + SECOND


def test_a_time_from_the_future_means_that_the_clock_was_put_forward() -> None:
    clock = ReaderClock()
    clock.anchor(0, NOW)
    ahead = 90 * SECOND
    assert ahead + clock.saw(ahead, NOW + SECOND) == NOW + SECOND


def test_a_clock_that_was_put_back_is_believed_after_half_a_minute() -> None:
    clock = ReaderClock()
    clock.anchor(10_000 * SECOND, NOW)
    clock.saw(10_000 * SECOND, NOW)
    for second in range(31):
        clock.saw((5000 + second) * SECOND, NOW + second * SECOND)
    assert 5032 * SECOND + clock.saw(5032 * SECOND, NOW + 32 * SECOND) == NOW + 32 * SECOND


def test_old_reports_among_fresh_ones_do_not_put_the_clock_back() -> None:
    clock = ReaderClock()
    clock.anchor(10_000 * SECOND, NOW)
    for second in range(120):
        fresh, old = (10_000 + second) * SECOND, (5000 + second) * SECOND
        now = NOW + second * SECOND
        assert fresh + clock.saw(fresh, now) == now
        assert old + clock.saw(old, now) == now - 5000 * SECOND


@pytest.mark.parametrize("drift_us", [-50, 50])
def test_a_clock_that_goes_too_slow_or_fast_is_followed_all_day(drift_us: int) -> None:
    """50 us a second, as quartz does, would be 1.4 s after a shift, and every read too late to count."""
    clock = ReaderClock()
    clock.anchor(0, NOW)
    for second in range(1, 8 * 3600):
        theirs, now = second * (SECOND + drift_us), NOW + second * SECOND
        assert abs(theirs + clock.saw(theirs, now) - now) < 50_000


def test_after_a_night_without_tags_the_first_one_counts_as_seen_now() -> None:
    clock = ReaderClock()
    clock.anchor(0, NOW)
    night = 12 * 3600
    theirs, now = night * (SECOND - 50), NOW + night * SECOND
    assert abs(theirs + clock.saw(theirs, now) - now) < 50_000


def test_a_clock_that_was_put_back_by_two_seconds_is_believed_too() -> None:
    clock = ReaderClock()
    clock.anchor(0, NOW)
    assert clock.saw(0, NOW) == NOW
    for second in range(1, 40):
        theirs = (second - 2) * SECOND
        seen = theirs + clock.saw(theirs, NOW + second * SECOND)
    assert seen == NOW + 39 * SECOND


def test_a_long_queue_keeps_its_times_however_long_its_sending_takes() -> None:
    """Ten minutes of it, sent within two while more comes in."""
    clock = ReaderClock()
    clock.anchor(600 * SECOND, NOW)
    for second in range(120):
        theirs = second * 6 * SECOND
        assert theirs + clock.saw(theirs, NOW + second * SECOND) == NOW + theirs - 600 * SECOND


def test_a_queue_whose_sending_rests_for_a_while_keeps_its_times() -> None:
    clock = ReaderClock()
    clock.anchor(600 * SECOND, NOW)
    for step in range(60):
        theirs, rest = step * 6 * SECOND, 40 * SECOND if step > 20 else 0
        assert theirs + clock.saw(theirs, NOW + step * SECOND + rest) == NOW + theirs - 600 * SECOND


def test_a_clock_that_was_put_back_is_believed_although_a_tag_comes_only_once_a_minute() -> None:
    clock = ReaderClock()
    clock.anchor(0, NOW)
    for minute in range(1, 3):
        theirs = (minute * 60 - 300) * SECOND
        seen = theirs + clock.saw(theirs, NOW + minute * 60 * SECOND)
    assert seen == NOW + 120 * SECOND


def test_setting_the_clock_of_the_station_leaves_tags_where_they_are_seen_now() -> None:
    """Forward by an hour, as after a start without a network: what is seen now must not seem an hour old from then on."""
    readings = Readings("portal")
    readings.anchor(Notification((), utc=5 * SECOND), 1_000_000)
    tag = TagData("AA" * 12, antenna=1, times=1)
    (before,) = readings.reads([tag._replace(seen_utc=6 * SECOND)], NOW, 1_001_000_000)
    assert before.seen_us == NOW
    (after,) = readings.reads([tag._replace(seen_utc=7 * SECOND)], NOW + 3601 * SECOND, 2_001_000_000)
    assert after.seen_us == NOW + 3601 * SECOND
