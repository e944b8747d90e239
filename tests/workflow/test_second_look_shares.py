"""Which units are graded again: a share of them, the same ones everywhere, and nobody's guess."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from world import unit_plate

from rl_station.domain.second_look import WHOLE, SecondLookShares, chosen, place

PLATES = [unit_plate(number) for number in range(4000)]
PLACES = {"RLUD010000000P": 691, "RLUD010000001N": 572, "RLUD010000002L": 347}
"""By `sha256sum`: the first 64 bits, modulo 1000."""
shares = st.integers(0, WHOLE)


def count(share: int, plates: list[str]) -> int:
    return sum(chosen(plate, "ada", "F3", "C4", SecondLookShares(share=share)) for plate in plates)


def test_about_so_many_of_a_thousand_are_chosen_and_they_do_not_come_in_a_row() -> None:
    assert 150 < count(50, PLATES) < 250
    assert all(20 < count(50, PLATES[start : start + 1000]) < 80 for start in range(0, 4000, 1000))


def test_none_and_all_are_what_they_say() -> None:
    assert count(0, PLATES) == 0
    assert count(WHOLE, PLATES) == len(PLATES)


def test_the_choice_is_the_same_at_every_station_and_in_every_release() -> None:
    assert {plate: place(plate) for plate in PLATES[:3]} == PLACES


@given(st.sampled_from(PLATES), shares, shares)
def test_what_is_chosen_of_few_is_chosen_of_more(plate: str, one: int, other: int) -> None:
    few, more = sorted((one, other))
    values = [chosen(plate, "ada", "F3", "C4", SecondLookShares(share=share)) for share in (few, more)]
    assert values[0] <= values[1]


def test_an_inspectors_own_share_stands_in_place_of_the_default_even_where_it_is_smaller() -> None:
    trusted = SecondLookShares(share=200, operators=(("ada", 0), ("new", 500)))
    assert [trusted.of(who, "F3", "C4") for who in ("ada", "new", "other")] == [0, 500, 200]


def test_of_an_inspector_and_a_grade_the_larger_share_counts() -> None:
    said = SecondLookShares(share=10, operators=(("ada", 50),), grades=(("F6", 300), ("C1", 20)))
    assert said.of("ada", "F6", "C9") == 300
    assert said.of("ada", "F3", "C1") == 50
    assert said.of("other", "F3", "C1") == 20
