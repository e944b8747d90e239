"""Taking back: UNDO for the last input, CANCEL for the subject in hand. Nothing is erased; a correction says so."""

from __future__ import annotations

from rl_station.domain.events import AlarmAcknowledged, CorrectionDeclared, Event
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import Session, State, Step

HANDLED = frozenset({"LabelRequested", "UnitSorted", "UnitTakenUp", "ContainerClosed", "ContainersConsolidated"})
"""Steps that left something in the world: the facts were wrong, not absent, and hands have to follow."""


def undo(session: Session, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The correction of the last input, or why it stands. An alarm it raised is over with it."""
    if not session.trail:
        return refuse("undo.nothing")
    step = session.trail[-1]
    if step.fixed:
        return refuse(step.fixed)
    if _built_upon(step, knowledge):
        return refuse("undo.built_upon")
    correction = CorrectionDeclared(
        corrects=step.seqs,
        types=step.types,
        reason="incorrect_data" if HANDLED.intersection(step.types) else "did_not_occur",
        parcels=step.parcels,
        units=step.units,
        containers=step.containers,
    )
    return (*(AlarmAcknowledged(code=alarm.code) for alarm in session.state.alarms), correction)


def put_down(
    state: State, *, parcels: tuple[str, ...] = (), units: tuple[str, ...] = (), containers: tuple[str, ...] = ()
) -> tuple[Event, ...]:
    """CANCEL: all events of the subject in hand did not happen."""
    types = tuple(mark.type for mark in state.marks)
    return (
        CorrectionDeclared(
            corrects=tuple(mark.seq for mark in state.marks),
            types=types,
            reason="incorrect_data" if HANDLED.intersection(types) else "did_not_occur",
            parcels=tuple(name for name in parcels if name),
            units=tuple(name for name in units if name),
            containers=tuple(name for name in containers if name),
        ),
    )


def _built_upon(step: Step, knowledge: Knowledge) -> bool:
    """Others went on from there: a received parcel is open at a bench, a sorted unit's container left the floor."""
    parcels = [knowledge.records.parcel(name) for name in step.parcels]
    if "ParcelReceived" in step.types or "ParcelLaneAssigned" in step.types:
        return any(record is not None and record.status in ("opened", "closed") for record in parcels)
    containers = [knowledge.records.container(name) for name in step.containers]
    if "UnitSorted" in step.types:
        return any(record is not None and record.status != "open" for record in containers)
    if "ContainerClosed" in step.types:
        return any(record is not None and record.status != "closed" for record in containers)
    units = [knowledge.records.unit(name) for name in step.units]
    if "UnitPlateConfirmed" in step.types or "ParcelClosed" in step.types:
        return any(record is not None and (record.container != "" or record.status == "rework") for record in units)
    return False
