"""A unit as a supervisor can act on it: what the records say and this station's log knows, and which labels are true no more."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from rl_station.domain.events import AnyEvent, Event, LabelRequested, RegradeBegun, SecondLookTaken, UnitGraded
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.inspect.approval import WHY
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.known import decided_here
from rl_station.workflow.look_again import danger_of
from rl_station.workflow.recalls import late_hit
from rl_station.workflow.scans import visible
from rl_station.workflow.shift_log import LONGEST_NOTE, words
from rl_station.workflow.state import UnitInHand

OTHER = "other"
_HAZARD = "hazard"

_SHUT = ("closed", "consolidated")


def unexplained(why: str, note: str, *, needed: bool = True) -> Refusal | None:
    """What is wrong with the reason: none of `WHY`, or `other` without a word about it."""
    if len(words(note)) > LONGEST_NOTE:
        return refuse("supervise.note_too_long", most=LONGEST_NOTE)
    if why not in WHY and (why or needed):
        return refuse("supervise.why_first")
    return refuse("supervise.note_first") if why == OTHER and not words(note) else None


def decided_unit(plate: str, knowledge: Knowledge) -> UnitRecord | Refusal:
    """A decided unit that is still here."""
    record = knowledge.records.unit(plate)
    if record is None:
        return refuse("supervise.unknown_unit", unit=visible(plate))
    if record.status == "shipped":
        return refuse("supervise.shipped", subject=record.unit, container=record.container or "-")
    if not record.disposition:
        return refuse("supervise.undecided", unit=record.unit)
    if not record.parcel:
        return refuse("supervise.label_only", unit=record.unit)
    return record


def elsewhere(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    """Where somebody has to go who wants to agree or to decide otherwise; None where that is here."""
    if decided_here(record, knowledge.records) is not None:
        return None
    return refuse("supervise.elsewhere", unit=record.unit, station=record.decided_station or "-")


def known_here(record: UnitRecord, knowledge: Knowledge) -> UnitInHand | Refusal:
    """Everything that speaks for and against a way out of it; only where its last decision was made on this station's log."""
    unit = decided_here(record, knowledge.records)
    if unit is None:
        return refuse("supervise.elsewhere", unit=record.unit, station=record.decided_station or "-")
    events = knowledge.records.unit_events(record.unit)
    told = (danger for trouble in record.troubles if trouble.kind == _HAZARD for danger in trouble.detail.split())
    return replace(unit, hazards=tuple(dict.fromkeys((*unit.hazards, *_seen_again(events), *told))))


def _seen_again(events: Iterable[AnyEvent]) -> tuple[str, ...]:
    """Dangers that a second look found since the unit was last graded."""
    found: tuple[str, ...] = ()
    for event in events:
        if isinstance(event, SecondLookTaken):
            found = event.hazards
        elif isinstance(event, UnitGraded | RegradeBegun):
            found = ()
    return found


def recalled(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    """A notice that came since its decision may mean it: that is to be dealt with first."""
    late = late_hit(record, knowledge.records, knowledge.reference)
    if late is None:
        return None
    return refuse("supervise.recalled", unit=record.unit, recall=late.recall.reference)


def endangered(record: UnitRecord) -> Refusal | None:
    """A second look found a danger that its decision knows nothing of, and nobody has seen to that."""
    danger = danger_of(replace(record, held=""))
    return refuse("supervise.danger", unit=record.unit, hazard=f"@hazard.{danger}") if danger else None


def labels(record: UnitRecord, knowledge: Knowledge) -> tuple[Event, ...]:
    """What has to be printed anew: the unit's label; of a container that was shut, its label and list, which count it in."""
    unit = LabelRequested(label="unit", parcel=record.parcel, unit=record.unit)
    place = knowledge.records.container(record.container) if record.container else None
    if place is None or place.status not in _SHUT:
        return (unit,)
    return unit, *(LabelRequested(label=label, container=place.container) for label in ("container", "manifest"))
