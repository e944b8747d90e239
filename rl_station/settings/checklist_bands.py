"""Whether the bands of a number are together all that can be measured, each number in one band."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rl_station.domain.conditions import Condition, ConditionError, compile_condition, failed, given
from rl_station.settings.checklist_content import ANSWERS
from rl_station.settings.checklist_models import QuestionModel
from rl_station.settings.documents import Layers
from rl_station.settings.problems import Problem
from rl_station.settings.toml_positions import Path

_MOST_NUMBERS = 10_001
"""So many can be tried one by one where the conditions are not plain, which leaves nothing to be believed."""

_COMPARES = re.compile(r"(answer|\d+|[<>=!]=|[<>!()\s]|&&|\|\|)+")
_NUMBER = re.compile(r"\d+")


def check_bands(question: QuestionModel, place: Path, layers: Layers) -> Iterator[Problem]:
    """Ranges that are none, conditions that cannot be read, gaps, overlaps, and bands that no number is in."""
    if question.kind != "number":
        return
    count = question.max - question.min + 1
    if count < 2:  # noqa: PLR2004 - a number of which there is one need not be asked
        yield layers.problem((*place, "max"), f"has to be more than `min`, which is {question.min}")
        return
    if count > _MOST_NUMBERS:
        yield layers.problem((*place, "max"), f"{count} numbers are too many; take a larger unit")
        return
    if not question.bands:
        yield layers.problem(place, "a number needs `bands` that say what it means")
        return
    conditions: list[Condition] = []
    for index, band in enumerate(question.bands):
        try:
            conditions.append(compile_condition(band.when, ANSWERS))
        except ConditionError as error:
            yield layers.problem((*place, "bands", index, "when"), error.message, error.hint)
    if len(conditions) == len(question.bands):
        yield from _covered(question, conditions, place, layers)


def _covered(question: QuestionModel, conditions: list[Condition], place: Path, layers: Layers) -> Iterator[Problem]:
    gaps: list[int] = []
    overlaps: dict[tuple[int, int], list[int]] = {}
    met: set[int] = set()
    turns = _turns(conditions)
    holding: list[int] = []
    for number in range(question.min, question.max + 1):
        if turns is None or number in turns or number == question.min:
            facts = given({"answer": number})
            holding = [index for index, condition in enumerate(conditions) if failed(condition, facts) is None]
            met.update(holding)
        if not holding:
            gaps.append(number)
        for later in holding[1:]:
            overlaps.setdefault((holding[0], later), []).append(number)
    if gaps:
        yield layers.problem((*place, "bands"), f"no band holds for {_range(gaps)}")
    for (first, later), numbers in overlaps.items():
        before = question.bands[first].id
        yield layers.problem((*place, "bands", later, "when"), f"holds for {_range(numbers)} like {before!r} above")
    for index in range(len(conditions)):
        if index not in met:
            yield layers.problem(
                (*place, "bands", index, "when"), f"holds for no number from {question.min} to {question.max}"
            )


def _turns(conditions: list[Condition]) -> set[int] | None:
    """The only numbers at which conditions that merely compare can change their mind; None where they do more than that."""
    if not all(_COMPARES.fullmatch(condition.source) for condition in conditions):
        return None
    named = {int(number) for condition in conditions for number in _NUMBER.findall(condition.source)}
    return {number + step for number in named for step in (0, 1)}


def _range(numbers: list[int]) -> str:
    """`80`, `80 to 89`, or the first and how many more."""
    first, last = numbers[0], numbers[-1]
    if first == last:
        return str(first)
    return f"{first} to {last}" if last - first + 1 == len(numbers) else f"{first} and {len(numbers) - 1} more"
