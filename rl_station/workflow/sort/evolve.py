"""What is known at the sort desk after an event."""

from __future__ import annotations

from rl_station.domain.events import (
    ContainerClosed,
    ContainerCompared,
    ContainerPresented,
    ContainersConsolidated,
    ContainerShipped,
    CorrectionDeclared,
    Event,
    UnitPresented,
    UnitSorted,
)
from rl_station.workflow.state import Card, Job, Presented


def evolve(job: Job | None, event: Event) -> Job | None:  # noqa: PLR0911 - a table: one return for each row
    """The job after one event; untouched by events of other work."""
    match event:
        case UnitPresented():
            return Presented(event.unit, event.disposition, event.client, event.bin, event.known_by, event.container)
        case UnitSorted(container=container) | ContainerClosed(container=container):
            return Card(container)
        case ContainersConsolidated(container=container) | ContainerShipped(container=container):
            return Card(container)
        case ContainerCompared(missing=missing, extra=extra):
            return Card(event.container, "differs", missing, extra) if missing or extra else job
        case ContainerPresented():
            return Card(event.container, event.action)
        case CorrectionDeclared() if isinstance(job, Presented | Card):
            return None
        case _:
            return job
