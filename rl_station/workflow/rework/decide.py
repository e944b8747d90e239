"""What happened at the rework station because of a scan or an answer."""

from __future__ import annotations

from rl_station.domain.events import DispositionDecided, Event, LabelRequested, ReworkFinished, ReworkSetAside
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.inputs import Command, Commanded, Deed, Scanned
from rl_station.workflow.inspect.unit import decide_unit
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.rework.known import before_rework, bench_of, unit_of_records
from rl_station.workflow.rework.take_up import take_up
from rl_station.workflow.rework.work import decide_work
from rl_station.workflow.state import Reworking, State, UnitInHand
from rl_station.workflow.undo import put_down

_NOTHING_DONE = frozenset({"UnitTakenUp", "ReworkStepBegun"})


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The events of one input, or why it is not taken."""
    match state.job, given:
        case Reworking() as job, Commanded(command=Command.CANCEL):
            return _put_aside(state, job)
        case Reworking() as job, _:
            unit = unit_of_records(job.unit, knowledge)
            return refuse("rework.scan_unit_first") if unit is None else _at_work(state, job, unit, given, knowledge)
        case _, Scanned(scan=scan):
            return take_up(scan, state.worker, knowledge)
        case _, Commanded(command=Command.CANCEL):
            return refuse("nothing.in_hand", wanted="@kind.unit_plate")
        case _:
            return refuse("rework.scan_unit_first")


def _at_work(
    state: State, job: Reworking, unit: UnitInHand, given: Deed, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    if job.steps:
        return decide_work(job, unit, given, knowledge)
    decided = decide_unit(state, bench_of(unit, job.parcel), unit, given, knowledge)
    if isinstance(decided, Refusal) or job.work != "rework":
        return decided
    return _finished(decided, job, knowledge)


def _put_aside(state: State, job: Reworking) -> tuple[Event, ...]:
    """What was done stays done, and goes on when the unit is scanned again; a unit only looked at was never taken up."""
    if job.work == "rework" and not _NOTHING_DONE.issuperset(mark.type for mark in state.marks):
        return (ReworkSetAside(unit=job.unit, parcel=job.parcel),)
    return put_down(state, parcels=(job.parcel,), units=(job.unit,))


def _finished(events: tuple[Event, ...], job: Reworking, knowledge: Knowledge) -> tuple[Event, ...]:
    """The new decision beside the old one, and another label only where the old one says something else."""
    decision = next((event for event in events if isinstance(event, DispositionDecided)), None)
    before = before_rework(job.unit, knowledge)
    now = unit_of_records(job.unit, knowledge)
    if decision is None or before is None or now is None:
        return events
    same = _face(before) == (
        *(decision.disposition, decision.bin, decision.travels, decision.packs),
        *(now.functional, now.cosmetic),
    )
    relabelled = bool(decision.approval) or not same
    finished = ReworkFinished(
        unit=job.unit,
        parcel=job.parcel,
        before=before.disposition,
        disposition=decision.disposition,
        grade_before=_grade(before),
        grade=_grade(now),
        relabelled=relabelled,
    )
    kept = (event for event in events if relabelled or not isinstance(event, LabelRequested))
    return (*kept, finished)


def _face(unit: UnitInHand) -> tuple[object, ...]:
    """What stands on a unit's label."""
    return unit.disposition, unit.bin, unit.travels, unit.packs, unit.functional, unit.cosmetic


def _grade(unit: UnitInHand) -> str:
    return " ".join(filter(None, (unit.functional, unit.cosmetic, unit.packaging)))
