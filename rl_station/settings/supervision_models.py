"""The shape of supervision.toml: shifts, what is wanted and promised, and how much is graded a second time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rl_station.settings.models import CodeBody, Table, Text

Stage = Literal["received", "unpacked", "decided", "reworked", "sorted", "packed", "shipped"]
WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][05]$")]
"""A time of day in steps of five minutes, in which work is counted: 05:55."""
PerThousand = Annotated[int, Field(ge=0, le=1000)]
_Pieces = Annotated[int, Field(ge=1, le=10_000)]
_Hours = Annotated[int, Field(ge=1, le=8_760)]


class ShiftModel(Table):
    """One shift of every day; one that ends before it begins ends tomorrow."""

    name: Text = Field(description="Name of the shift as people say it.")
    begins: WallTime = Field(description="When it begins by the clocks of the site, in steps of five minutes: 06:00.")
    ends: WallTime = Field(description="When it ends.")


class SlaModel(Table):
    """How long a return may take, from its first scan until its units are in their places."""

    hours: _Hours | None = Field(
        default=None, description="Hours for every client's returns; none: nothing is promised."
    )
    clients: dict[str, _Hours] = Field(default={}, description="Hours by client, in place of the others.")


class SecondLookModel(Table):
    """How many units of a thousand are graded again, blind, by somebody else."""

    per_thousand: PerThousand = Field(default=0, description="Of all units; 20 is every fiftieth.")
    operators: dict[str, PerThousand] = Field(
        default={}, description="Of what a person graded, by their id; stands in place of the share of all."
    )
    grades: dict[str, PerThousand] = Field(
        default={}, description="Of what got a functional or cosmetic code; the largest that fits a unit counts."
    )
    bin: CodeBody | None = Field(
        default=None, description="Bin or lane where they wait for it; none: they go where they were decided to go."
    )
    kappa: float = Field(default=0.6, ge=-1, le=1, description="Agreement below this (Cohen's kappa) is warned of.")


class SupervisionModel(Table):
    """supervision.toml: what supervisors measure work against."""

    timezone: Text = Field("UTC", description="IANA name of the time on the site's walls: Europe/Oslo.")
    shifts: tuple[ShiftModel, ...] = Field((), strict=False, description="The shifts of a day; none: the day is one.")
    targets: dict[Stage, _Pieces] = Field(default={}, description="Pieces an hour and person, by stage.")
    sla: SlaModel = Field(default=SlaModel(), description="What is promised.")
    second_look: SecondLookModel = Field(default=SecondLookModel(), description="What is graded again.")
