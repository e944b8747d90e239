"""What is known at a second look after an event."""

from __future__ import annotations

from rl_station.domain import events as e
from rl_station.workflow.state import Job, LookedAgain, LookingAgain


def evolve(job: Job | None, event: e.Event) -> Job | None:
    """The job after one event; untouched by events of other work."""
    match event:
        case e.SecondLookBegun():
            return LookingAgain(event.unit, event.parcel, event.inspector)
        case e.SecondLookTaken():
            return LookedAgain(event.unit, event.hazards)
        case e.SecondLookLeft() | e.CorrectionDeclared() if isinstance(job, LookingAgain | LookedAgain):
            return None
        case _:
            return job
