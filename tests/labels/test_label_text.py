"""Words on labels: cleaned, measured, shrunk and cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rl_station.labels import fonts
from rl_station.labels.fonts import width_of
from rl_station.labels.layout import Text
from rl_station.labels.wording import ELLIPSIS, clean, fit


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  two   words \n", "two words"),
        ("a\x00b\x1dc\td", "a b c d"),
        ("soft\u00adhyphen\u200band zero width", "softhyphenand zero width"),
        ("right\u202eto left", "rightto left"),
        ("heart \u2764\ufe0f", "heart \u2764"),
        ("e\u0301tude", "\u00e9tude"),
        ("x" + "\u0301" * 9, "x\u0301\u0301"),
    ],
)
def test_what_does_not_print_goes(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_words_that_fit_stay_as_large_as_they_are() -> None:
    fitted = fit(Text(0, 0, 0, 0, "Resell"), 400, 40)
    assert (fitted.size, fitted.lines) == (40, ("Resell",))


def test_words_a_little_too_long_are_shrunk_and_not_cut() -> None:
    words = "Return to vendor"
    fitted = fit(Text(0, 0, 0, 0, words), int(width_of(words, 40) * 0.8), 40)
    assert 24 <= fitted.size < 40
    assert fitted.lines == (words,)


def test_lines_break_between_words() -> None:
    fitted = fit(Text(0, 0, 0, 0, "trail running shoe", lines=2), int(width_of("trail running", 40)) + 1, 40)
    assert fitted.lines == ("trail running", "shoe")


@settings(max_examples=150 if settings.default.max_examples >= 100 else 15, deadline=None)
@given(st.text(max_size=80), st.integers(40, 400), st.integers(8, 40), st.integers(1, 3), st.booleans())
def test_no_line_is_wider_than_its_box(words: str, width: int, size: int, lines: int, bold: bool) -> None:
    fitted = fit(Text(0, 0, 0, 0, words, lines=lines, bold=bold), width, size)
    assert len(fitted.lines) <= lines
    assert all(width_of(line, fitted.size, bold) <= width for line in fitted.lines)
    whole = "".join(fitted.lines).removesuffix(ELLIPSIS).replace(" ", "")
    assert clean(words).replace(" ", "").startswith(whole)


def test_accents_are_drawn_on_a_machine_without_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_BROAD_FACES", ())
    monkeypatch.setattr(fonts, "_WIDE_FACES", ())
    pictures = {bytes(fonts.font_for("\u00e9", 40).getmask(char)) for char in "e\u00e9\u00f1\u0142\uffff"}
    assert len(pictures) == 5
    assert fonts.font_for("\u9000", 40).getmask("\u9000").getbbox()
