"""The shape of rules_examples.toml: units whose way the rules have to find, kept beside the rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rl_station.settings.models import Disposition, Slug, Table, Text

Given = str | int | bool | Annotated[tuple[str, ...], Field(strict=False)]


class ExampleModel(Table):
    """One unit as the bench sees it, and where it has to go. What is not asked for may be anything."""

    name: Text = Field(description="What the example shows, as a sentence.")
    unit: dict[str, Given] = Field(description="What is known of the unit, in the names that conditions ask about.")
    disposition: Disposition = Field(description="Where it has to go.")
    rule: Slug | None = Field(None, description="The rule that has to decide.")
    outcome: Slug | None = Field(None, description="The outcome that has to be taken.")
    approval: str | None = Field(None, description="Who has to agree; empty: nobody.")
    expected: int | None = Field(None, description="What it has to bring less its costs, in cents.")
    travels: tuple[str, ...] | None = Field(None, strict=False, description="The ways it may leave, best first.")
    packs: tuple[str, ...] | None = Field(None, strict=False, description="How it may be packed, best first.")
    removed: tuple[str, ...] | None = Field(
        None, strict=False, description="What at least has to be taken away: dispositions, channels, air, shared."
    )


class ExamplesModel(Table):
    """rules_examples.toml: run by `rl-station rules test`; a site without examples does without the file."""

    examples: tuple[ExampleModel, ...] = Field((), strict=False, description="The examples.")
