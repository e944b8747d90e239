"""Tags decoded: the standard's own examples, and everything else left as it is."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain import epc
from rl_station.domain.check_digits import gs1
from rl_station.domain.epc import Scheme

# EPC Tag Data Standard 2.0, Annex E.3: hexadecimal, scheme, filter value, pure identity, elements.
ANNEX_E3 = [
    (
        "3074257BF7194E4000001A85",
        Scheme.SGTIN,
        "urn:epc:id:sgtin:0614141.812345.6789",
        (("01", "80614141123458"), ("21", "6789")),
    ),
    (
        "3674257BF6B7A659B2C2BF1000000000000000000000000000",
        Scheme.SGTIN,
        "urn:epc:id:sgtin:0614141.712345.32a%2Fb",
        (("01", "70614141123451"), ("21", "32a/b")),
    ),
    (
        "3174257BF4499602D2000000",
        Scheme.SSCC,
        "urn:epc:id:sscc:0614141.1234567890",
        (("00", "106141412345678908"),),
    ),
    (
        "3274257BF46072000000162E",
        Scheme.SGLN,
        "urn:epc:id:sgln:0614141.12345.5678",
        (("414", "0614141123452"), ("254", "5678")),
    ),
    (
        "3974257BF46072CD9615F8800000000000000000000000000000",
        Scheme.SGLN,
        "urn:epc:id:sgln:0614141.12345.32a%2Fb",
        (("414", "0614141123452"), ("254", "32a/b")),
    ),
    (
        "3374257BF40C0E400000162E",
        Scheme.GRAI,
        "urn:epc:id:grai:0614141.12345.5678",
        (("8003", "006141411234525678"),),
    ),
    (
        "3774257BF40C0E59B2C2BF1000000000000000000000",
        Scheme.GRAI,
        "urn:epc:id:grai:0614141.12345.32a%2Fb",
        (("8003", "0061414112345232a/b"),),
    ),
    (
        "3474257BF40000000000162E",
        Scheme.GIAI,
        "urn:epc:id:giai:0614141.5678",
        (("8004", "06141415678"),),
    ),
    (
        "3874257BF59B2C2BF10000000000000000000000000000000000",
        Scheme.GIAI,
        "urn:epc:id:giai:0614141.32a%2Fb",
        (("8004", "061414132a/b"),),
    ),
]


@pytest.mark.parametrize(("bits", "scheme", "uri", "elements"), ANNEX_E3)
def test_the_standards_examples_are_read(
    bits: str, scheme: Scheme, uri: str, elements: tuple[tuple[str, str], ...]
) -> None:
    found = epc.decode(_whole_words(bits))
    assert found is not None
    assert (found.scheme, found.uri, found.elements) == (scheme, uri, elements)


def _whole_words(bits: str) -> str:
    return bits + "0" * (-len(bits) % 4)


@pytest.mark.parametrize("filter_value", range(8))
def test_the_filter_value_is_kept(filter_value: int) -> None:
    bits = f"30{(filter_value << 5 | 0x14):02X}257BF7194E4000001A85"
    found = epc.decode(bits)
    assert found is not None
    assert found.filter == filter_value
    assert found.uri == "urn:epc:id:sgtin:0614141.812345.6789"


def test_small_letters_are_the_same_tag() -> None:
    assert epc.decode("3074257bf7194e4000001a85") == epc.decode("3074257BF7194E4000001A85")


def test_a_trade_item_has_its_gtin_and_serial() -> None:
    found = epc.decode("30364532A40002403C1203FE")
    assert found is not None
    assert (found.gtin, found.serial, found.filter) == ("09522345000091", "1007813630", 1)


def test_a_place_without_an_extension_has_none() -> None:
    found = epc.decode("3274257BF460720000000000")
    assert found is not None
    assert found.elements == (("414", "0614141123452"),)


@pytest.mark.parametrize(
    "bits",
    [
        "",
        "30",
        "zz",
        "E2801160600002054E0A1B2C",  # the tag maker's own number
        "307C257BF7194E4000001A85",  # partition 7 is not used
        "3074257BF7194E4000001A8",  # no whole words
        "3074257BF7194E40",  # too short for its header
        "300000000000000000000000",  # a GTIN of zeros
        "31FFFFFFFFFFFFFFFFFFFFFF",
        "36" + "0" * 50,
        "2F" + "0" * 22,  # USDOD: not among goods
        "FE3D" * 40,  # longer than any tag
        "3074257BF7194E4000001A\N{FULLWIDTH DIGIT EIGHT}5",
    ],
)
def test_what_is_no_gs1_epc_stays_hexadecimal(bits: str) -> None:
    assert epc.decode(bits) is None


@given(
    st.sampled_from(["30", "31", "32", "33", "34", "36", "37", "38", "39", "35", "2C", "E2"]),
    st.binary(min_size=1, max_size=40),
)
def test_no_bits_raise(header: str, rest: bytes) -> None:
    found = epc.decode(header + rest.hex())
    if found is not None:
        assert found.uri.startswith(f"urn:epc:id:{found.scheme}:")
        assert all(value for _, value in found.elements)


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    epc.decode(text)


def test_the_decoder_is_imported_with_the_first_tag_and_not_before() -> None:
    """Compiled anew with every warning an error: its sources would raise where the guard is missing."""
    program = (
        "import sys; from rl_station.domain import epc, meaning; assert 'epcpy' not in sys.modules;"
        "assert epc.decode('3074257BF7194E4000001A85'); assert 'epcpy' in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "pycache_prefix=/nonexistent", "-c", program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# --- tags that are written --------------------------------------------------------------------------------------------


def test_the_standards_example_is_written_as_it_is_read() -> None:
    """EPC Tag Data Standard 2.0, E.3: urn:epc:tag:sgtin-96:3.0614141.812345.6789, here with the filter of a retail item."""
    written = epc.sgtin_96("80614141123458", "6789", 7)
    assert written == "3034257BF7194E4000001A85"
    found = epc.decode(written)
    assert found is not None
    assert (found.gtin, found.serial, found.filter, found.prefix_digits) == ("80614141123458", "6789", 1, 7)


@given(item=st.integers(1, 10**13 - 1), serial=st.integers(0, 2**38 - 1), digits=st.integers(6, 12))
def test_what_is_written_reads_as_what_was_meant(item: int, serial: int, digits: int) -> None:
    gtin = f"{item:013}{gs1(f'{item:013}')}"
    written = epc.sgtin_96(gtin, str(serial), digits)
    assert written is not None
    found = epc.decode(written)
    assert found is not None
    assert (found.gtin, found.serial, found.prefix_digits) == (gtin, str(serial), digits)


@pytest.mark.parametrize("serial", ["", "SN1", "0123", "-1", "1.5", "274877906944", "9" * 13, "١٢"])
def test_a_serial_number_that_does_not_fit_is_not_bent(serial: str) -> None:
    assert epc.sgtin_96("80614141123458", serial, 7) is None


def test_the_largest_serial_number_fits() -> None:
    assert epc.sgtin_96("80614141123458", "274877906943", 7) is not None


@pytest.mark.parametrize(
    ("gtin", "digits"), [("80614141123459", 7), ("80614141123458", 5), ("80614141123458", 13), ("", 7)]
)
def test_what_is_no_gtin_is_not_written(gtin: str, digits: int) -> None:
    assert epc.sgtin_96(gtin, "1", digits) is None
