"""The shape of rework.toml: the steps that a decision can ask for, their methods and parts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rl_station.settings.models import Slug, Table, Text

Result = Literal["done", "failed", "not_needed"]

_LONGEST = 86_400


class Named(Table):
    """What is shown to the worker."""

    text: Text = Field(description="What the worker reads.")
    text_de: str = Field("", description="The same in German.")
    text_es: str = Field("", description="The same in Spanish.")

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Translations by language, where there are some."""
        return tuple((language, text) for language, text in (("de", self.text_de), ("es", self.text_es)) if text)


class MethodModel(Named):
    """One way of doing a step, its table named after it."""


class PartModel(Named):
    """Something that is used up or built in, its table named after it."""

    codes: tuple[Text, ...] = Field((), strict=False, description="What its own barcodes say.")


class WorkStepModel(Named):
    """One step, its table named after what the outcomes' `steps` call it."""

    seconds: Annotated[int, Field(ge=0, le=_LONGEST)] = Field(0, description="What it takes at least, in seconds.")
    parts: tuple[Slug, ...] = Field((), strict=False, description="Parts that are offered with a key.")
    methods: tuple[Slug, ...] = Field((), strict=False, description="Methods of which one has to be named.")
    evidence: bool = Field(False, description="Done only with the reference of a certificate or log.")
    results: Annotated[tuple[Result, ...], Field(min_length=1)] = Field(
        ("done", "failed", "not_needed"), strict=False, description="How it can end."
    )
    next: dict[Result, Slug] = Field(
        default={}, description="A result and the step that follows then; `regrade`: the others are left out."
    )


class ReworkModel(Table):
    """rework.toml: work on units before they are graded anew."""

    steps: dict[Slug, WorkStepModel] = Field(default={}, description="The steps by name.")
    methods: dict[Slug, MethodModel] = Field(default={}, description="The methods by name.")
    parts: dict[Slug, PartModel] = Field(default={}, description="The parts by name.")
