"""Whether a checklist can be walked: every `next` exists, every question is reached, no way leads back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from rl_station.domain.checklist import END, GIVEN, TIMER_FINISHED, TIMER_START, names_of
from rl_station.domain.conditions import ConditionError, Facts, compile_condition
from rl_station.settings.checklist_bands import check_bands
from rl_station.settings.checklist_content import checklist, samples_of
from rl_station.settings.checklist_kinds import check_kind
from rl_station.settings.checklist_models import ChecklistModel, OptionModel, QuestionModel, effects
from rl_station.settings.checklist_ways import check_ways
from rl_station.settings.documents import Layers
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.toml_positions import Path
from rl_station.workflow.inputs import Command

_RESERVED = frozenset([*Command, *(f"ANSWER{digit}" for digit in range(1, 10)), "ANSWERA", "START", "FINISHED"])


def check_checklist(id_: str, model: ChecklistModel, foreign: Collection[str], layers: Layers) -> Iterator[Problem]:
    """Repeated ids, reserved or repeated commands, kinds, conditions, and the shape of the way through.

    What the ways find is only asked of a checklist that is sound so far. `foreign`: flags that may be there when it begins.
    """
    shape = [*_shape(model, layers), *_conditions(model, layers)]
    yield from shape
    if not shape:
        yield from check_ways(checklist(id_, model), foreign, layers)


def check_condition(source: str, path: Path, samples: tuple[Facts, ...], layers: Layers) -> Iterator[Problem]:
    """What is wrong with one condition."""
    try:
        compile_condition(source, samples)
    except ConditionError as error:
        yield layers.problem(path, error.message, error.hint)


def _shape(model: ChecklistModel, layers: Layers) -> Iterator[Problem]:
    ids = [question.id for question in model.questions]
    yield from _repeated(ids, ("questions",), "question", layers)
    for index, question in enumerate(model.questions):
        place: Path = ("questions", index)
        yield from check_kind(question, place, layers)
        yield from _answers(question, place, layers)
        yield from _commands(question, place, layers)
        for path, effect in effects(question):
            if effect.next not in ("", END, *ids):
                hint = nearest(effect.next, [*ids, END])
                yield layers.problem((*place, *path, "next"), f"there is no question {effect.next!r}", hint)
    ways = _ways(model)
    yield from _loops(ways, ids, layers)
    reached = _reached(ids[0], ways)
    for index, question_id in enumerate(ids):
        if question_id not in reached:
            yield layers.problem(("questions", index, "id"), f"no answer leads to the question {question_id!r}")


def _conditions(model: ChecklistModel, layers: Layers) -> Iterator[Problem]:
    samples = samples_of(model.questions)
    names: dict[str, str] = {}
    for index, question in enumerate(model.questions):
        place: Path = ("questions", index)
        yield from check_condition(question.when, (*place, "when"), samples, layers)
        yield from check_bands(question, place, layers)
        for name in names_of([(question.id, question.kind)]).keys() & names.keys() - names_of(()).keys():
            yield layers.problem((*place, "id"), f"conditions cannot tell it from {names[name]!r}")
            break
        names |= dict.fromkeys(names_of([(question.id, question.kind)]), question.id)


def _repeated(ids: list[str], around: Path, what: str, layers: Layers) -> Iterator[Problem]:
    for index, id_ in enumerate(ids):
        if id_ in ids[:index]:
            yield layers.problem((*around, index, "id"), f"the {what} {id_!r} stands here twice")


def _answers(question: QuestionModel, place: Path, layers: Layers) -> Iterator[Problem]:
    options = [option.id for option in question.options]
    yield from _repeated(options, (*place, "options"), "option", layers)
    taken = {TIMER_START, TIMER_FINISHED, *(() if question.kind in ("choice", "number") else (GIVEN,))}
    for key, answers in (("options", question.options), ("bands", question.bands)):
        for index, answer in enumerate(answers):
            if answer.id in taken:
                yield layers.problem((*place, key, index, "id"), f"the answer {answer.id!r} has a meaning of its own")
    for index, band in enumerate(question.bands):
        if band.id in (*options, *(each.id for each in question.bands[:index])):
            yield layers.problem((*place, "bands", index, "id"), f"the answer {band.id!r} stands here twice")


def _commands(question: QuestionModel, place: Path, layers: Layers) -> Iterator[Problem]:
    said: set[str] = set()
    for path, answer in effects(question):
        command = answer.command if isinstance(answer, OptionModel) else None
        if command in _RESERVED:
            yield layers.problem((*place, *path, "command"), f"the command {command!r} has a meaning of its own")
        elif command in said:
            yield layers.problem((*place, *path, "command"), f"the command {command!r} stands here twice")
        said |= {command} if command else set()


def _ways(model: ChecklistModel) -> Mapping[str, tuple[str, ...]]:
    """For each question the questions its answers lead to, and the one below where it can be passed over."""
    ids = [question.id for question in model.questions]
    following = dict(zip(ids, [*ids[1:], END], strict=True))
    return {
        question.id: tuple(
            dict.fromkeys(
                [
                    *(effect.next or following[question.id] for _, effect in effects(question)),
                    *([following[question.id]] if question.when else []),
                ]
            )
        )
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
