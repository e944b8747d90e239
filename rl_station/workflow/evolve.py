"""What we know now: the state after an event, whatever the workflow."""

from __future__ import annotations

import msgspec

from rl_station.domain.events import (
    AlarmAcknowledged,
    ContainerCompared,
    CorrectionDeclared,
    DepartedTagSeen,
    Event,
    LabelPrintFailed,
    LabelRequested,
    LateRecallFound,
    ParcelHazardChecked,
    ScanRefused,
    SecondLookTaken,
    SignedIn,
    SignedOut,
    TagMismatchFound,
    TagSeen,
    TaskChosen,
    UnitHazardFound,
    UnitIdentified,
    UnitRecallAnswered,
    UnitRecallChecked,
    UnitSwapSuspected,
)
from rl_station.domain.messages import Message, message
from rl_station.workflow import inspect, presence, receive, rework, second_look, sort, trace
from rl_station.workflow.scans import visible
from rl_station.workflow.state import AlarmRaised, Doubt, Job, State, Worker
from rl_station.workflow.tags.evolve import BY_RADIO

MENU = "menu"
MOST_DEPARTED = 50
"""Tags of departed units that are remembered, so that none alarms again and again."""

DOUBTS = frozenset({"plate.not_printed_here"})
"""Refusals after which the very same scan is taken. Their parameter `seen` holds what was scanned."""

_WORK = (receive.evolve, inspect.evolve, rework.evolve, second_look.evolve, sort.evolve, trace.evolve)


def evolve(state: State, event: Event) -> State:  # noqa: PLR0911 - a table: one return for each row
    """The state after one event. Events of other subjects leave it as it is; never raises."""
    if isinstance(event, presence.Present):
        return presence.evolve(state, event)
    match event:
        case SignedIn():
            return presence.fresh(state, Worker(event.operator, event.name, event.language, event.roles))
        case SignedOut():
            return presence.fresh(state)
        case TaskChosen():
            return presence.fresh(state, state.worker, "" if event.task == MENU else event.task)
        case ScanRefused():
            return _refused(state, event)
        case AlarmAcknowledged():
            return msgspec.structs.replace(state, alarms=state.alarms[1:])
        case LabelPrintFailed():
            return msgspec.structs.replace(state, printer=event.reason)
        case DepartedTagSeen():
            departed = (*state.departed, event.epc)[-MOST_DEPARTED:]
            return msgspec.structs.replace(_worked(state, event), departed=departed)
        case _:
            return _worked(state, event)


def _refused(state: State, event: ScanRefused) -> State:
    alarms = (*state.alarms, AlarmRaised(event.code, event.params)) if event.blocking else state.alarms
    seen = str(dict(event.params).get("seen", ""))
    doubt = Doubt(event.code, seen) if event.code in DOUBTS else None
    return msgspec.structs.replace(state, alarms=alarms, doubt=doubt)


def _worked(state: State, event: Event) -> State:
    raised = alarm_of(event)
    if raised is not None and isinstance(event, BY_RADIO) and any(alarm.code == raised.code for alarm in state.alarms):
        # A cart of strange goods goes by: one alarm says it, and the list names them all.
        raised = None
    alarms = (*state.alarms, AlarmRaised(raised.code, raised.params)) if raised else state.alarms
    printer = "" if isinstance(event, LabelRequested | CorrectionDeclared) else state.printer
    # What the readers see in between does not come between two scans of the same code.
    doubt = state.doubt if isinstance(event, BY_RADIO) else None
    return msgspec.structs.replace(state, job=_job(state.job, event), alarms=alarms, doubt=doubt, printer=printer)


def _job(job: Job | None, event: Event) -> Job | None:
    for step in _WORK:
        job = step(job, event)
    return job


def alarm_of(event: Event) -> Message | None:  # noqa: PLR0911 - a table: one return for each row
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
        case UnitRecallAnswered(verdict="affected") | LateRecallFound():
            return _recall_alarm(event)
        case TagSeen() | TagMismatchFound() | DepartedTagSeen() | ContainerCompared():
            return _tag_alarm(event)
        case UnitHazardFound() | SecondLookTaken(hazards=(_, *_)):
            return message(
                "alarm.unit_hazard", unit=event.unit, hazard=f"@hazard.{event.hazards[0]}" if event.hazards else "-"
            )
        case _:
            return None


def _recall_alarm(event: UnitRecallAnswered | LateRecallFound) -> Message:
    """A unit that is gone already cannot be set aside; somebody has to be told."""
    match event:
        case LateRecallFound(status="shipped"):
            return message("alarm.recall_shipped", unit=event.unit, recall=event.recall)
        case LateRecallFound():
            said = {"unit": event.unit, "recall": event.recall, "snapshot": event.snapshot or "-"}
            if event.decided_at:
                return message("alarm.recall_elsewhere", station=event.decided_at, **said)
            return message("alarm.recall_late", **said)
        case UnitRecallAnswered():
            return message("alarm.recall_said", unit=event.unit, recall=event.recall)


def _tag_alarm(event: TagSeen | TagMismatchFound | DepartedTagSeen | ContainerCompared) -> Message | None:
    """At the dock the next parcel's tags may be near: there only what must not be here at all alarms."""
    match event:
        case TagSeen(match="other_client", task="inspect"):
            return message("alarm.other_clients_tag", name=visible(event.name), client=event.client)
        case TagMismatchFound():
            return message("alarm.tag_mismatch", unit=event.unit, found=event.found, expected=", ".join(event.expected))
        case DepartedTagSeen(status="destroyed"):
            return message("alarm.destroyed_here", unit=event.unit, epc=event.epc)
        case DepartedTagSeen():
            return message("alarm.shipped_here", unit=event.unit, epc=event.epc)
        case ContainerCompared(missing=missing, extra=extra) if missing or extra:
            return message("alarm.container_differs", container=event.container, missing=len(missing), extra=len(extra))
        case _:
            return None
