"""Whose number is it: every known number answered right, and the number people know taken out of what the label holds."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.carriers import MAX_LENGTH, CarrierFormat, CarrierTable, CheckRule, identify
from rl_station.settings.carrier_settings import load_carriers

ROOT = Path(__file__).parents[2]
TABLE = load_carriers(ROOT / "config" / "carriers.toml")


class Row(NamedTuple):
    number: str
    courier: str
    format: str
    validity: str


with (ROOT / "tests" / "data" / "tracking_numbers.csv").open(encoding="utf-8", newline="") as file:
    ROWS = [Row(**row) for row in csv.DictReader(file)]

VALID = {(row.number, row.courier) for row in ROWS if row.validity == "valid"}


def test_all_the_rows_are_here() -> None:
    assert len(ROWS) == 130
    assert len({row.courier for row in ROWS}) == 18


@pytest.mark.parametrize("row", [row for row in ROWS if row.validity == "valid"], ids=lambda row: row.number)
def test_the_courier_of_a_valid_number_is_among_the_candidates(row: Row) -> None:
    assert row.courier in [candidate.courier for candidate in identify(TABLE, row.number)]


@pytest.mark.parametrize("row", [row for row in ROWS if row.validity == "invalid"], ids=lambda row: row.number)
def test_an_invalid_number_has_no_candidate_of_that_courier(row: Row) -> None:
    candidates = [candidate for candidate in identify(TABLE, row.number) if candidate.courier == row.courier]
    if (row.number, row.courier) in VALID:
        # Wrong in this format, right in another one of the same courier: two rows say so.
        candidates = [candidate for candidate in candidates if candidate.format == row.format]
    assert candidates == []


@pytest.mark.parametrize(
    ("scan", "courier", "number"),
    [
        ("420941179261290336128704062441", "usps", "9261290336128704062441"),
        ("42094117\x1d9261290336128704062441", "usps", "9261290336128704062441"),
        ("4201028200009261290113185417468510", "usps", "9261290113185417468510"),
        ("420221539101026837331000039521", "usps", "9101026837331000039521"),
        ("1001901781990001000300617767839437", "fedex", "617767839437"),
        ("9622001900000000000000776632517510", "fedex", "776632517510"),
        ("32971510360102447848540980802018", "fedex", "784854098080"),
        ("9611020987654312345672", "fedex", "987654312345672"),
        ("JJD0002257639032011", "yodel", "JD0002257639032011"),
        ("JJD014600003612345678", "dhl", "JD014600003612345678"),
        ("008182709980000020033350276C", "dpd", "09980000020033"),
        ("1Z5R89390357567127", "ups", "1Z5R89390357567127"),
        ("0414 4176 0228 964", "fedex", "041441760228964"),
    ],
)
def test_the_canonical_number_is_what_a_return_is_announced_under(scan: str, courier: str, number: str) -> None:
    found = next(candidate for candidate in identify(TABLE, scan) if candidate.courier == courier)
    assert found.number == number
    assert found.lookup_keys[0] == number
    assert scan.replace(" ", "").replace("\x1d", "") in found.lookup_keys


def test_a_prefix_of_one_carrier_ranks_before_bare_digits() -> None:
    candidates = identify(TABLE, "96110209876543" + "12345672")
    assert candidates[0].courier == "fedex"
    assert [candidate.courier for candidate in identify(TABLE, "60120172242323")][-1] == "dhl"


def test_a_number_with_two_owners_has_both() -> None:
    couriers = [candidate.courier for candidate in identify(TABLE, "9261290336128704062441")]
    assert couriers == ["usps", "fedex"]


@pytest.mark.parametrize(
    "text", ["", " ", "1", "1Z5R8939035756712\n7", "\u0661" * 12, "1" * (MAX_LENGTH + 1), " " * 8192]
)
def test_what_no_carrier_writes_has_no_candidate(text: str) -> None:
    assert identify(TABLE, text) == ()


@given(st.text(max_size=80) | st.text("0123456789", max_size=40) | st.text("0123456789JDGMZTBACKRUSPLX -", max_size=40))
def test_no_text_makes_the_table_raise(text: str) -> None:
    for candidate in identify(TABLE, text):
        assert candidate.lookup_keys[0] == candidate.number


@given(st.sampled_from(["mod7", "luhn", "s10", "mod37_36", "weighted_mod10"]), st.text(min_size=2, max_size=20))
def test_a_format_that_checks_what_it_cannot_count_fits_nothing(algorithm: str, text: str) -> None:
    rule = CheckRule(algorithm, (3, 1))
    table = CarrierTable((CarrierFormat("any", "any", "(?s)(?P<serial>.*)(?P<check>.)", rule),))
    for candidate in identify(table, text):
        assert candidate.number.isascii()
