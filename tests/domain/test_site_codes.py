"""The site's own codes: what we print is what we read, and a slip of the finger is noticed."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain import site_codes

bodies = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=20)
kinds = st.sampled_from(site_codes.KINDS)


def test_a_published_example_of_mod_37_36_has_its_check_character() -> None:
    assert site_codes.check_character("A12425GABC1234002") == "M"


@given(kinds, bodies)
def test_every_code_we_make_is_read_back(kind: str, body: str) -> None:
    text = site_codes.make(kind, body)
    assert site_codes.parse(text) == site_codes.SiteCode(kind, body, text)


@given(kinds, bodies, st.data())
def test_one_wrong_character_is_noticed(kind: str, body: str, data: st.DataObject) -> None:
    text = site_codes.make(kind, body)
    place = data.draw(st.integers(3, len(text) - 1))
    other = data.draw(st.sampled_from(sorted({*string.ascii_uppercase, *string.digits} - {text[place]})))
    assert site_codes.parse(text[:place] + other + text[place + 1 :]) is None


def test_nearly_every_swap_of_two_neighbours_is_noticed() -> None:
    plates = [site_codes.plate(site_codes.UNIT_PLATE, "D01", counter) for counter in range(0, 10_000_000, 33_331)]
    swapped = [
        plate[:place] + plate[place + 1] + plate[place] + plate[place + 2 :]
        for plate in plates
        for place in range(3, len(plate) - 1)
        if plate[place] != plate[place + 1]
    ]
    missed = [text for text in swapped if site_codes.parse(text) is not None]
    assert len(missed) < len(swapped) * 0.01


@pytest.mark.parametrize("body", ["", "a", "TOTE-1", "Ü", "A" * 21, "A B"])
def test_a_body_that_no_label_could_carry_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="body"):
        site_codes.make(site_codes.CONTAINER, body)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        site_codes.make("Z", "OK")


@pytest.mark.parametrize("text", ["", "RL", "RLP", "RLP1", "rlkok7", "RR123456785GB", "RL123456785US", "RLK\nOK7"])
def test_what_is_no_code_of_ours_is_none(text: str) -> None:
    assert site_codes.parse(text) is None


def test_a_plate_is_station_prefix_and_seven_digits() -> None:
    plate = site_codes.parse(site_codes.plate(site_codes.UNIT_PLATE, "D01", 42))
    assert plate is not None
    assert (plate.kind, plate.body) == ("U", "D010000042")


@pytest.mark.parametrize(("prefix", "counter"), [("D1", 1), ("d01", 1), ("D01", -1), ("D01", 10_000_000)])
def test_a_plate_that_would_not_be_unique_is_refused(prefix: str, counter: int) -> None:
    with pytest.raises(ValueError, match="no plate"):
        site_codes.plate(site_codes.PARCEL_PLATE, prefix, counter)
