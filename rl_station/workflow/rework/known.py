"""What is known of a unit that was put down: folded from everything that happened to it, as at the bench."""

from __future__ import annotations

from rl_station.domain import events as e
from rl_station.workflow.inspect.evolve import unit_after
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import Inspecting, UnitInHand


def unit_of_records(plate: str, knowledge: Knowledge) -> UnitInHand | None:
    """The unit as it would be in hand; None where it was not identified here."""
    return unit_after(knowledge.records.unit_events(plate))


def steps_left(plate: str, knowledge: Knowledge) -> tuple[str, ...]:
    """The steps of its last decision that are still to do."""
    left: tuple[str, ...] = ()
    for event in knowledge.records.unit_events(plate):
        match event:
            case e.DispositionDecided() | e.DispositionApproved() | e.ReworkStepEnded():
                left = event.steps
            case e.RegradeBegun():
                left = ()
            case _:
                pass
    return left


def before_rework(plate: str, knowledge: Knowledge) -> UnitInHand | None:
    """The unit as it was when it was last about to be graded anew."""
    events = knowledge.records.unit_events(plate)
    ends = [place for place, event in enumerate(events) if isinstance(event, e.RegradeBegun)]
    return unit_after(events[: ends[-1]] if ends else events)


def bench_of(unit: UnitInHand, parcel: str) -> Inspecting:
    """The bench that the questions of inspect are asked at: nothing on it but this unit."""
    return Inspecting(parcel=parcel, client=unit.client, rmas=(unit.rma,) if unit.rma else (), unit=unit)
