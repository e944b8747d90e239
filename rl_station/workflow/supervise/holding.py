"""Set aside by a supervisor, and let go on again: units wherever they were going, and parcels that were held at the dock."""

from __future__ import annotations

from rl_station.domain.events import Event, ParcelLaneAssigned, ParcelReleased, UnitHeld, UnitReleased
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.actions import Hold, Release
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.known import decided_here
from rl_station.workflow.receive.lookup import lane_for
from rl_station.workflow.scans import visible
from rl_station.workflow.shift_log import words
from rl_station.workflow.supervise.units import decided_unit, elsewhere, endangered, labels, recalled, unexplained

_HELD = "hold"


def hold(action: Hold, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """To the hold bin; out of its container, and no work on it before it is released."""
    record = decided_unit(action.unit, knowledge)
    if isinstance(record, Refusal):
        return record
    if record.held or record.disposition == _HELD:
        return refuse("supervise.held_already", subject=record.unit)
    if record.approval:
        return elsewhere(record, knowledge) or refuse(
            "supervise.awaits_approval", unit=record.unit, role=f"@role.{record.approval}"
        )
    refused = unexplained(action.why, action.note)
    if refused is not None:
        return refused
    held = UnitHeld(
        unit=record.unit,
        parcel=record.parcel,
        before=record.disposition,
        bin=knowledge.hold_bin(),
        why=action.why,
        note=words(action.note),
        container_before=record.container,
    )
    return held, *labels(record, knowledge)


def release(action: Release, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Goes on as it was decided; a parcel gets the lane it would have had."""
    if bool(action.unit) == bool(action.parcel):
        return refuse("supervise.one_of_them")
    refused = unexplained(action.why, action.note, needed=False)
    if refused is not None:
        return refused
    return _unit(action, knowledge) if action.unit else _parcel(action, knowledge)


def _unit(action: Release, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Only what a supervisor has set aside: a decision to hold is decided otherwise, not released.

    At any station that knows what it was before: nothing is decided about it anew.
    """
    record = decided_unit(action.unit, knowledge)
    if isinstance(record, Refusal):
        return record
    if not record.held:
        return elsewhere(record, knowledge) or refuse("supervise.not_held", subject=record.unit)
    unit = decided_here(record, knowledge.records)
    before = unit.held if unit is not None else record.held_from
    if not before:
        return refuse("supervise.elsewhere", unit=record.unit, station=record.decided_station or "-")
    refused = recalled(record, knowledge) or endangered(record)
    if refused is not None:
        return refused
    released = UnitReleased(
        unit=record.unit,
        parcel=record.parcel,
        disposition=before[0],
        bin=before[1],
        why=action.why,
        note=words(action.note),
        container_before=record.container,
    )
    return released, *labels(record, knowledge)


def _parcel(action: Release, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """A danger is not gone because nobody says anything about it: there the note is needed."""
    record = knowledge.records.parcel(action.parcel)
    if record is None:
        return refuse("supervise.unknown_parcel", parcel=visible(action.parcel))
    if not record.held:
        return refuse("supervise.not_held", subject=record.parcel)
    if record.hazards and not words(action.note):
        return refuse("supervise.note_first")
    released = ParcelReleased(parcel=record.parcel, before=record.held, why=action.why, note=words(action.note))
    if record.lane:
        return (released,)
    return released, ParcelLaneAssigned(parcel=record.parcel, lane=lane_for(record.rmas, knowledge))
