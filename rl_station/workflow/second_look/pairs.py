"""What the first and the second look said, side by side."""

from __future__ import annotations

from collections.abc import Mapping

from rl_station.workflow.second_look.blind import GRADES
from rl_station.workflow.state import UnitInHand

Pair = tuple[str, str, str]


def pairs_of(first: UnitInHand, second: UnitInHand) -> tuple[Pair, ...]:
    """The questions that both were asked, in the order of the second look.

    Of a number its band counts, of a text or a code that there is one: what was measured or typed is never twice the same.
    """
    before = _options(first)
    return tuple(
        (f"{checklist}.{question}", before[checklist, question], option)
        for (checklist, question), option in _options(second).items()
        if (checklist, question) in before
    )


def grade_pairs(first: UnitInHand, grades: Mapping[str, str]) -> tuple[Pair, ...]:
    return tuple((name, getattr(first, name), grades[name]) for name in GRADES)


def _options(unit: UnitInHand) -> dict[tuple[str, str], str]:
    return {(checklist, question): said.partition("=")[0] for checklist, question, said in unit.answers}
