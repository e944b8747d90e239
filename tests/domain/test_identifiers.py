"""Identifiers are canonical, so that two spellings of one thing compare equal."""

from __future__ import annotations

import pytest
from biip.upc import Upc
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain import check_digits, identifiers, site_codes


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("96385074", "00000096385074"),
        ("614141123452", "00614141123452"),
        ("4006381333931", "04006381333931"),
        ("04006381333931", "04006381333931"),
        ("10614141123459", "10614141123459"),
    ],
)
def test_a_gtin_of_any_length_becomes_fourteen_digits(text: str, gtin: str) -> None:
    assert identifiers.parse_gtin(text) == gtin


@pytest.mark.parametrize(
    "text", ["", "4006381333932", "400638133393", "40063813339311", "400638133393A", "٤٠٠٦٣٨١٣٣٣٩٣١", "0" * 13]
)
def test_what_is_no_gtin_is_none(text: str) -> None:
    assert identifiers.parse_gtin(text) is None


@pytest.mark.parametrize(
    ("upc_e", "upc_a"),
    [
        ("04252614", "042100005264"),
        ("01234505", "012000003455"),
        ("01234531", "012300000451"),
        ("01234543", "012340000053"),
        ("01234565", "012345000065"),
    ],
)
def test_a_upc_e_symbol_gives_the_gtin_it_was_shortened_from(upc_e: str, upc_a: str) -> None:
    assert identifiers.parse_upc_e(upc_e) == identifiers.parse_gtin(upc_a) is not None


@given(st.from_regex(r"[01][0-9]{6}", fullmatch=True))
def test_every_upc_e_expands_as_another_implementation_says(digits: str) -> None:
    upc = Upc.parse(digits)
    assert identifiers.parse_upc_e(upc.as_upc_e()) == identifiers.parse_gtin(upc.as_upc_a())


@pytest.mark.parametrize("text", ["04252615", "24252614", "0425261", "042526140", "0425261X"])
def test_what_is_no_upc_e_is_none(text: str) -> None:
    assert identifiers.parse_upc_e(text) is None


def test_an_sscc_has_eighteen_digits_and_checks() -> None:
    assert identifiers.parse_sscc("106141412345678908") == "106141412345678908"
    assert identifiers.parse_sscc("106141412345678909") is None
    assert identifiers.parse_sscc("06141412345678908") is None


def test_a_parcel_plate_is_not_a_unit_plate() -> None:
    plate = site_codes.plate(site_codes.PARCEL_PLATE, "D01", 1)
    assert identifiers.parse_parcel_plate(plate) == plate
    assert identifiers.parse_unit_plate(plate) is None


def test_a_tracking_number_loses_its_spaces_and_gets_capitals() -> None:
    assert identifiers.parse_tracking_number("1z 5r8 939 0357567127") == "1Z5R89390357567127"
    assert identifiers.parse_tracking_number("1Z\x1d") is None


@pytest.mark.parametrize(
    "text", ["30340242201d8840009efdf7", "30340242201D8840009EFDF70000", "3114F8E4E40000000000000A"]
)
def test_an_epc_is_capital_hexadecimal(text: str) -> None:
    assert identifiers.parse_epc(text) == text.upper()


@pytest.mark.parametrize(
    "text", ["", "3034", "E2801160600002054E0A1B2C", "30340242201D8840009EFDF", "30340242201D8840009EFDFG"]
)
def test_other_hexadecimal_is_no_epc(text: str) -> None:
    assert identifiers.parse_epc(text) is None


@given(st.text("0123456789", min_size=1, max_size=17))
def test_a_number_with_its_own_check_digit_passes_and_with_any_other_fails(digits: str) -> None:
    right = check_digits.gs1(digits)
    assert [check for check in "0123456789" if identifiers.has_gs1_check_digit(digits + check)] == [right]


@pytest.mark.parametrize(
    ("algorithm", "text", "weights", "check"),
    [
        ("luhn", "7992739871", (), "3"),
        ("s10", "47312482", (), "9"),
        ("s10", "12345678", (), "5"),
        ("mod7", "331881002", (), "5"),
        ("weighted_mod10", "5R8939035756712", (1, 2), "7"),
        ("weighted_mod11_mod10", "98657878885", (1, 3, 7), "5"),
        ("mod37_36", "008182709980000020033350276", (), "C"),
    ],
)
def test_published_examples_have_their_check_digit(
    algorithm: str, text: str, weights: tuple[int, ...], check: str
) -> None:
    assert check_digits.expected(algorithm, text, weights) == check


@given(st.sampled_from(sorted(check_digits.ALGORITHMS)), st.text(min_size=1, max_size=30))
def test_no_text_makes_a_check_digit_raise(algorithm: str, text: str) -> None:
    check = check_digits.expected(algorithm, text, (3, 1))
    assert check is None or len(check) == 1
