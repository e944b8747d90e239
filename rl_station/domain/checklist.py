"""Branching questions: which comes next, and what the answers say about the unit. Pure; content comes from config."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING, worst

END = "end"


class Option(msgspec.Struct, frozen=True):
    """One possible answer.

    `next`: id of the next question, empty for the one that follows in the file, `end` to finish. `functional`, `cosmetic` and
    `packaging` are ceilings: the unit's grade is the worst of those given. `flags` are facts for the rules (`battery_swollen`).
    `texts` holds translations by language.
    """

    id: str
    text: str
    texts: tuple[tuple[str, str], ...] = ()
    next: str = ""
    functional: str = ""
    cosmetic: str = ""
    packaging: str = ""
    flags: tuple[str, ...] = ()
    command: str = ""


class Question(msgspec.Struct, frozen=True):
    id: str
    text: str
    options: tuple[Option, ...]
    texts: tuple[tuple[str, str], ...] = ()
    help: str = ""

    def option(self, option_id: str) -> Option | None:
        return next((option for option in self.options if option.id == option_id), None)


class Checklist(msgspec.Struct, frozen=True):
    """The questions of one category, or of hazards, or of data-bearing devices. `version` is a content hash."""

    id: str
    title: str
    questions: tuple[Question, ...]
    version: str = ""

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)


class Findings(msgspec.Struct, frozen=True):
    """What the answers amount to."""

    functional: str
    cosmetic: str
    packaging: str
    flags: tuple[str, ...] = ()


def path(checklist: Checklist, answers: Mapping[str, str]) -> tuple[tuple[Question, Option | None], ...]:
    """The questions met so far with their answers; the last has None while it is open. Each question at most once."""
    met: list[tuple[Question, Option | None]] = []
    seen: set[str] = set()
    question = checklist.questions[0] if checklist.questions else None
    while question is not None and question.id not in seen:
        seen.add(question.id)
        option = question.option(answers[question.id]) if question.id in answers else None
        met.append((question, option))
        if option is None:
            break
        question = _after(checklist, question, option)
    return tuple(met)


def open_question(checklist: Checklist, answers: Mapping[str, str]) -> Question | None:
    """The question to ask now, or None when the checklist is finished."""
    met = path(checklist, answers)
    return met[-1][0] if met and met[-1][1] is None else None


def findings(*answered: tuple[Checklist, Mapping[str, str]]) -> Findings:
    """Worst grade of every answer on the paths taken; flags in the order met."""
    options = [option for checklist, answers in answered for _, option in path(checklist, answers) if option]
    return Findings(
        functional=worst(FUNCTIONAL, (option.functional for option in options if option.functional)),
        cosmetic=worst(COSMETIC, (option.cosmetic for option in options if option.cosmetic)),
        packaging=worst(PACKAGING, (option.packaging for option in options if option.packaging)),
        flags=tuple(dict.fromkeys(flag for option in options for flag in option.flags)),
    )


def _after(checklist: Checklist, question: Question, option: Option) -> Question | None:
    if option.next == END:
        return None
    if option.next:
        return checklist.question(option.next)
    following = checklist.questions.index(question) + 1
    return checklist.questions[following] if following < len(checklist.questions) else None
