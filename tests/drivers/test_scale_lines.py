"""What the lines of scales say."""

from __future__ import annotations

import random

import pytest

from drivers.scale.lines import Trouble, Weight, read_line


@pytest.mark.parametrize(
    ("line", "grams", "stable"),
    [
        (b"ST,GS,+  1.234kg", 1234, True),
        (b"US,GS,+  1.234kg", 1234, False),
        (b"ST,NT,-  0.500kg", -500, True),
        (b"ST,+00012.34  g", 12, True),
        (b"US,-00000.6  g", -1, False),
        (b"ST,GS,\x00\xa3,  1234.5 kg", 1_234_500, True),
        (b"ST,GS,+  2.000lb", 907, True),
        (b"ST,GS,+  2.000 LB", 907, True),
        (b"ST,+0016.00 oz", 454, True),
        (b"S S     1.234 kg", 1234, True),
        (b"S D     1.234 kg", 1234, False),
        (b"S S    -0.005 kg", -5, True),
        (b"S S      100.00 g", 100, True),
        (b"   1.234 kg", 1234, True),
        (b"   1.234 kg ?", 1234, False),
        (b"-  0.250 kg", -250, True),
        (b"0.000 kg", 0, True),
        (b"0.025 t", 25_000, True),
    ],
)
def test_a_weight_in_any_dialect_and_unit_is_grams(line: bytes, grams: int, stable: bool) -> None:
    said = read_line(line)
    assert isinstance(said, Weight)
    assert (said.grams, said.stable) == (grams, stable)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"OL,GS,+         kg", "overload"),
        (b"OL,+9999999E+19", "overload"),
        (b"OL,-9999999E+19", "underload"),
        (b"S +", "overload"),
        (b"S -", "underload"),
        (b"S I", "not ready"),
        (b"ES", "does not know the command"),
        (b"ET", "transmission errors"),
        (b"EL", "cannot carry out"),
    ],
)
def test_a_scale_that_cannot_weigh_says_why(line: bytes, reason: str) -> None:
    said = read_line(line)
    assert isinstance(said, Trouble)
    assert reason in said.reason


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"kg",
        b"1.234",
        b"1,234 kg",
        b"1.2.3 kg",
        b". kg",
        b"+-1 kg",
        b"1.234 stone",
        b"QT,GS,+     12PC",
        b"ST,GS,+  1.2E3kg",
        b"ST",
        b"ST,",
        b"S",
        b"S S",
        b"S S kg",
        b"S X 1.0 kg",
        b"\xb2 kg",
        b"9" * 40 + b" kg",
        b"4006381333931",
    ],
)
def test_what_is_no_weight_is_not_taken_for_one(line: bytes) -> None:
    assert read_line(line) is None


def test_a_line_that_may_have_lost_its_beginning_is_told_from_one_that_has_not() -> None:
    assert read_line(b"0 kg") == Weight(0, stable=True, bare=True)
    assert read_line(b"S S 0 kg") == read_line(b"ST,0 kg") == Weight(0, stable=True)


def test_noise_is_never_a_crash() -> None:
    noise = random.Random(11)  # noqa: S311 - noise, not a secret
    alphabet = b"STUOLGN,+- .0123456789kglboz?SDI\x00\xff"
    for _ in range(5000):
        line = bytes(noise.choices(alphabet, k=noise.randrange(24)))
        said = read_line(line)
        assert said is None or isinstance(said, Trouble | Weight)
