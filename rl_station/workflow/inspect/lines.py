"""The announced lines of the parcel on the bench, and how far they are filled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from rl_station.domain.events import SeenUnit
from rl_station.domain.messages import content
from rl_station.domain.reference import AnnouncedLine, Product
from rl_station.workflow.facts import returns_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import ChecklistLine
from rl_station.workflow.state import Inspecting, SeenTag
from rl_station.workflow.tags import pieces, unclaimed
from rl_station.workflow.tags.facts import surprise

Piece = TypeVar("Piece", SeenUnit, SeenTag)


class Expected(msgspec.Struct, frozen=True):
    """One announced line with its product and the units of it so far. `there`: pieces, those only read by radio included."""

    rma: str
    client: str
    line: AnnouncedLine
    product: Product | None
    seen: int
    there: int

    @property
    def missing(self) -> int:
        return max(0, self.line.quantity - self.seen)

    @property
    def name(self) -> str:
        return self.product.name if self.product else self.line.sku


def expected_lines(job: Inspecting, knowledge: Knowledge) -> tuple[Expected, ...]:
    """All lines of the parcel's returns, in the order announced."""
    return tuple(
        Expected(
            rma=announced.rma,
            client=announced.client,
            line=line,
            product=knowledge.reference.product(announced.client, line.sku),
            seen=len(units := _of_line(job.seen, announced.rma, line.line)),
            there=pieces(units, _of_line(job.radio.seen, announced.rma, line.line)),
        )
        for announced in returns_of(job.rmas, knowledge)
        for line in announced.lines
    )


def missing_lines(job: Inspecting, knowledge: Knowledge) -> tuple[Expected, ...]:
    return tuple(line for line in expected_lines(job, knowledge) if line.missing)


def checklist(job: Inspecting, knowledge: Knowledge) -> tuple[ChecklistLine, ...]:
    """The announced lines as they fill up, then what nobody announced."""
    announced = [
        ChecklistLine(content(line.name), _state(line, job.closing), line.there, line.line.quantity)
        for line in expected_lines(job, knowledge)
    ]
    units = [surprise(unit.name, unit.match) for unit in job.seen if unit.match != "expected"]
    tags = [surprise(tag.name, tag.match) for tag in unclaimed(job.seen, job.radio.seen) if tag.match != "expected"]
    return (*announced, *units, *tags)


def _state(line: Expected, closing: bool) -> str:
    """At the close only what came out of the parcel as a unit is there."""
    if closing and line.missing:
        return "missing"
    if line.there >= line.line.quantity:
        return "seen"
    return "partial" if line.there else "open"


def _of_line(found: Iterable[Piece], rma: str, line: int) -> list[Piece]:
    return [each for each in found if (each.rma, each.line) == (rma, line)]
