"""Check digits and check characters by name, so that a table in config can say which one a number carries.

Weights run from the right, beginning next to the check digit, and repeat. Where letters are allowed in a number they count as
carriers count them: A is 2, B is 3, and so on, modulo 10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle

GS1_WEIGHTS = (3, 1)

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_LETTER_OFFSET = ord("A") - 2
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def gs1(digits: str) -> str:
    """The check digit of every GS1 key. GS1 General Specifications 7.9.1."""
    return weighted_mod10(digits, GS1_WEIGHTS)


def weighted_mod10(text: str, weights: Sequence[int]) -> str:
    """What the weighted sum lacks to the next multiple of ten."""
    return str(-_weighted(text, weights) % 10)


def weighted_mod11_mod10(text: str, weights: Sequence[int]) -> str:
    """The weighted sum modulo 11; a remainder of 10 becomes 0."""
    return str(_weighted(text, weights) % 11 % 10)


def mod7(digits: str, _weights: Sequence[int] = ()) -> str:
    """The remainder of the whole number divided by seven."""
    return str(int(digits) % 7)


def luhn(digits: str, _weights: Sequence[int] = ()) -> str:
    """Every second digit doubled, digits of the products summed. ISO/IEC 7812-1 annex B."""
    doubled = [int(digit) * weight for digit, weight in zip(reversed(digits), cycle((2, 1)), strict=False)]
    return str(-sum(product // 10 + product % 10 for product in doubled) % 10)


def s10(digits: str, _weights: Sequence[int] = ()) -> str:
    """Check digit of a postal item identifier's eight digits. UPU standard S10."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _S10_WEIGHTS, strict=False))
    return {10: "0", 11: "5"}.get(11 - total % 11) or str(11 - total % 11)


def mod37_36(text: str, _weights: Sequence[int] = ()) -> str:
    """Check character of text in A-Z 0-9. ISO/IEC 7064, hybrid system MOD 37,36."""
    total = 36
    for char in text:
        total = (total + _VALUES[char]) % 36 or 36
        total = total * 2 % 37
    return _ALPHABET[(37 - total) % 36]


ALGORITHMS: dict[str, Callable[[str, Sequence[int]], str]] = {
    "weighted_mod10": weighted_mod10,
    "weighted_mod11_mod10": weighted_mod11_mod10,
    "mod7": mod7,
    "luhn": luhn,
    "s10": s10,
    "mod37_36": mod37_36,
}
"""By the name that config uses."""

WEIGHTED = frozenset({"weighted_mod10", "weighted_mod11_mod10"})
"""Those that need weights."""

_DIGITS_ONLY = frozenset({"mod7", "luhn", "s10"})


def expected(algorithm: str, text: str, weights: Sequence[int]) -> str | None:
    """The check character by an algorithm of `ALGORITHMS`, or None where it cannot count these characters."""
    countable = text.isascii() and (
        text.isdigit() if algorithm in _DIGITS_ONLY else text.isalnum() and text.upper() == text
    )
    return ALGORITHMS[algorithm](text, weights) if countable else None


def _weighted(text: str, weights: Sequence[int]) -> int:
    return sum(_value(char) * weight for char, weight in zip(reversed(text), cycle(weights), strict=False))


def _value(char: str) -> int:
    return int(char) if char.isdigit() else (ord(char) - _LETTER_OFFSET) % 10
