"""What is known at the rework station after an event."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.workflow.state import Job, Reworking


def evolve(job: Job | None, event: e.Event) -> Job | None:
    """The job after one event; untouched by events of other work."""
    if isinstance(event, e.UnitTakenUp):
        return Reworking(event.unit, event.parcel, event.work, event.steps)
    return _going_on(job, event) if isinstance(job, Reworking) else job


def _going_on(job: Reworking, event: e.Event) -> Reworking | None:
    match event:
        case e.ReworkSetAside() | e.UnitPlateConfirmed() | e.CorrectionDeclared():
            return None
        case e.ReworkFinished(relabelled=False):
            return None
        case e.ReworkStepBegun():
            return Reworking(job.unit, job.parcel, job.work, job.steps, begun=event.at)
        case e.ReworkStepEnded():
            return Reworking(job.unit, job.parcel, job.work, event.steps)
        case _:
            return _at_work(job, event)


def _at_work(job: Reworking, event: e.Event) -> Reworking:
    match event:
        case e.ReworkMethodChosen():
            return replace(job, method=event.method)
        case e.ReworkPartUsed():
            used = dict(job.parts)
            used[event.part] = used.get(event.part, 0) + event.quantity
            return replace(job, parts=tuple(used.items()))
        case e.ReworkResultSaid():
            return replace(job, result=event.result, seconds=event.seconds, sure=event.sure)
        case _:
            return job
