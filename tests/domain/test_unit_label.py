"""The decision travels on the label, and nobody can change it with a pen and a printer of their own."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain import site_codes
from rl_station.domain.unit_label import UnitLabel, decode, encode, plate_in

KEY = b"the key of this site"
PLATE = site_codes.plate(site_codes.UNIT_PLATE, "D01", 7)
LABEL = UnitLabel(PLATE, "refurbish", "acme", "RF1", "3f2a91c0")

words = st.text(string.ascii_letters + string.digits + "_-ä", min_size=1, max_size=12)


@given(words, words, words, words)
def test_a_label_gives_back_its_decision(disposition: str, client: str, bin_id: str, version: str) -> None:
    label = UnitLabel(PLATE, disposition, client, bin_id, version)
    assert decode(encode(label, KEY), KEY) == label


def test_the_payload_has_the_documented_shape() -> None:
    fields = encode(LABEL, KEY).split(";")
    assert fields[:6] == ["RL1", PLATE, "refurbish", "acme", "RF1", "3f2a91c0"]
    assert len(fields[6]) == 10


@pytest.mark.parametrize("field", range(7))
def test_a_label_with_any_field_changed_is_not_believed(field: int) -> None:
    fields = encode(LABEL, KEY).split(";")
    fields[field] = fields[field][:-1] + ("A" if fields[field][-1] != "A" else "B")
    assert decode(";".join(fields), KEY) is None


def test_a_label_of_another_site_is_not_believed() -> None:
    assert decode(encode(LABEL, b"another key"), KEY) is None


def test_the_plate_is_readable_without_the_key() -> None:
    assert plate_in(encode(LABEL, b"another key")) == PLATE


@pytest.mark.parametrize(
    "text", ["", "RL1", ";" * 6, f"RL2;{PLATE};a;b;c;d;e", "RL1;RLP0;a;b;c;d;e", f"RL1;{PLATE};a;b;c;d"]
)
def test_another_text_is_no_label(text: str) -> None:
    assert plate_in(text) is None
    assert decode(text, KEY) is None


@given(st.text(max_size=80))
def test_no_text_makes_the_decoder_raise(text: str) -> None:
    assert decode(text, KEY) is None
    assert decode(f"RL1;{PLATE};{text}", KEY) is None


@pytest.mark.parametrize("bad", ["a;b", "a\nb", "a\x1db"])
def test_a_field_that_would_break_the_payload_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="unit label"):
        encode(UnitLabel(PLATE, "resell", bad, "R1", "1"), KEY)
