"""What is said about an accepted input: one line for the result panel, and what hands still have to do."""

from __future__ import annotations

from collections.abc import Iterable

from rl_station.domain import events as e
from rl_station.domain.messages import Message, Parameter, message
from rl_station.workflow.prompt import Tone
from rl_station.workflow.scans import visible

SPOKEN: tuple[type[e.Event], ...] = (
    e.DepartedTagSeen,
    e.PinRefused,
    e.SupervisionBegun,
    e.DispositionOverridden,
    e.UnitHeld,
    e.UnitReleased,
    e.ParcelReleased,
    e.ParcelReassigned,
    e.ContainerReopened,
    e.TroubleSettled,
    e.TagMismatchFound,
    e.TagWriteFailed,
    e.TagWritten,
    e.TagWriteRequested,
    e.ParcelHeld,
    e.UnitHazardFound,
    e.UnitSwapSuspected,
    e.ParcelClosed,
    e.ParcelLaneAssigned,
    e.ParcelPlateConfirmed,
    e.ParcelCarrierNoted,
    e.ParcelReceived,
    e.ParcelPresented,
    e.ParcelWeighed,
    e.ParcelWeightSkipped,
    e.ParcelHazardChecked,
    e.ParcelConditionNoted,
    e.ParcelSetAside,
    e.ParcelCountChecked,
    e.ParcelOpened,
    e.ItemPresented,
    e.SecondLookAsked,
    e.SecondLookTaken,
    e.SecondLookBegun,
    e.SecondLookLeft,
    e.SecondAnswerGiven,
    e.ReworkFinished,
    e.DispositionApproved,
    e.UnitPutAside,
    e.ApproverPresented,
    e.OutcomePicked,
    e.LateRecallFound,
    e.UnitRecallLifted,
    e.UnitRecalled,
    e.DispositionDecided,
    e.RegradeBegun,
    e.ReworkStepEnded,
    e.ReworkPartUsed,
    e.ReworkMethodChosen,
    e.ReworkResultSaid,
    e.ReworkSetAside,
    e.UnitTakenUp,
    e.TagMismatchResolved,
    e.UnitPlateConfirmed,
    e.UnitIdentified,
    e.UnitSerialRead,
    e.UnitReasonChecked,
    e.UnitQuestionAnswered,
    e.UnitRecallAnswered,
    e.UnitTimerStarted,
    e.UnitGraded,
    e.UnitSorted,
    e.UnitPresented,
    e.ContainerShipped,
    e.ContainersConsolidated,
    e.ContainerClosed,
    e.ContainerCompared,
    e.ContainerPresented,
    e.TagSeen,
    e.CodeTraced,
    e.LabelRequested,
    e.CorrectionDeclared,
    e.AlarmAcknowledged,
    e.DevicesAsked,
    e.ShiftNoteWritten,
    e.BreakBegun,
    e.TaskChosen,
    e.SignedIn,
    e.SignedOut,
    e.BreakEnded,
    e.SupervisionEnded,
)
"""The events worth a line, the most telling first."""

_CODED = {
    "before": "disposition",
    "condition": "condition",
    "disposition": "disposition",
    "label": "label",
    "match": "match",
    "result": "result",
    "work": "work",
    "task": "task",
    "verdict": "verdict",
    "why": "overruled",
}
_WARNED = frozenset(
    {
        *("ParcelHeld", "ParcelCarrierNoted", "ParcelPresented", "ItemPresented", "ParcelCountChecked"),
        *("CorrectionDeclared", "UnitPutAside", "ReworkSetAside", "SecondLookAsked", "SecondLookLeft"),
        *("LateRecallFound", "UnitRecalled"),
        *("DepartedTagSeen", "TagMismatchFound", "ContainerCompared", "TagWriteFailed"),
    }
)

_BESIDE = frozenset({"DevicesAsked", "BreakBegun", "BreakEnded"})
"""Events that are no step of the work."""

_TAKEN_OUT = frozenset(
    {
        *("UnitTakenUp", "UnitRecalled", "UnitRecallLifted"),
        *("DispositionOverridden", "UnitHeld", "UnitReleased", "DispositionApproved"),
    }
)
_WEIGHT_DIFFERS = frozenset({"lighter", "heavier"})


def said(events: Iterable[e.Event]) -> tuple[Tone, Message]:
    """The line for the result panel about the events of one accepted input, and its tone."""
    happened = list(events)
    for event in happened:
        if isinstance(event, e.ParcelWeighed) and event.compared in _WEIGHT_DIFFERS:
            return Tone.WARN, message(f"weight.{event.compared}", grams=event.grams, announced=event.announced)
        if isinstance(event, e.PinRefused):
            return Tone.BAD, _refused(event)
        if isinstance(event, e.SecondLookBegun) and not event.chosen:
            return Tone.WARN, message("second_look.not_chosen", unit=event.unit)
    found = {type(event): event for event in reversed(happened)}
    telling = next((found[kind] for kind in SPOKEN if kind in found), None)
    if telling is None:
        return Tone.PLAIN, message("done.noted")
    name = type(telling).__name__
    match_warns = isinstance(telling, e.UnitIdentified) and telling.match != "expected"
    tone = Tone.WARN if name in _WARNED or match_warns else Tone.PLAIN if name in _BESIDE else Tone.GOOD
    return tone, message(f"done.{name}", **_params(telling))


def _refused(event: e.PinRefused) -> Message:
    if event.locked_until:
        return message("pin.locked_now", failures=event.failures, when=event.locked_until)
    return message("pin.wrong", failures=event.failures)


def agreed(event: e.Event) -> bool:
    """Whether this is what tags are read for: an announced piece, a tote that holds what it should, a tag that was written."""
    match event:
        case e.TagSeen(match="expected") | e.TagWritten():
            return True
        case e.ContainerCompared(missing=(), extra=()):
            return True
        case _:
            return False


def notice(events: Iterable[e.Event]) -> Message | None:
    """What has to be done by hand because of an input: after an undo, a supervisor's word, or where something is missing."""
    happened = list(events)
    told = (_undone(event) if isinstance(event, e.CorrectionDeclared) else _to_do(event) for event in happened)
    first = next((found for found in told if found is not None), None)
    presented = next((event for event in happened if isinstance(event, e.UnitPresented)), None)
    if first is None and presented is not None and any(isinstance(event, e.LabelRequested) for event in happened):
        return message("hands.relabel", unit=presented.unit)
    return first


def _undone(event: e.CorrectionDeclared) -> Message | None:  # noqa: PLR0911 - a table: one return for each row
    types, containers, units = event.types, _list(event.containers), _list(event.units)
    if "UnitSorted" in types:
        return message("hands.take_out", containers=containers, units=units)
    if containers and _TAKEN_OUT.intersection(types):
        return message("hands.put_back", containers=containers, units=units)
    if "ContainersConsolidated" in types:
        return message("hands.take_off_pallet", containers=containers)
    if "ContainerClosed" in types:
        return message("hands.open_again", containers=containers)
    if "ContainerReopened" in types:
        return message("hands.shut_again", containers=containers)
    if "LabelRequested" in types:
        return message("hands.destroy_label", plates=units or _list(event.parcels))
    return None


def _to_do(event: e.Event) -> Message | None:
    match event:
        case e.DispositionApproved() | e.DispositionOverridden() | e.UnitHeld() | e.UnitReleased() if (
            event.container_before
        ):
            return message(
                "hands.take_out_now", container=event.container_before, unit=event.unit, bin=event.bin or "-"
            )
        case e.ContainerReopened(container=container):
            return message("hands.reopened", container=container)
        case e.ParcelReassigned():
            return message("hands.reassigned", parcel=event.parcel, lane=event.lane)
        case e.SecondLookAsked(bin=bin_) if bin_:
            return message("hands.second_look", unit=event.unit, bin=bin_)
        case e.ParcelClosed(discrepancies=discrepancies) if discrepancies:
            found = ", ".join(f"@discrepancy.{name}" for name in discrepancies)
            return message("hands.discrepancies", parcel=event.parcel, found=found)
        case _:
            return None


def _params(event: e.Event) -> dict[str, Parameter]:
    """The fields of an event that its line may name; codes are marked for translation."""
    params: dict[str, Parameter] = {}
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, str) and value:
            params[field] = _word(field, value)
        elif isinstance(value, str | int) and not isinstance(value, bool):
            params[field] = value
    if isinstance(event, e.ParcelHeld):
        params["reason"] = f"@held.{event.reason}"
    if isinstance(event, e.ParcelReleased):
        params["before"] = f"@held.{event.before}"
    if isinstance(event, e.TroubleSettled):
        params["task"] = visible(event.task)
    if isinstance(event, e.ParcelReassigned):
        params["before"] = visible(event.before) or "-"
    return params


def _word(field: str, value: str) -> str:
    if field in _CODED:
        return f"@{_CODED[field]}.{value}"
    # A reason is a sentence out of the site's rules, no code that somebody scanned.
    return value if field == "reason" else visible(value)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)
