"""Whether the terms of a condition contradict each other: two values at once, or a number above and below."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rl_station.settings.condition_words import Compared, compared

_PLAIN = re.compile(r"(?:[^()|!?+*/%-]|!=)*")


def impossible(terms: Sequence[str]) -> str:
    """Why these terms never hold together, or nothing. Only plain comparisons are looked at."""
    found = [each for term in terms if _PLAIN.fullmatch(term) for each in compared(term)]
    for name in dict.fromkeys(each.name for each in found):
        asked = [each for each in found if each.name == name]
        why = _values(name, asked) or _range(name, asked)
        if why:
            return why
    return ""


def _values(name: str, asked: list[Compared]) -> str:
    """Of a name that is one of several lists, something has to be in all of them."""
    left: set[object] | None = None
    for each in asked:
        if each.sign in ("==", "in"):
            left = set(each.values) if left is None else left & set(each.values)
    without = {value for each in asked if each.sign == "!=" for value in each.values}
    return "" if left is None or left - without else f"{name} cannot be all of this at once"


def _range(name: str, asked: list[Compared]) -> str:
    low, high = -math.inf, math.inf
    for each in asked:
        for value in (value for value in each.values if type(value) is int):
            low = max(low, {">=": value, ">": value + 1, "==": value}.get(each.sign, -math.inf))
            high = min(high, {"<=": value, "<": value - 1, "==": value}.get(each.sign, math.inf))
    return f"no {name} is at least {low} and at most {high}" if low > high else ""
