"""What the ways through a checklist can find: questions that are never asked, grades that an answer names and no unit can have.

Every way is walked. What a condition asks about earlier answers, and flags that only this checklist gives, is worked out exactly;
what it asks about the product can be either way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rl_station.domain.checklist import Checklist, Option, Question, following, name, names_of
from rl_station.domain.conditions import Condition, Fact, Facts, failed, given
from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING, worst
from rl_station.settings.condition_words import compared
from rl_station.settings.documents import Layers
from rl_station.settings.problems import Problem
from rl_station.settings.toml_positions import Path

SCALES: Mapping[str, tuple[str, ...]] = {"functional": FUNCTIONAL, "cosmetic": COSMETIC, "packaging": PACKAGING}

Remembered = frozenset[tuple[str, str]]
"""What was answered and matters later: (name of the answer, option), and (`flags`, flag)."""


@dataclass(frozen=True)
class _Plan:
    """A checklist, the facts that its conditions can be sure of, and those that matter at all."""

    checklist: Checklist
    names: Facts
    sure: frozenset[str]
    flags: frozenset[str]
    wanted: frozenset[str]


def check_ways(checklist: Checklist, foreign: Collection[str], layers: Layers) -> Iterator[Problem]:
    """Of a checklist whose shape is sound. `foreign`: flags that may be there already when it begins."""
    plan = _plan(checklist, foreign)
    asked: set[str] = set()
    found = {scale: _ends(plan, scale, asked) for scale in SCALES}
    for index, question in enumerate(checklist.questions):
        if question.id not in asked:
            yield layers.problem(("questions", index, "when"), "never holds where it is asked about")
    for scale, grades in found.items():
        told: set[str] = set()
        for path, option in _options(checklist):
            grade = getattr(option, scale)
            if grade and grade not in grades | told:
                told.add(grade)
                yield layers.problem((*path, scale), f"no unit can end with {grade}: every way also finds a worse one")


def _plan(checklist: Checklist, foreign: Collection[str]) -> _Plan:
    own = {flag for _, option in _options(checklist) for flag in option.flags}
    answers = {f"answer_{name(question.id)}" for question in checklist.questions}
    conditions = [question.when for question in checklist.questions]
    return _Plan(
        checklist,
        names_of((question.id, question.kind) for question in checklist.questions),
        frozenset(answers),
        frozenset(own.difference(foreign)),
        frozenset(each for condition in conditions for each in condition.names),
    )


def _options(checklist: Checklist) -> Iterator[tuple[Path, Option]]:
    for index, question in enumerate(checklist.questions):
        for number, option in enumerate(question.options):
            yield ("questions", index, "options", number), option
        for number, band in enumerate(question.bands):
            where: Path = ("bands", number) if question.kind == "number" else ("then",)
            yield ("questions", index, *where), band


def _ends(plan: _Plan, scale: str, asked: set[str]) -> set[str]:
    """Every grade on this scale that a unit can end with; `asked` takes the questions that were met."""
    ends: set[str] = set()
    first = plan.checklist.questions[0]
    waiting: list[tuple[Question | None, Remembered, str]] = [(first, frozenset(), SCALES[scale][-1])]
    seen = set[tuple[str, Remembered, str]]()
    while waiting:
        question, remembered, grade = waiting.pop()
        if question is None:
            ends.add(grade)
            continue
        here = (question.id, remembered, grade)
        if here in seen:
            continue
        seen.add(here)
        holds = _holds(plan, question.when, remembered)
        if holds is not True:
            waiting.append((following(plan.checklist, question, ""), remembered, grade))
        if holds is False:
            continue
        asked.add(question.id)
        for option in (*question.options, *question.bands):
            after = worst(SCALES[scale], filter(None, (grade, getattr(option, scale))))
            next_ = following(plan.checklist, question, option.next)
            waiting.append((next_, remembered | _noted(plan, question, option), after))
    return ends


def _noted(plan: _Plan, question: Question, option: Option) -> Remembered:
    """What later conditions ask about."""
    answer = f"answer_{name(question.id)}"
    flags = option.flags if "flags" in plan.wanted else ()
    return frozenset([*([(answer, option.id)] if answer in plan.wanted else []), *(("flags", flag) for flag in flags)])


def _holds(plan: _Plan, condition: Condition, remembered: Remembered) -> bool | None:
    """Whether it holds; None where that depends on the product."""
    facts: dict[str, Fact] = {**plan.names, **{key: value for key, value in remembered if key != "flags"}}
    facts["flags"] = tuple(value for key, value in remembered if key == "flags")
    known = given(facts)
    holds: bool | None = True
    for part in condition.parts:
        alone = Condition(part[0], (part,))
        if not _sure(plan, alone):
            holds = None
        elif failed(alone, known) is not None:
            return False
    return holds


def _sure(plan: _Plan, condition: Condition) -> bool:
    flags = {str(value) for each in compared(condition.source) if each.name == "flags" for value in each.values}
    return (
        condition.names - {"flags"} <= plan.sure
        and flags <= plan.flags
        and ("flags" not in condition.names or bool(flags))
    )
