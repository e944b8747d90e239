"""What is on the trace screen after an event."""

from __future__ import annotations

from rl_station.domain.events import CodeTraced, Event
from rl_station.workflow.state import Job, Traced


def evolve(job: Job | None, event: Event) -> Job | None:
    """The job after one event; untouched by events of other work."""
    if isinstance(event, CodeTraced):
        return Traced(event.kind, event.value, event.parcel, event.unit, event.container)
    return job
