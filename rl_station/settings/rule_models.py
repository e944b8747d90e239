"""The shape of dispositions.toml: ways out, what takes them away, and the rules that choose among them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from rl_station.settings.models import Disposition, Slug, Table, Text

Travel = Literal["air", "ground", "sea"]
Pack = Literal["shared", "single"]

_MOST = 500
"""More lines than this nobody reads, and each costs time at every decision."""


def _written(found: object) -> object:
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else found


Amount = Annotated[str, Field(min_length=1), BeforeValidator(_written, json_schema_input_type=str | int)]
"""Cents: a whole number, or an expression over the unit such as `value * 60 / 100`."""


class OutcomeModel(Table):
    """One way out, its table named after it. What it does not say itself is as in the outcome it is `like`."""

    like: str = Field("", description="Another outcome that says what is not said here.")
    disposition: Disposition | None = Field(None, description="What happens to the unit: the bin follows from it.")
    channel: Slug | None = Field(
        None, description="Where it is sold or sent; clients and products allow or prohibit it."
    )
    travels: Annotated[tuple[Travel, ...], Field(min_length=1)] | None = Field(
        None, strict=False, description="How it may leave, best first; none: air, ground, sea."
    )
    packs: Annotated[tuple[Pack, ...], Field(min_length=1)] | None = Field(
        None, strict=False, description="How it may be packed, best first; none: shared, single."
    )
    recovers: Amount | None = Field(None, description="What it brings, in cents: a number, or an expression (CEL).")
    costs: Amount | None = Field(None, description="What it costs, in cents: a number, or an expression (CEL).")
    steps: tuple[Slug, ...] | None = Field(None, strict=False, description="Work on the unit before it goes on.")


class RemovalModel(Table):
    """Takes ways out away from a unit, whatever the rules say."""

    id: Slug = Field(description="Name of the removal in records; unique.")
    reason: Text = Field(description="Why, as a sentence.")
    removes: Annotated[tuple[Slug, ...], Field(min_length=1)] = Field(
        strict=False, description="Dispositions, channels, outcomes, ways to travel (air) or to pack (shared)."
    )
    when: Text = Field(description="Condition (CEL) for which this is so.")


class RuleModel(Table):
    """One line of the decision table."""

    id: Slug = Field(description="Name of the rule in records; unique.")
    outcomes: Annotated[tuple[Slug, ...], Field(min_length=1)] = Field(
        strict=False, description="An outcome or disposition; of several, the one that brings most less its costs."
    )
    reason: Text = Field(description="Why, as a sentence for the inspector.")
    reason_de: str = Field("", description="The same in German.")
    reason_es: str = Field("", description="The same in Spanish.")
    when: str = Field("", description="Condition (CEL) that has to hold; none: always.")
    approval: Literal["inspector", "supervisor"] | None = Field(
        None, description="Who has to agree before the unit moves."
    )
    approve_when: str = Field("", description="Condition (CEL) for which that is so; none: always.")

    @field_validator("outcomes", mode="before")
    @classmethod
    def _one(cls, found: object) -> object:
        return [found] if isinstance(found, str) else found


class RulesModel(Table):
    """dispositions.toml: the rules in order; the first that holds, and whose outcome nothing takes away, decides."""

    outcomes: Annotated[dict[Slug, OutcomeModel], Field(max_length=_MOST)] = Field(
        default={}, description="The ways out by name."
    )
    removals: Annotated[tuple[RemovalModel, ...], Field(max_length=_MOST)] = Field(
        (), strict=False, description="What is taken away, and when."
    )
    rules: Annotated[tuple[RuleModel, ...], Field(min_length=1, max_length=_MOST)] = Field(
        strict=False, description="The rules; the last has no condition."
    )
