"""A reader's clock against ours."""

from __future__ import annotations

from drivers.rfid.llrp.clock import ReaderClock

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
