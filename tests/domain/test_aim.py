"""The symbology identifier is split off the data, and nothing else is."""

from __future__ import annotations

import pytest

from rl_station.domain import aim


@pytest.mark.parametrize(
    ("scan", "symbology", "text"),
    [
        ("]C1" + "00106141412345678908", "C1", "00106141412345678908"),
        ("]d2\x1d01", "d2", "\x1d01"),
        ("]J1X", "J1", "X"),
        ("]h0X", "h0", "X"),
        ("]Q3", "Q3", ""),
        ("]", None, "]"),
        ("]X", None, "]X"),
        ("]]]", None, "]]]"),
        ("1Z5R89390357567127", None, "1Z5R89390357567127"),
        ("", None, ""),
    ],
)
def test_the_identifier_is_split_from_the_data(scan: str, symbology: str | None, text: str) -> None:
    assert aim.split(scan) == aim.AimData(symbology, text)


@pytest.mark.parametrize(
    ("reported", "symbology"), [("C1", "C1"), ("]C1", "C1"), (None, None), ("", None), ("code128", None)]
)
def test_what_a_driver_reports_is_brought_to_one_form(reported: str | None, symbology: str | None) -> None:
    assert aim.normalised(reported) == symbology
