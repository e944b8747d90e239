"""What is believed to be GS1 data, with and without a symbology identifier."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain import gs1

GS = gs1.SEPARATOR


def test_a_full_trade_item_label_is_taken_apart() -> None:
    assert gs1.element_strings(f"01095060001343521726123110LOT7{GS}21SN-42") == (
        ("01", "09506000134352"),
        ("17", "261231"),
        ("10", "LOT7"),
        ("21", "SN-42"),
    )


def test_a_leading_separator_is_fnc1_and_no_data() -> None:
    assert gs1.element_strings(f"{GS}0109506000134352") == (("01", "09506000134352"),)


@pytest.mark.parametrize("symbology", [None, "C0", "d1", "Q1"])
def test_a_key_with_its_check_digit_is_believed_without_gs1_in_the_symbology(symbology: str | None) -> None:
    found = gs1.read(symbology, f"010950600013435221ABC{GS}10L")
    assert found == gs1.Gs1Data((("01", "09506000134352"), ("21", "ABC"), ("10", "L")), "gs1")


@pytest.mark.parametrize(
    "text", ["9400111201080805483016", "8004ASSET1", "21SN42", "10LOT", "0109506000134353", "400PO1"]
)
def test_without_gs1_in_the_symbology_a_number_is_not_taken_for_elements(text: str) -> None:
    assert gs1.read(None, text) == gs1.Gs1Data()


@pytest.mark.parametrize(("text", "gtin"), [("4006381333931", "04006381333931"), ("614141123452", "00614141123452")])
def test_a_retail_symbol_is_a_gtin(text: str, gtin: str) -> None:
    assert gs1.read("E0", text) == gs1.Gs1Data((("01", gtin),), "gs1")


def test_an_add_on_is_left_out() -> None:
    assert gs1.symbol_gtin("E3", "400638133393152") == "04006381333931"
    assert gs1.symbol_gtin("E3", "400638133393153") == "04006381333931"
    assert gs1.symbol_gtin("E3", "4006381333932" + "52") is None


def test_eight_digits_are_ean_8_or_upc_e_as_the_symbology_says() -> None:
    assert gs1.symbol_gtin("E4", "96385074") == "00000096385074"
    assert gs1.symbol_gtin("E0", "04252614") == "00042100005264"


@pytest.mark.parametrize("host", ["[zz]", "[::1", "a]b", "%41"])
def test_a_host_that_is_none_makes_no_digital_link(host: str) -> None:
    assert gs1.digital_link(f"https://{host}/01/09506000134352") is None


def test_qualifiers_and_attributes_of_a_digital_link_come_along() -> None:
    assert gs1.digital_link("https://shop.example/01/09506000134352/10/L%2F7/21/S42?17=261231&utm=x") == (
        ("01", "09506000134352"),
        ("10", "L/7"),
        ("21", "S42"),
        ("17", "261231"),
    )


def test_more_than_a_symbol_can_hold_is_not_even_tried() -> None:
    assert gs1.read("C1", "0109506000134352" + GS * gs1.MAX_LENGTH) is None


def test_a_message_of_more_elements_than_a_label_has_is_refused() -> None:
    assert gs1.element_strings(f"99A{GS}" * gs1.MAX_ELEMENTS) is not None
    assert gs1.element_strings(f"99A{GS}" * (gs1.MAX_ELEMENTS + 1)) is None


alphabet = st.characters(max_codepoint=0x7F) | st.sampled_from([GS, "٣", "é", "\ud800"])
digits = st.text("0123456789", max_size=20)
messages = st.lists(
    st.one_of(
        st.sampled_from(["00", "01", "21", "10", "17", "7007", "8003", "3103", "3922", GS]),
        digits,
        st.text(alphabet, max_size=12),
    )
)


@given(st.sampled_from([None, "C1", "d2", "Q1", "Q3", "E0", "E3", "E4", "I1", "J0", "e0"]), messages.map("".join))
def test_no_text_makes_the_reader_raise(symbology: str | None, text: str) -> None:
    found = gs1.read(symbology, text)
    assert found is None or bool(found.elements) == bool(found.source)


@given(st.text(alphabet, max_size=40), st.text(alphabet, max_size=40))
def test_no_uri_makes_the_reader_raise(host: str, path: str) -> None:
    for uri in (f"http://{host}/{path}", f"https://[{host}]/01/{path}"):
        found = gs1.digital_link(uri)
        assert found is None or found[0][0] in uri
