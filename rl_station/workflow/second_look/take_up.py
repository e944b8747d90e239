"""Which unit is looked at again, and whether it may be, by whom."""

from __future__ import annotations

from rl_station.domain.events import Event, SecondLookBegun
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan
from rl_station.workflow.facts import bin_name
from rl_station.workflow.inspect.approval import recalled_since
from rl_station.workflow.inspect.questions import asked
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.look_again import ON_HOLD, inspector_of, look_at
from rl_station.workflow.scans import unit_plate, unwanted, visible
from rl_station.workflow.second_look.blind import first_of, second_of
from rl_station.workflow.state import Worker

_AT_THE_BENCH = ("identified", "graded")


def take_up(scan: Scan, worker: Worker | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The unit in the hand of somebody who has not seen it yet, or why it is not graded again."""
    plate = unit_plate(scan)
    if plate is None:
        return unwanted(scan, "unit_plate")
    record = knowledge.records.unit(plate)
    if record is None or not record.parcel or first_of(plate, knowledge) is None:
        return refuse("second_look.unknown_unit", unit=visible(plate))
    return _not_here(record, knowledge) or _not_graded(record, knowledge) or _begun(record, worker, knowledge)


def _not_here(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    """Gone on already, or somebody else has it to see to."""
    plate, bin_ = record.unit, bin_name(record.bin, knowledge)
    if record.status == "shipped":
        return refuse("second_look.shipped", unit=plate, container=record.container)
    if record.status == "sorted":
        return refuse("second_look.sorted", unit=plate, container=record.container)
    if record.status == "rework":
        return refuse("second_look.in_rework", unit=plate, bin=bin_)
    if record.recall:
        return refuse("second_look.recalled", unit=plate, recall=record.recall, bin=bin_)
    if record.approval or record.disposition == ON_HOLD:
        return refuse("second_look.on_hold", unit=plate, bin=bin_)
    return recalled_since(record, knowledge)


def _not_graded(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    if record.status in _AT_THE_BENCH or not record.disposition:
        return refuse("second_look.undecided", unit=record.unit, parcel=record.parcel)
    if not record.functional:
        return refuse("second_look.ungraded", unit=record.unit, bin=bin_name(record.bin, knowledge))
    return None


def _begun(record: UnitRecord, worker: Worker | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    plate, looker = record.unit, worker.id if worker else ""
    look = look_at(record, knowledge)
    inspector = inspector_of(plate, knowledge.records)
    if look.taken:
        return refuse("second_look.taken", unit=plate, bin=bin_name(record.bin, knowledge))
    if looker == inspector:
        return refuse("second_look.own", unit=plate, name=worker.name if worker else "-")
    first = first_of(plate, knowledge)
    if first is None or asked(second_of(first, knowledge), knowledge) is None:
        return refuse("second_look.nothing_asked", unit=plate)
    return (SecondLookBegun(unit=plate, parcel=record.parcel, inspector=inspector, looker=looker, chosen=look.asked),)
