"""Taking back: UNDO for the last input, CANCEL for the subject in hand. Nothing is erased; a correction says so."""

from __future__ import annotations

from rl_station.domain.events import AlarmAcknowledged, ContainerPresented, CorrectionDeclared, Event
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.knowledge import HistoryLine, Knowledge
from rl_station.workflow.state import Card, Session, State, Step, Traced

HANDLED = frozenset(
    {
        *(
            "LabelRequested",
            "UnitSorted",
            "UnitTakenUp",
            "ContainerClosed",
            "ContainersConsolidated",
            "ContainerReopened",
        ),
        *("ParcelReleased", "ParcelReassigned"),
    }
)
"""Steps that left something in the world: the facts were wrong, not absent, and hands have to follow."""

_SAID = frozenset({"DispositionApproved", "DispositionOverridden", "UnitHeld", "UnitReleased"})
"""Somebody's word about a unit, after which it may have gone on."""
_BESIDE = frozenset({"LabelRequested", "LabelPrintFailed", "CodeTraced", "TroubleSettled", "CorrectionDeclared"})


def undo(session: Session, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The correction of the last input, or why it stands. An alarm it raised is over with it.

    A scan that was refused with an alarm, or a tag that came by, left nothing to take back: what counts before it stays.
    """
    if from_elsewhere(session):
        return tuple(AlarmAcknowledged(code=alarm.code) for alarm in session.state.alarms)
    if container := _only_asked(session.state):
        return (ContainerPresented(container=container),)
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


def from_elsewhere(session: Session) -> bool:
    """Whether an alarm stands that the last input to count did not raise."""
    alarms = session.state.alarms
    return bool(alarms) and not (session.trail and alarms[0] in session.trail[-1].raised)


def _only_asked(state: State) -> str:
    """The container of which only something was asked since the last input that counted: to ship it, to show its history."""
    match state.job:
        case Card(container=container, action="ship" | "consolidate"):
            return container
        case Traced(container=container) if state.task == "sort":
            return container
        case _:
            return ""


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


def _built_upon(step: Step, knowledge: Knowledge) -> bool:  # noqa: PLR0911 - a table: one return for each row
    """Others went on from there: a received parcel is open at a bench, a sorted unit's container left the floor."""
    parcels = [knowledge.records.parcel(name) for name in step.parcels]
    if any(
        name in step.types for name in ("ParcelReceived", "ParcelLaneAssigned", "ParcelReleased", "ParcelReassigned")
    ):
        return any(record is not None and record.status in ("opened", "closed") for record in parcels)
    containers = [knowledge.records.container(name) for name in step.containers]
    if "UnitSorted" in step.types:
        return any(record is not None and record.status != "open" for record in containers)
    if "ContainerClosed" in step.types:
        return any(record is not None and record.status != "closed" for record in containers)
    units = [knowledge.records.unit(name) for name in step.units]
    if "UnitPlateConfirmed" in step.types or "ParcelClosed" in step.types:
        return any(record is not None and (record.container != "" or record.status == "rework") for record in units)
    if _SAID.intersection(step.types):
        return any(_gone_on(knowledge.records.history(unit=name)) for name in step.units)
    if "ContainerReopened" in step.types:
        return any(_gone_on(knowledge.records.history(container=name)) for name in step.containers)
    return False


def _gone_on(history: tuple[HistoryLine, ...]) -> bool:
    """Whether more has happened since the supervisor's word than what was printed and looked up."""
    lines = [line.type for line in history if not line.corrected and line.type not in _BESIDE]
    return not lines or lines[-1] not in {*_SAID, "ContainerReopened"}
