"""A unit as this station's own log tells it, and whether that is all there is: the site's rows know more than one log does."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.workflow.inspect.evolve import released, unit_after
from rl_station.workflow.knowledge import Records, UnitRecord
from rl_station.workflow.state import UnitInHand

_DECISION = ("outcome", "channel", "travels", "packs", "steps", "reason", "recall")
_GRADES = ("functional", "cosmetic")


def decided_here(record: UnitRecord, records: Records) -> UnitInHand | None:
    """The unit with everything that was found of it; None where its last decision was made on another station's log.

    Whether it is held, the rows say: a supervisor may hold it, and let it go on, at any station. A decision that a danger brought
    about has no grade, and the row of a centre of an older version keeps the one before it: only what was graded is compared.
    """
    unit = unit_after(records.unit_events(record.unit))
    if unit is None:
        return None
    unit = _held_as(unit, record)
    if regraded(unit):
        return unit
    told = (*_DECISION, *_GRADES) if unit.functional else _DECISION
    return unit if all(getattr(record, name) == getattr(unit, name) for name in told) else None


def _held_as(unit: UnitInHand, record: UnitRecord) -> UnitInHand:
    if not record.held:
        return released(unit)
    if unit.held:
        return unit
    before = record.held_from or (unit.disposition, unit.bin)
    return replace(unit, held=(*before, unit.disposition), disposition=record.disposition, bin=record.bin)


def regraded(unit: UnitInHand) -> bool:
    """Whether it is being graded again, on hold or not: what was decided before counts no more."""
    return not (unit.held[2] if unit.held else unit.disposition)
