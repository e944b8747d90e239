"""The shape of the inspection content: checklists/*.toml and reasons.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rl_station.settings.csv_models import ReasonCode
from rl_station.settings.models import CodeBody, Slug, Table, Text
from rl_station.settings.toml_positions import Path

Functional = Literal["F0", "F1", "F2", "F3", "F4", "F5", "F6"]
Cosmetic = Literal["C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"]
Packaging = Literal["missing", "damaged", "complete", "sealed"]
Kind = Literal["choice", "number", "text", "scan", "photo", "timer"]
Code = Literal["gtin", "serial", "sscc", "epc", "tracking", "container", "bin", "text"]

_LARGEST = 1_000_000
_LONGEST = 86_400


class Wording(Table):
    """What is shown to the worker."""

    text: Text = Field(description="What the inspector reads.")
    text_de: str = Field("", description="The same in German.")
    text_es: str = Field("", description="The same in Spanish.")


class Effect(Table):
    """What an answer does."""

    next: str = Field("", description="Id of the next question; none: the one below; `end`: finished.")
    functional: Functional | None = Field(None, description="Best functional grade a unit with this answer can have.")
    cosmetic: Cosmetic | None = Field(None, description="Best cosmetic grade a unit with this answer can have.")
    packaging: Packaging | None = Field(None, description="Best packaging condition with this answer.")
    flags: tuple[Slug, ...] = Field((), strict=False, description="Facts for the rules.")


class OptionModel(Wording, Effect):
    """One possible answer."""

    id: Slug = Field(description="Name of the answer in records; never reused for another meaning.")
    command: CodeBody | None = Field(
        None, description="Body of this answer's command barcode, besides ANSWER1 and so on."
    )


class BandModel(OptionModel):
    """One band of the numbers that can be measured; it can be chosen by its key, too."""

    when: Text = Field(description="Condition on `answer`, as `answer >= 80 && answer < 90`.")


class QuestionModel(Wording):
    """One question; worst things first."""

    id: Slug = Field(description="Name of the question in records; unique in the file.")
    help: str = Field("", description="How to find out, where it is not plain.")
    kind: Kind = Field("choice", description="How it is answered.")
    when: str = Field("", description="Condition; while it does not hold, the question is passed over.")
    options: Annotated[tuple[OptionModel, ...], Field(max_length=9)] = Field(
        (), strict=False, description="The answers of a choice, two to nine; of other kinds, the ways out."
    )
    unit: str = Field("", description="Unit of a number, as it is shown.")
    min: Annotated[int, Field(ge=-_LARGEST, le=_LARGEST)] = Field(0, description="Smallest number that is taken.")
    max: Annotated[int, Field(ge=-_LARGEST, le=_LARGEST)] = Field(0, description="Largest number that is taken.")
    bands: Annotated[tuple[BandModel, ...], Field(max_length=9)] = Field(
        (), strict=False, description="What the numbers mean: together all of them, each in one band."
    )
    codes: tuple[Code, ...] = Field((), strict=False, description="Kinds of code a scan may be; none: any.")
    seconds: Annotated[int, Field(ge=0, le=_LONGEST)] = Field(0, description="What a timer takes at least.")
    then: Effect | None = Field(None, description="What a text, a code, a photo or a finished timer does.")


class ScopeModel(Table):
    """What the checklist is for."""

    category: Slug = Field(description="Product category.")
    client: Slug | None = Field(None, description="Only for goods of this client.")
    group: Slug | None = Field(None, description="Only for products of this group.")
    product: Text | None = Field(None, description="Only for this article number of the client.")


class ChecklistModel(Table):
    """checklists/*.toml: the questions of a category, of hazards, or of data-bearing devices; the file's name is its id."""

    title: Text = Field(description="Name of the checklist on the screen.")
    scope: ScopeModel | None = Field(None, description="What it is for; none: the category of the file's name.")
    questions: Annotated[tuple[QuestionModel, ...], Field(min_length=1)] = Field(
        strict=False, description="The questions; the first is asked first."
    )


class ReasonModel(Wording):
    """What is asked where the customer gave this reason, its table named after the code of X12 element 1293."""

    help: str = Field("", description="How to find out, where it is not plain.")
    when: str = Field("", description="Condition; while it does not hold, nothing is asked.")


class ReasonsModel(Table):
    """reasons.toml: whether what the customer says of the unit was found."""

    title: Text = Field(description="Name of these questions on the screen.")
    confirmed: Wording = Field(description="The answer where it was found.")
    not_found: Wording = Field(description="The answer where it was not.")
    reasons: dict[ReasonCode, ReasonModel] = Field(default={}, description="The question for each reason code.")


def texts_of(model: BaseModel) -> tuple[tuple[str, str], ...]:
    """Translations by language, where there are some."""
    found = ((language, getattr(model, f"text_{language}", "")) for language in ("de", "es"))
    return tuple((language, text) for language, text in found if text)


def effects(question: QuestionModel) -> Iterator[tuple[Path, Effect]]:
    """Everything that can come of a question, and where in the question it stands."""
    yield from ((("options", number), option) for number, option in enumerate(question.options))
    yield from ((("bands", number), band) for number, band in enumerate(question.bands))
    if question.kind not in ("choice", "number"):
        yield ("then",), question.then or Effect.model_validate({})
