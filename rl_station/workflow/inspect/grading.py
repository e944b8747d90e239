"""The inspector's word on the computed grade: a grade command, or one step better or worse."""

from __future__ import annotations

from rl_station.domain.events import UnitGraded
from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING
from rl_station.workflow.state import UnitInHand

STEPS = ("functional_up", "functional_down", "cosmetic_up", "cosmetic_down", "packaging_up", "packaging_down")
_SCALES = {"functional": FUNCTIONAL, "cosmetic": COSMETIC, "packaging": PACKAGING}


def regraded(unit: UnitInHand, parcel: str, said: str) -> tuple[UnitGraded, ...]:
    """The new grade; nothing where the answer names none. Ends of a scale stay where they are."""
    grades = {
        "functional": unit.functional or FUNCTIONAL[0],
        "cosmetic": unit.cosmetic or COSMETIC[0],
        "packaging": unit.packaging or PACKAGING[0],
    }
    changed = _named(said) or _stepped(grades, said)
    if not changed:
        return ()
    grades.update(changed)
    return (UnitGraded(unit=unit.unit, parcel=parcel, **grades),)


def _named(said: str) -> dict[str, str]:
    if said.upper() in FUNCTIONAL:
        return {"functional": said.upper()}
    if said.upper() in COSMETIC:
        return {"cosmetic": said.upper()}
    return {"packaging": said.lower()} if said.lower() in PACKAGING else {}


def _stepped(grades: dict[str, str], said: str) -> dict[str, str]:
    if said not in STEPS:
        return {}
    name, _, way = said.partition("_")
    scale = _SCALES[name]
    place = scale.index(grades[name]) + (1 if way == "up" else -1)
    return {name: scale[min(max(place, 0), len(scale) - 1)]}
