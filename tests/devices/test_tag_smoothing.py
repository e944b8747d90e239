"""Thousands of reads become a few observations, and the same reads the same ones."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract import TagRead
from rl_station.devices.tag_smoothing import LATENESS_US, Change, Place, Smoother, TagChange, Zone

SECOND = 1_000_000
START = 1_700_000_000 * SECOND
BENCH = Zone("bench")
NEXT = Zone("next bench", min_reads=3, gone_after_us=2 * SECOND)
PLACES = {
    ("portal", 1): Place(BENCH, -6500),
    ("portal", 2): Place(BENCH, -6500),
    ("portal", 3): Place(NEXT),
    ("other", 0): Place(NEXT),
}
LONG = 3600 * SECOND


def read(  # noqa: PLR0913 - by keyword, and each is what a reader reports
    at: float, epc: str = "AA", *, antenna: int = 1, rssi: int | None = -5000, count: int = 1, device: str = "portal"
) -> TagRead:
    """A read `at` so many seconds after the start."""
    return TagRead(device, epc, antenna, rssi, START + round(at * SECOND), 0, count)


def changes(reads: Sequence[TagRead], until: float | None = None) -> list[TagChange]:
    smoother = Smoother(PLACES)
    smoother.advance(START)
    smoother.add(reads)
    end = START + LONG if until is None else START + round(until * SECOND) + LATENESS_US
    return list(smoother.advance(end))


def said(found: Sequence[TagChange]) -> list[tuple[str, str, float]]:
    return [(str(each.change), each.zone, (each.at - START) / SECOND) for each in found]


def test_a_tag_appears_with_its_second_read_and_is_gone_after_three_seconds_of_silence() -> None:
    assert said(changes([read(1), read(1.2), read(2)])) == [("appeared", "bench", 1.2), ("gone", "bench", 5)]


def test_one_read_is_a_glimpse_and_no_tag() -> None:
    assert changes([read(1), read(10), read(20)]) == []


def test_a_report_that_counts_several_reads_is_enough() -> None:
    assert said(changes([read(1, count=2)], until=2)) == [("appeared", "bench", 1)]


def test_a_tag_below_the_floor_of_the_antenna_is_on_the_next_bench() -> None:
    assert changes([read(each / 10, rssi=-6501) for each in range(100)]) == []


def test_an_antenna_without_a_place_does_not_count() -> None:
    assert changes([read(1, antenna=9), read(2, antenna=9)]) == []


def test_a_reader_as_a_whole_can_have_a_place() -> None:
    found = changes([read(each, device="other", antenna=7) for each in (1, 2, 3)], until=3)
    assert said(found) == [("appeared", "next bench", 3)]


def test_two_antennas_of_one_bench_are_one_zone() -> None:
    reads = [read(each / 4, antenna=1 + each % 2, rssi=-4000 - 2000 * (each % 2)) for each in range(40)]
    assert [each.change for each in changes(reads)] == [Change.APPEARED, Change.GONE]


def test_a_tag_that_is_carried_over_moves_once() -> None:
    here = [read(each / 10, rssi=-4500) for each in range(20)]
    there = [read(2 + each / 10, antenna=3, rssi=-4500) for each in range(40)]
    found = changes([*here, *there], until=6)
    assert [(each.change, each.zone, each.previous) for each in found] == [
        (Change.APPEARED, "bench", ""),
        (Change.MOVED, "next bench", "bench"),
    ]


def test_a_much_stronger_antenna_wins_at_once_with_its_second_read() -> None:
    here = [read(each / 10, rssi=-6000) for each in range(20)]
    there = [read(1.91, antenna=3, rssi=-4000), read(1.95, antenna=3, rssi=-4000)]
    assert said(changes([*here, *there], until=1.96))[1:] == [("moved", "next bench", 1.95)]


def test_an_echo_at_the_old_place_does_not_bring_it_back() -> None:
    here = [read(each / 10, rssi=-3500) for each in range(30)]
    there = [read(3 + each / 10, antenna=3, rssi=-5000) for each in range(60)]
    echoes = [read(6.5 + each / 2, rssi=-5200) for each in range(5)]
    assert [each.change for each in changes([*here, *there, *echoes], until=9)] == [Change.APPEARED, Change.MOVED]


@given(st.lists(st.tuples(st.integers(-250, 250), st.integers(-250, 250)), min_size=20, max_size=60))
def test_a_tag_between_two_benches_stays_where_it_appeared(noise: list[tuple[int, int]]) -> None:
    """Equal strengths, give or take 2.5 dB, both read five times a second."""
    reads = [
        read(place / 5 + antenna / 20, antenna=antenna, rssi=-5000 + each)
        for place, pair in enumerate(noise)
        for antenna, each in zip((1, 3), pair, strict=True)
    ]
    found = changes(reads, until=len(noise) / 5)
    assert [each.change for each in found] == [Change.APPEARED]


@given(st.lists(st.floats(0.01, 2.9), min_size=1, max_size=50))
def test_pauses_shorter_than_the_patience_are_no_departure(pauses: list[float]) -> None:
    at, reads = 0.5, [read(0.4), read(0.5)]
    for pause in pauses:
        at += pause
        reads.append(read(at))
    assert [each.change for each in changes(reads)] == [Change.APPEARED, Change.GONE]


READS = st.lists(
    st.builds(
        read,
        st.integers(1, 40_000).map(lambda millis: millis / 1000),
        st.sampled_from(["AA", "BB", "CC"]),
        antenna=st.sampled_from([1, 2, 3, 9]),
        rssi=st.one_of(st.none(), st.integers(-8000, -3000)),
        count=st.integers(1, 3),
        device=st.sampled_from(["portal", "portal", "other"]),
    ),
    max_size=120,
)


@given(READS, st.randoms(use_true_random=False))
def test_the_order_of_the_same_reads_does_not_matter(reads: list[TagRead], random: object) -> None:
    shuffled = list(reads)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert changes(shuffled) == changes(reads)


@given(READS, st.lists(st.integers(1, 5000), min_size=1, max_size=30), st.integers(0, LATENESS_US - 1))
def test_how_often_the_clock_is_looked_at_does_not_matter(reads: list[TagRead], steps: list[int], delay: int) -> None:
    """Each read arrives some time after its stamp, always within the time that reads are kept back."""
    smoother = Smoother(PLACES)
    smoother.advance(START)
    found: list[TagChange] = []
    left = sorted(reads, key=lambda each: each.seen_us)
    now = START
    for step in [*steps * 10, 10_000_000]:
        now += step * 1000
        smoother.add([each for each in left if each.seen_us + delay <= now])
        left = [each for each in left if each.seen_us + delay > now]
        # The station looks at its clock at least once in every tick; what arrives is added within that tick.
        found += smoother.advance(min(now, left[0].seen_us + delay) if left else now)
    found += smoother.advance(now + LONG)
    assert sorted(found, key=repr) == sorted(changes(reads), key=repr)


@given(READS)
def test_every_tag_that_appeared_is_gone_once_and_never_appears_twice_in_between(reads: list[TagRead]) -> None:
    for epc in ("AA", "BB", "CC"):
        present, zone, at = False, "", 0
        for each in changes(reads):
            if each.epc != epc:
                continue
            assert each.at >= at
            assert (each.change is Change.APPEARED) is not present
            if each.change is Change.APPEARED:
                present = True
            elif each.change is Change.MOVED:
                assert each.previous == zone != each.zone
            else:
                assert each.zone == zone
                present = False
            zone, at = each.zone, each.at
        assert not present


@given(READS, READS)
@settings(max_examples=30 if settings.default.max_examples >= 100 else 15)
def test_one_tags_story_does_not_depend_on_the_others(reads: list[TagRead], more: list[TagRead]) -> None:
    alone = [each for each in reads if each.epc == "AA"]
    others = [each for each in more if each.epc != "AA"]
    assert [each for each in changes([*alone, *others]) if each.epc == "AA"] == changes(alone)


def test_reads_that_a_reader_kept_for_an_hour_are_no_news() -> None:
    smoother = Smoother(PLACES)
    smoother.advance(START + LONG)
    smoother.add([read(each / 100) for each in range(66_000)])
    assert smoother.advance(START + LONG + SECOND) == ()
    assert smoother.late == 66_000
    assert not smoother.busy


def test_a_clock_that_is_set_back_does_not_make_the_station_blind() -> None:
    smoother = Smoother(PLACES)
    smoother.add([read(0), read(0.1)])
    assert [each.change for each in smoother.advance(START + SECOND)] == [Change.APPEARED]
    hour_ago = -LONG / SECOND
    assert [each.change for each in smoother.advance(START - LONG)] == [Change.GONE]
    smoother.add([read(hour_ago + 1), read(hour_ago + 1.1)])
    assert [each.change for each in smoother.advance(START - LONG + 2 * SECOND)] == [Change.APPEARED]


def test_a_reader_whose_clock_is_ahead_is_heard_now() -> None:
    smoother = Smoother(PLACES)
    smoother.advance(START)
    smoother.add([read(9999), read(9999.5)])
    assert [(each.change, each.at) for each in smoother.advance(START + SECOND)] == [
        (Change.APPEARED, START + SECOND - LATENESS_US)
    ]


@pytest.mark.parametrize("rssi", [None, -5000])
def test_a_tag_without_a_strength_moves_by_time_alone(rssi: int | None) -> None:
    here = [read(0.1), read(0.2)]
    there = [read(1 + each / 10, antenna=3, rssi=rssi) for each in range(10)]
    assert Change.MOVED in [each.change for each in changes([*here, *there], until=2)]
