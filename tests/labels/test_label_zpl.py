"""ZPL as a printer takes it: the same codes and words as the picture, and nothing that words could smuggle in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_samples import HOSTILE, SAMPLES, Maker, tote, unit
from zpl_interpreter import Field, interpret

from rl_station.labels import to_zpl
from rl_station.labels.layout import LABEL, Align, Layout, Text
from rl_station.labels.wording import ELLIPSIS, clean

ALLOWED = {"^FO", "^A0", "^FB", "^FR", "^FH", "^BY", "^BC", "^BQ", "^GB"}
HEAD = ["^CI", "^PW", "^LL", "^LH", "^PQ"]


def codes(fields: tuple[Field, ...]) -> set[tuple[str, str]]:
    """What the printer would encode: ^BC data as it stands, ^BQ data after its `MA,`."""
    found = set()
    for field in fields:
        if field.parameters("^BC"):
            found.add(("Code128", field.data))
        if field.parameters("^BQ"):
            assert field.data[:3] in ("MA,", "LA,")
            found.add(("QRCode", field.data[3:]))
    return found


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(("make", "expected"), SAMPLES.values(), ids=SAMPLES.keys())
def test_words_never_become_commands(make: Maker, expected: set[tuple[str, str]], words: str) -> None:
    (label,) = interpret(to_zpl(make(words)))
    assert [name for name, _ in label.head] == HEAD
    assert {name for field in label.fields for name, _ in field.commands} <= ALLOWED
    assert codes(label.fields) == expected


@settings(max_examples=150 if settings.default.max_examples >= 100 else 15, deadline=None)
@given(st.text(max_size=60) | st.text("^~_\\&>XAFDS5E", max_size=40), st.sampled_from(list(Align)))
def test_text_arrives_as_it_was_meant(words: str, align: Align) -> None:
    (label,) = interpret(to_zpl(Layout(LABEL, (Text(0, 0, 1000, 3, words, align),))))
    assert [field.data for field in label.fields] == [clean(words)] * bool(clean(words))


def test_text_that_does_not_fit_ends_in_an_ellipsis() -> None:
    (label,) = interpret(to_zpl(Layout(LABEL, (Text(0, 0, 40, 4, "word " * 50, lines=2),))))
    first, second = label.fields
    assert not first.data.endswith(ELLIPSIS)
    assert second.data.endswith(f"word{ELLIPSIS}")
    assert second.y > first.y


def test_copies_and_size_stand_in_the_job() -> None:
    (label,) = interpret(to_zpl(tote("Resell"), 300, copies=3))
    assert dict(label.head) == {"^CI": "28", "^PW": "1181", "^LL": "591", "^LH": "0,0", "^PQ": "3"}


def test_bars_stay_within_the_label_and_clear_of_the_square() -> None:
    (label,) = interpret(to_zpl(unit("Resell"), 203))
    (bars,) = (field for field in label.fields if field.parameters("^BC"))
    (square,) = (field for field in label.fields if field.parameters("^BQ"))
    module = int((bars.parameters("^BY") or ["0"])[0])
    # Start, RLUD, shift to C, five pairs, check and stop: the widest a printer in mode A makes of RLUD0112345674.
    width = (1 + 4 + 1 + 5 + 1) * 11 * module + 13 * module
    assert bars.x >= 10 * module
    assert bars.x + width + 10 * module <= square.x
