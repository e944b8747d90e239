"""The shape of the inspection content: checklists."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rl_station.settings.models import CodeBody, Slug, Table, Text

Functional = Literal["F0", "F1", "F2", "F3", "F4", "F5", "F6"]
Cosmetic = Literal["C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"]
Packaging = Literal["missing", "damaged", "complete", "sealed"]


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
