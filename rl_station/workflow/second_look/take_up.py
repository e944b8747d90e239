"""Which unit is looked at again, and whether it may be, by whom."""

from __future__ import annotations

from rl_station.domain.events import Event, SecondLookBegun
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan
from rl_station.workflow.facts import bin_name
from rl_station.workflow.inspect.approval import recalled_since
from rl_station.workflow.inspect.questions import asked
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.look_again import ON_HOLD, is_chosen, look_of
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
    if record is None or not record.parcel:
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
    if record.held or record.approval or record.disposition == ON_HOLD:
        return refuse("second_look.on_hold", unit=plate, bin=bin_)
    return recalled_since(record, knowledge)


def _not_graded(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    if record.status in _AT_THE_BENCH or not record.disposition:
        return refuse("second_look.undecided", unit=record.unit, parcel=record.parcel)
    if not record.functional:
        return refuse("second_look.ungraded", unit=record.unit, bin=bin_name(record.bin, knowledge))
    return None


def _begun(record: UnitRecord, worker: Worker | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """By whoever has not graded it, once."""
    looker = worker.id if worker else ""
    look = look_of(knowledge.records.unit_events(record.unit))
    if look.taken:
        return refuse("second_look.taken", unit=record.unit, bin=bin_name(record.bin, knowledge))
    if looker == record.graded_by:
        return refuse("second_look.own", unit=record.unit, name=worker.name if worker else "-")
    if asked(second_of(first_of(record, knowledge), knowledge), knowledge) is None:
        return refuse("second_look.nothing_asked", unit=record.unit)
    return (
        SecondLookBegun(
            unit=record.unit,
            parcel=record.parcel,
            inspector=record.graded_by,
            looker=looker,
            chosen=look.asked or is_chosen(record, knowledge),
        ),
    )
