"""The shape of the inspection content: checklists and the disposition rule table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from rl_station.settings.models import CodeBody, Disposition, Slug, Table, Text

Functional = Literal["F0", "F1", "F2", "F3", "F4", "F5", "F6"]
Cosmetic = Literal["C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"]
Packaging = Literal["missing", "damaged", "complete", "sealed"]
RuleField = Literal[
    "category",
    "client",
    "cosmetic",
    "data_bearing",
    "flag",
    "functional",
    "hazard",
    "match",
    "packaging",
    "reason",
    "recall",
    "swap",
    "value",
    "wish",
]


class OptionModel(Table):
    """One possible answer."""

    id: Slug = Field(description="Name of the answer in records; never reused for another meaning.")
    text: Text = Field(description="What the inspector reads.")
    text_de: str = Field("", description="The same in German.")
    text_es: str = Field("", description="The same in Spanish.")
    next: str = Field("", description="Id of the next question; none: the one below; `end`: finished.")
    functional: Functional | None = Field(None, description="Best functional grade a unit with this answer can have.")
    cosmetic: Cosmetic | None = Field(None, description="Best cosmetic grade a unit with this answer can have.")
    packaging: Packaging | None = Field(None, description="Best packaging condition with this answer.")
    flags: tuple[Slug, ...] = Field((), strict=False, description="Facts for the rules.")
    command: CodeBody | None = Field(
        None, description="Body of this answer's command barcode, besides ANSWER1 and so on."
    )


class QuestionModel(Table):
    """One question; worst things first."""

    id: Slug = Field(description="Name of the question in records; unique in the file.")
    text: Text = Field(description="What the inspector reads.")
    text_de: str = Field("", description="The same in German.")
    text_es: str = Field("", description="The same in Spanish.")
    help: str = Field("", description="How to find out, where it is not plain.")
    options: Annotated[tuple[OptionModel, ...], Field(min_length=2, max_length=9)] = Field(
        strict=False, description="The answers, two to nine: each has a digit key."
    )


class ChecklistModel(Table):
    """checklists/*.toml: the questions of a category, of hazards, or of data-bearing devices; the file's name is its id."""

    title: Text = Field(description="Name of the checklist on the screen.")
    questions: Annotated[tuple[QuestionModel, ...], Field(min_length=1)] = Field(
        strict=False, description="The questions; the first is asked first."
    )


_Values = Annotated[tuple[str, ...], Field(min_length=1)]


class ConditionModel(Table):
    """What must hold for one field; several tests must all hold. Short forms: a text, a list of texts, true, false."""

    in_: _Values | None = Field(None, alias="in", strict=False, description="One of these is among the unit's values.")
    not_in: _Values | None = Field(None, strict=False, description="None of these is among the unit's values.")
    at_least: int | None = Field(None, description="The value is this or more.")
    at_most: int | None = Field(None, description="The value is this or less.")
    present: bool | None = Field(None, description="The unit has any value at all for this field.")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, found: object) -> object:
        match found:
            case bool():
                return {"in": ["yes" if found else "no"]}
            case str():
                return {"in": [found]}
            case list():
                return {"in": found}
            case _:
                return found

    @model_validator(mode="after")
    def _says_something(self) -> ConditionModel:
        if not self.model_fields_set:
            raise ValueError("a condition needs one of in, not_in, at_least, at_most, present")
        return self


class RuleModel(Table):
    """One line of the decision table."""

    id: Slug = Field(description="Name of the rule in records; unique.")
    disposition: Disposition = Field(description="What happens to the unit.")
    reason: Text = Field(description="Why, as a sentence for the inspector.")
    when: dict[RuleField, ConditionModel] = Field(default={}, description="All of these must hold; none: always.")


class RulesModel(Table):
    """dispositions.toml: the rules in order; the first that holds decides."""

    rules: Annotated[tuple[RuleModel, ...], Field(min_length=1)] = Field(
        strict=False, description="The rules; the last has no conditions."
    )

    @field_validator("rules")
    @classmethod
    def _last_always_holds(cls, rules: tuple[RuleModel, ...]) -> tuple[RuleModel, ...]:
        if rules[-1].when:
            raise ValueError("the last rule must have no conditions, so that every unit gets a disposition")
        return rules
