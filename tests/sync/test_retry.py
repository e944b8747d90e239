"""How long a station waits, and how much it sends at once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rl_station.domain.sync_wire import MOST_EVENTS
from rl_station.sync.batches import FIRST_EVENTS, LEAST_BYTES, LEAST_EVENTS, MOST_BATCH_BYTES, Batches
from rl_station.sync.retry import LONGEST_ASKED, SECOND, Backoff, retry_after

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "-7"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "²"}, 0),
        ({"retry-after": "9" * 400}, 3600),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": DATE}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Mon, 22 Nov 2027 10:00:00 GMT", "date": DATE}, 3600),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 -0000", "date": DATE}, 30),
    ],
)
def test_retry_after_is_understood_in_both_forms_and_bounded(headers: dict[str, str], seconds: int) -> None:
    assert retry_after(headers) == seconds * SECOND


_DATES = some.from_regex(
    r"\A[A-Z][a-z]{2}, [0-9]{1,25} (Jan|Nov|Dec) [0-9]{1,25} [0-9]{1,9}:[0-9]{2}:[0-9]{2} ([+-][0-9]{1,25}|GMT)\Z"
)


@given(some.text() | _DATES, some.text() | _DATES)
def test_no_header_breaks_it(asked: str, date: str) -> None:
    assert 0 <= retry_after({"retry-after": asked, "date": date}) <= LONGEST_ASKED


def test_stations_that_failed_together_do_not_come_back_together() -> None:
    waits = {Backoff(random.Random(seed)).failed().us for seed in range(50)}  # noqa: S311  # the same in every run
    assert len(waits) > 40


def test_success_forgets_the_failures() -> None:
    backoff = Backoff(random.Random(1))  # noqa: S311  # the same in every run
    for _ in range(40):
        backoff.failed()
    backoff.worked()
    assert backoff.failed().us <= SECOND // 2


def test_batches_grow_on_a_quick_line_and_shrink_on_a_slow_one() -> None:
    batches = Batches()
    for _ in range(10):
        batches.stored(0, SECOND // 10, more=True)
    assert batches.most_events(0) == MOST_EVENTS
    for _ in range(20):
        batches.stored(0, 5 * SECOND, more=True)
    assert batches.most_events(0) == LEAST_EVENTS


def test_a_push_that_was_not_full_says_nothing_about_the_line() -> None:
    batches = Batches()
    for _ in range(10):
        batches.stored(0, 1, more=False)
    assert batches.most_events(0) == FIRST_EVENTS


def test_a_limit_is_tried_again_after_a_while() -> None:
    batches = Batches()
    batches.too_large(10_000, 10_000, 0)
    assert batches.most_bytes == 5000
    for _ in range(2000):
        batches.stored(0, SECOND, more=True)
    assert batches.most_bytes == MOST_BATCH_BYTES


@given(some.integers(0, 10**8), some.integers(0, 10**8), some.integers(0, 10**8))
def test_a_limit_always_leads_to_less_and_never_to_nothing(size: int, wire: int, limit: int) -> None:
    batches = Batches()
    batches.too_large(size, wire, limit)
    assert LEAST_BYTES <= batches.most_bytes <= max(LEAST_BYTES, size)
