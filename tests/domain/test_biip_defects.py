"""Each defect of `biip` that `gs1` works around: what biip does, and what we answer.

A test that fails in its first half says that a new biip has mended the defect: take the workaround out of `gs1`.
"""

from __future__ import annotations

import biip
import pytest
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message

from rl_station.domain import aim, gs1

URI = "https://id.gs1.org/01/09506000134352"
GTIN = ("01", "09506000134352")


def test_a_lone_bracket_raises_an_index_error() -> None:
    with pytest.raises(IndexError):
        biip.parse("]")
    assert aim.split("]") == aim.AimData(None, "]")


@pytest.mark.parametrize("identifier", ["]J1", "]h1"])
def test_dotcode_and_han_xin_are_unknown(identifier: str) -> None:
    with pytest.raises(biip.ParseError, match="not a recognized code character"):
        biip.parse(identifier + "0109506000134352")
    assert aim.split(identifier + "X").symbology == identifier[1:]


@pytest.mark.parametrize("identifier", ["]Q1", "]d1"])
def test_a_digital_link_in_a_plain_symbol_is_not_read(identifier: str) -> None:
    assert biip.parse(identifier + URI).gs1_digital_link_uri is None
    assert gs1.read(identifier[1:], URI) == gs1.Gs1Data((GTIN,), "digital_link")


def test_a_scheme_in_capitals_is_not_read_as_a_digital_link() -> None:
    capitals = URI.replace("https", "HTTPS")
    assert biip.parse(capitals).gs1_digital_link_uri is None
    assert gs1.read(None, capitals) == gs1.Gs1Data((GTIN,), "digital_link")


def test_a_gs1_symbol_without_data_is_accepted() -> None:
    assert biip.parse("]e0").gs1_message is not None
    assert gs1.read("e0", "") is None


@pytest.mark.parametrize(
    "message",
    ["0109506000134353", "00106141412345678909", "4109506000134353", "800309506000134353", "25395060001343531"],
)
def test_a_wrong_check_digit_does_not_refuse_the_message(message: str) -> None:
    assert biip.parse("]C1" + message).gs1_message is not None
    assert gs1.read("C1", message) is None


def test_text_behind_an_element_that_no_separator_ended_is_read_as_another() -> None:
    assert [element.ai.ai for element in GS1Message.parse("7007211225211").element_strings] == ["7007", "21"]
    assert gs1.element_strings("7007211225211") is None


def test_a_period_of_harvest_dates_is_refused() -> None:
    with pytest.raises(biip.ParseError):
        GS1ElementString.parse("7007211225251226")
    assert gs1.element_strings("7007211225251226") == (("7007", "211225251226"),)


def test_the_digits_of_other_scripts_are_taken_for_digits() -> None:
    message = "37" + "42".translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})
    assert GS1Message.parse(message).element_strings[0].ai.ai == "37"
    assert gs1.element_strings(message) is None
