"""What we know now: the state after an event, whatever the workflow."""

from __future__ import annotations

import msgspec

from rl_station.domain.events import (
    AlarmAcknowledged,
    CorrectionDeclared,
    Event,
    LabelPrintFailed,
    LabelRequested,
    ParcelHazardChecked,
    ScanRefused,
    SignedIn,
    SignedOut,
    TaskChosen,
    UnitHazardFound,
    UnitIdentified,
    UnitRecallChecked,
    UnitSwapSuspected,
)
from rl_station.domain.messages import Message, message
from rl_station.workflow import inspect, receive, sort, trace
from rl_station.workflow.scans import visible
from rl_station.workflow.state import AlarmRaised, Doubt, Job, State, Worker

MENU = "menu"
DOUBTS = frozenset({"plate.not_printed_here"})
"""Refusals after which the very same scan is taken. Their parameter `seen` holds what was scanned."""

_WORK = (receive.evolve, inspect.evolve, sort.evolve, trace.evolve)


def evolve(state: State, event: Event) -> State:  # noqa: PLR0911 - a table: one return for each row
    """The state after one event. Events of other subjects leave it as it is; never raises."""
    match event:
        case SignedIn():
            worker = Worker(event.operator, event.name, event.language, event.roles)
            return State(worker=worker)
        case SignedOut():
            return State()
        case TaskChosen():
            return State(worker=state.worker, task="" if event.task == MENU else event.task)
        case ScanRefused():
            return _refused(state, event)
        case AlarmAcknowledged():
            return msgspec.structs.replace(state, alarms=state.alarms[1:])
        case LabelPrintFailed():
            return msgspec.structs.replace(state, printer=event.reason)
        case _:
            return _worked(state, event)


def _refused(state: State, event: ScanRefused) -> State:
    alarms = (*state.alarms, AlarmRaised(event.code, event.params)) if event.blocking else state.alarms
    seen = str(dict(event.params).get("seen", ""))
    doubt = Doubt(event.code, seen) if event.code in DOUBTS else None
    return msgspec.structs.replace(state, alarms=alarms, doubt=doubt)


def _worked(state: State, event: Event) -> State:
    raised = alarm_of(event)
    alarms = (*state.alarms, AlarmRaised(raised.code, raised.params)) if raised else state.alarms
    printer = "" if isinstance(event, LabelRequested | CorrectionDeclared) else state.printer
    return msgspec.structs.replace(state, job=_job(state.job, event), alarms=alarms, doubt=None, printer=printer)


def _job(job: Job | None, event: Event) -> Job | None:
    for step in _WORK:
        job = step(job, event)
    return job


def alarm_of(event: Event) -> Message | None:
    """The alarm a fact raises by itself, though nobody did anything wrong."""
    match event:
        case ParcelHazardChecked(hazards=(hazard, *_)):
            return message("alarm.parcel_hazard", parcel=event.parcel, hazard=f"@hazard.{hazard}")
        case UnitIdentified(match="other_client"):
            return message("alarm.other_client", unit=event.unit, name=visible(event.name), client=event.client)
        case UnitSwapSuspected():
            expected = visible(", ".join(event.expected)) or "-"
            return message("alarm.swap", unit=event.unit, found=visible(event.found), expected=expected)
        case UnitRecallChecked(recall=recall) if recall:
            return message("alarm.recall", unit=event.unit, recall=recall, snapshot=event.snapshot)
        case UnitHazardFound():
            return message(
                "alarm.unit_hazard", unit=event.unit, hazard=f"@hazard.{event.hazards[0]}" if event.hazards else "-"
            )
        case _:
            return None
