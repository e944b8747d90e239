"""Which unit is worked on again, and whether it may be."""

from __future__ import annotations

from rl_station.domain.events import Event, ReworkStepBegun, UnitTakenUp
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan
from rl_station.workflow.inspect.approval import approval_of, decided_elsewhere, recalled_since
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.rework.known import steps_left
from rl_station.workflow.scans import unit_plate, unwanted, visible
from rl_station.workflow.state import Worker


def take_up(scan: Scan, worker: Worker | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The unit with the work that is left on it, or the decision that waits for a word; or why there is nothing to do."""
    plate = unit_plate(scan)
    if plate is None:
        return unwanted(scan, "unit_plate")
    record = knowledge.records.unit(plate)
    if record is None or not record.parcel:
        return refuse("rework.unknown_unit", unit=visible(plate))
    if record.status == "shipped":
        return refuse("rework.shipped", unit=plate, container=record.container)
    if not record.disposition:
        return refuse("rework.undecided", unit=plate, parcel=record.parcel)
    if record.held:
        return refuse("rework.held", unit=plate, why=f"@overruled.{record.held}", bin=record.bin or "-")
    return approval_of(record, worker, knowledge) if record.approval else _work_on(record, knowledge)


def _work_on(record: UnitRecord, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    refused = decided_elsewhere(record, knowledge) or recalled_since(record, knowledge)
    if refused is not None:
        return refused
    steps = steps_left(record.unit, knowledge)
    if not steps and record.status != "rework":
        return refuse(
            "rework.nothing_to_do",
            unit=record.unit,
            disposition=f"@disposition.{record.disposition}",
            bin=record.bin or "-",
        )
    taken = UnitTakenUp(unit=record.unit, parcel=record.parcel, work="rework", steps=steps, previous=record.container)
    return (taken, *begun(record.unit, record.parcel, steps, knowledge))


def begun(unit: str, parcel: str, steps: tuple[str, ...], knowledge: Knowledge) -> tuple[Event, ...]:
    """The first of the steps begins; nothing where none is left."""
    return tuple(ReworkStepBegun(unit=unit, parcel=parcel, step=step, at=knowledge.now) for step in steps[:1])
