"""The announced lines of the parcel on the bench, and how far they are filled."""

from __future__ import annotations

import msgspec

from rl_station.domain.messages import content, message
from rl_station.domain.reference import AnnouncedLine, Product
from rl_station.workflow.facts import returns_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import ChecklistLine
from rl_station.workflow.state import Inspecting


class Expected(msgspec.Struct, frozen=True):
    """One announced line with its product and the pieces of it seen so far."""

    rma: str
    client: str
    line: AnnouncedLine
    product: Product | None
    seen: int

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
            seen=sum((unit.rma, unit.line) == (announced.rma, line.line) for unit in job.seen),
        )
        for announced in returns_of(job.rmas, knowledge)
        for line in announced.lines
    )


def missing_lines(job: Inspecting, knowledge: Knowledge) -> tuple[Expected, ...]:
    return tuple(line for line in expected_lines(job, knowledge) if line.missing)


def checklist(job: Inspecting, knowledge: Knowledge) -> tuple[ChecklistLine, ...]:
    """The announced lines as they fill up, then what nobody announced."""
    announced = [
        ChecklistLine(content(line.name), _state(line, job.closing), line.seen, line.line.quantity)
        for line in expected_lines(job, knowledge)
    ]
    others = [
        ChecklistLine(
            content(unit.name) if unit.name else message("inspect.unknown_item"),
            "other_client" if unit.match == "other_client" else "unexpected",
            1,
            0,
        )
        for unit in job.seen
        if unit.match != "expected"
    ]
    return (*announced, *others)


def _state(line: Expected, closing: bool) -> str:
    if not line.missing:
        return "seen"
    if closing:
        return "missing"
    return "partial" if line.seen else "open"
