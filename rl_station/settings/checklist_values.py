"""Whether what a question's condition compares can ever be equal: answers that are there, flags and names that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from rl_station.domain.checklist import GIVEN, name
from rl_station.domain.rules import FIELDS
from rl_station.settings.checklist_models import ChecklistModel, QuestionModel
from rl_station.settings.condition_words import compared
from rl_station.settings.documents import Layers
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.rule_values import known_values
from rl_station.settings.toml_positions import Path


def check_values(model: ChecklistModel, parsed: Parsed, layers: Layers) -> Iterator[Problem]:
    """Of the conditions of a checklist's questions."""
    answers = {f"answer_{name(question.id)}": question for question in model.questions}
    for index, question in enumerate(model.questions):
        yield from wrong_words(question.when, ("questions", index, "when"), answers, parsed, layers)


def wrong_words(
    source: str, path: Path, answers: Mapping[str, QuestionModel], parsed: Parsed, layers: Layers
) -> Iterator[Problem]:
    """Values that nothing can have, with the nearest that something can. `answers`: questions by the names of their answers."""
    for each in compared(source):
        asked = answers.get(each.name)
        known = _answers(asked) if asked else known_values(each.name, parsed) if each.name in FIELDS else None
        for value in each.values if known is not None else ():
            if isinstance(value, str) and value and known is not None and value not in known:
                of = f"an answer of {asked.id!r}" if asked else f"a value of {each.name}"
                yield layers.problem(path, f"{value!r} is never {of}", nearest(value, known))


def _answers(question: QuestionModel) -> Collection[str]:
    said = [answer.id for answer in (*question.bands, *question.options)]
    return said if question.kind in ("choice", "number") else [*said, GIVEN]
