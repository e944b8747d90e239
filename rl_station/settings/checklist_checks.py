"""Whether a checklist can be walked: every `next` exists, every question is reached, no way leads back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rl_station.domain.checklist import END
from rl_station.settings.content_models import ChecklistModel, OptionModel
from rl_station.settings.documents import Layers
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.toml_positions import Path
from rl_station.workflow.inputs import Command

_RESERVED = frozenset([*Command, *(f"ANSWER{digit}" for digit in range(1, 10)), "ANSWERA"])


def check_checklist(model: ChecklistModel, layers: Layers) -> Iterator[Problem]:
    """Repeated ids, reserved or repeated commands, and the shape of the way through."""
    ids = [question.id for question in model.questions]
    yield from _repeated(ids, ("questions",), "question", layers)
    for index, question in enumerate(model.questions):
        options: Path = ("questions", index, "options")
        yield from _repeated([option.id for option in question.options], options, "option", layers)
        yield from _commands(question.options, options, layers)
        for number, option in enumerate(question.options):
            if option.next not in ("", END, *ids):
                hint = nearest(option.next, [*ids, END])
                yield layers.problem((*options, number, "next"), f"there is no question {option.next!r}", hint)
    ways = _ways(model)
    yield from _loops(ways, ids, layers)
    reached = _reached(ids[0], ways)
    for index, question_id in enumerate(ids):
        if question_id not in reached:
            yield layers.problem(("questions", index, "id"), f"no answer leads to the question {question_id!r}")


def _repeated(ids: list[str], around: Path, what: str, layers: Layers) -> Iterator[Problem]:
    for index, id_ in enumerate(ids):
        if id_ in ids[:index]:
            yield layers.problem((*around, index, "id"), f"the {what} {id_!r} stands here twice")


def _commands(options: tuple[OptionModel, ...], around: Path, layers: Layers) -> Iterator[Problem]:
    commands = [option.command for option in options]
    for index, command in enumerate(commands):
        place = (*around, index, "command")
        if command in _RESERVED:
            yield layers.problem(place, f"the command {command!r} has a meaning of its own")
        elif command and command in commands[:index]:
            yield layers.problem(place, f"the command {command!r} stands here twice")


def _ways(model: ChecklistModel) -> Mapping[str, tuple[str, ...]]:
    """For each question the questions its answers lead to."""
    ids = [question.id for question in model.questions]
    following = dict(zip(ids, [*ids[1:], END], strict=True))
    return {
        question.id: tuple(dict.fromkeys(option.next or following[question.id] for option in question.options))
        for question in model.questions
    }


def _reached(start: str, ways: Mapping[str, tuple[str, ...]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting.extend(ways.get(here, ()))
    return reached


def _loops(ways: Mapping[str, tuple[str, ...]], ids: list[str], layers: Layers) -> Iterator[Problem]:
    for index, question_id in enumerate(ids):
        back = [id_ for id_ in ways[question_id] if id_ in ways and question_id in _reached(id_, ways)]
        if back:
            yield layers.problem(
                ("questions", index), f"the answers of {question_id!r} can lead back to it, by {back[0]!r}"
            )
