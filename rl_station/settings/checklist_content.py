"""Makes checklists, with their content versions, of what checklists/*.toml and reasons.toml say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from rl_station.domain.checklist import DATA, GIVEN, HAZARD, REASON, Checklist, Option, Question, Scope, names_of
from rl_station.domain.conditions import ALWAYS, Condition, Facts, compile_condition
from rl_station.settings.checklist_models import (
    BandModel,
    ChecklistModel,
    OptionModel,
    QuestionModel,
    ReasonsModel,
    texts_of,
)

SHARED = (HAZARD, DATA)
"""Checklists that belong to no category; every site has them."""
CONFIRMED, NOT_FOUND = "confirmed", "not_found"

ANSWERS: tuple[Facts, ...] = ({"answer": 0}, {"answer": 100})
"""What conditions of bands are tried with when they are read."""


def checklist(id_: str, model: ChecklistModel) -> Checklist:
    """The questions as the deciders ask them. Raises ConditionError where the model was not checked."""
    samples = samples_of(model.questions)
    return Checklist(
        id_,
        model.title,
        tuple(_question(question, samples) for question in model.questions),
        _version(model),
        scope_of(id_, model),
    )


def reason_checklist(model: ReasonsModel) -> Checklist:
    """One question for each reason a customer can give; only that of the announced one is ever asked."""
    samples = samples_of(())
    options = tuple(
        Option(id_, wording.text, texts_of(wording))
        for id_, wording in ((CONFIRMED, model.confirmed), (NOT_FOUND, model.not_found))
    )
    questions = (
        Question(code, found.text, options, texts_of(found), found.help, when=compile_condition(found.when, samples))
        for code, found in model.reasons.items()
    )
    return Checklist(REASON, model.title, tuple(questions), _version(model))


def scope_of(id_: str, model: ChecklistModel) -> Scope:
    """What it is for, said or by its name; nothing for those that belong to no category."""
    if model.scope is not None:
        said = model.scope
        return Scope(said.category, said.client or "", said.group or "", said.product or "")
    return Scope("" if id_ in SHARED else id_)


def samples_of(questions: Sequence[QuestionModel]) -> tuple[Facts, ...]:
    """A unit nobody knows anything of, and one of which everything is known."""
    none = names_of((question.id, question.kind) for question in questions)
    known: dict[str, bool | int | str | tuple[str, ...]] = {}
    for name, value in none.items():
        known[name] = (
            True if isinstance(value, bool) else 100 if isinstance(value, int) else ("-",) if value == () else "-"
        )
    return none, known


def _question(model: QuestionModel, samples: tuple[Facts, ...]) -> Question:
    return Question(
        id=model.id,
        text=model.text,
        options=tuple(_option(option) for option in model.options),
        texts=texts_of(model),
        help=model.help,
        kind=model.kind,
        when=compile_condition(model.when, samples),
        bands=_bands(model),
        unit=model.unit,
        least=model.min,
        most=model.max,
        codes=model.codes,
        seconds=model.seconds,
    )


def _bands(model: QuestionModel) -> tuple[Option, ...]:
    match model.kind:
        case "choice":
            return ()
        case "number":
            return tuple(_option(band, compile_condition(band.when, ANSWERS)) for band in model.bands)
        case _:
            return (_option(OptionModel(id=GIVEN, text="-", **(model.then.model_dump() if model.then else {}))),)


def _option(model: OptionModel | BandModel, when: Condition = ALWAYS) -> Option:
    return Option(
        id=model.id,
        text=model.text,
        texts=texts_of(model),
        next=model.next,
        functional=model.functional or "",
        cosmetic=model.cosmetic or "",
        packaging=model.packaging or "",
        flags=model.flags,
        command=model.command or "",
        when=when,
    )


def _version(model: ChecklistModel | ReasonsModel) -> str:
    """A short hash that changes whenever the content does."""
    return hashlib.sha256(model.model_dump_json().encode()).hexdigest()[:12]
