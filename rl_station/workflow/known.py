"""A unit as this station's own log tells it, and whether that is all there is: the site's rows know more than one log does."""

from __future__ import annotations

from rl_station.workflow.inspect.evolve import unit_after
from rl_station.workflow.knowledge import Records, UnitRecord
from rl_station.workflow.state import UnitInHand

_DECISION = ("outcome", "channel", "travels", "packs", "steps", "reason", "recall")
_GRADES = ("functional", "cosmetic")


def decided_here(record: UnitRecord, records: Records) -> UnitInHand | None:
    """The unit with everything that was found of it; None where its last decision was made on another station's log.

    A decision that a danger brought about has no grade, and the row keeps the one before it: only what was graded is compared.
    """
    unit = unit_after(records.unit_events(record.unit))
    if unit is None or regraded(unit):
        return unit
    told = (*_DECISION, *_GRADES) if unit.functional else _DECISION
    return unit if all(getattr(record, name) == getattr(unit, name) for name in told) else None


def regraded(unit: UnitInHand) -> bool:
    """Whether it is being graded again, on hold or not: what was decided before counts no more."""
    return not (unit.held[2] if unit.held else unit.disposition)
