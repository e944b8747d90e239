"""A unit on the trace screen that a recall means which came after its decision, or whose recall was reversed."""

from __future__ import annotations

from rl_station.domain.events import (
    Event,
    LateRecallFound,
    RegradeBegun,
    UnitRecallAnswered,
    UnitRecalled,
    UnitRecallLifted,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.recalls import LOT, age_days
from rl_station.workflow.choices import choice, keyed, picked
from rl_station.workflow.facts import bin_name, fact
from rl_station.workflow.inspect.disposition import decided
from rl_station.workflow.inspect.evolve import evolve_unit
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.known import decided_here
from rl_station.workflow.prompt import Choice, Fact, Tone
from rl_station.workflow.recalls import late_hit, notice_facts, reversed_recall, snapshot_fact
from rl_station.workflow.scans import visible

_GONE = "shipped"


def late_recall(plate: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """What has to be said of a unit that was looked up."""
    record = knowledge.records.unit(plate) if plate else None
    hit = late_hit(record, knowledge.records, knowledge.reference) if record else None
    if record is None or hit is None:
        return ()
    snapshot = knowledge.reference.recalls().snapshot
    return (
        LateRecallFound(
            unit=plate,
            parcel=record.parcel,
            recall=hit.recall.reference,
            how=hit.how,
            status=record.status,
            snapshot=snapshot,
            age=age_days(snapshot, knowledge.now),
            ask=hit.ask,
            decided_at=_elsewhere(record, knowledge),
        ),
    )


def recall_choices(plate: str, knowledge: Knowledge) -> tuple[Choice, ...]:
    """Set aside what a recall means; a person may say that it does not mean this one, unless it certainly does.

    Nothing for a unit that another station decided: a decision made here would know nothing of the dangers found there.
    """
    record = knowledge.records.unit(plate) if plate else None
    if record is None or record.status == _GONE or _elsewhere(record, knowledge):
        return ()
    hit = late_hit(record, knowledge.records, knowledge.reference)
    if hit is not None:
        not_meant = [choice("not_meant", command="NOTMEANT")] if hit.ask else []
        return keyed([choice("set_aside", command="SETASIDE", tone=Tone.BAD), *not_meant])
    if reversed_recall(record, knowledge.reference):
        return keyed([choice("decide_anew", command="DECIDEANEW")])
    return ()


def answered(plate: str, answer: str, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The worker's word on the unit that is shown."""
    record = knowledge.records.unit(plate) if plate else None
    offered = recall_choices(plate, knowledge)
    if record is None or not offered:
        return refuse("trace.scan_first")
    chosen = picked(offered, answer)
    hit = late_hit(record, knowledge.records, knowledge.reference)
    if chosen == "decide_anew":
        return _lifted(record, knowledge)
    if chosen is None or hit is None:
        return refuse("choice.unknown", answer=visible(answer))
    reference = hit.recall.reference
    if chosen == "set_aside":
        return _set_aside(record, reference, hit.how, knowledge)
    return (
        UnitRecallAnswered(
            unit=plate,
            parcel=record.parcel,
            recall=reference,
            asked=hit.ask or LOT,
            answer="no",
            verdict="spared",
        ),
    )


def recall_facts(record: UnitRecord, knowledge: Knowledge) -> tuple[Fact, ...]:
    """What the notice says, and where the unit lies; why a recall does not hold any more."""
    hit = late_hit(record, knowledge.records, knowledge.reference)
    if hit is not None:
        return (*notice_facts(hit.recall.reference, knowledge), *_places(record, knowledge), snapshot_fact(knowledge))
    if not record.recall:
        return ()
    reason = reversed_recall(record, knowledge.reference)
    lifted = [fact("recall_reversed", reason, Tone.GOOD)] if reason else []
    return (fact("recall", record.recall, Tone.BAD), *lifted, *_places(record, knowledge))


def _places(record: UnitRecord, knowledge: Knowledge) -> tuple[Fact, ...]:
    """Where the unit lies, and where something can be done about it, if that is not here."""
    station = _elsewhere(record, knowledge)
    decided_at = [fact("decided_at", station, Tone.WARN)] if station else []
    return (fact("place", bin_name(record.bin, knowledge)), *decided_at)


def _elsewhere(record: UnitRecord, knowledge: Knowledge) -> str:
    """The other station that decided it; empty where this one did, or nobody has yet."""
    if not record.disposition or decided_here(record, knowledge.records) is not None:
        return ""
    return record.decided_station or "-"


def _set_aside(record: UnitRecord, reference: str, how: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """Out of its container, with another decision and another label."""
    recalled = UnitRecalled(
        unit=record.unit,
        parcel=record.parcel,
        recall=reference,
        how=how,
        snapshot=knowledge.reference.recalls().snapshot,
        previous=record.container,
    )
    return _anew(recalled, record, knowledge)


def _lifted(record: UnitRecord, knowledge: Knowledge) -> tuple[Event, ...]:
    """Decided anew where it was graded; where the recall came before the grade, it is graded at the rework station first."""
    unit = decided_here(record, knowledge.records)
    graded = unit is not None and bool(unit.functional)
    lifted = UnitRecallLifted(
        unit=record.unit,
        parcel=record.parcel,
        recall=record.recall,
        reason=reversed_recall(record, knowledge.reference),
        graded=graded,
        previous=record.container,
    )
    if graded:
        return _anew(lifted, record, knowledge)
    return lifted, RegradeBegun(unit=record.unit, parcel=record.parcel)


def _anew(event: UnitRecalled | UnitRecallLifted, record: UnitRecord, knowledge: Knowledge) -> tuple[Event, ...]:
    unit = decided_here(record, knowledge.records)
    return (event,) if unit is None else (event, *decided(evolve_unit(unit, event), record.parcel, knowledge))
