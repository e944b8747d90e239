"""Which parcels, units and containers an event is about: `domain.events.subjects`, quicker, and only what can be looked up."""

from __future__ import annotations

from typing import NamedTuple

from rl_station.domain import events
from rl_station.domain.events import Event

LONGEST = 256
"""Characters of an id or a code that can be found; a database's index takes no more than some 2,700 bytes."""

Subject = tuple[str, str]
"""Kind (parcel, unit, container) and id."""

_FIELDS = (
    ("parcel", "parcel", False),
    ("unit", "unit", False),
    ("unit", "units", True),
    ("container", "container", False),
    ("container", "previous", False),
    ("container", "contents", True),
)
_CORRECTION = (("parcel", "parcels", True), ("unit", "units", True), ("container", "containers", True))


class _Plan(NamedTuple):
    """How to read a type of event. `through_unit`: its parcel is reached through the unit."""

    fields: tuple[tuple[str, str, bool], ...]
    through_unit: bool


_plans: dict[type[Event], _Plan] = {}


def about(event: Event) -> tuple[list[Subject], list[Subject]]:
    """The event's subjects, and those among them in whose history it is listed.

    What happened to a unit is listed with the unit; the parcel lists that the unit came out of it. So a parcel's whole history is
    its own and its units', and an event is listed once, not twice. No parcel's row depends on an event of a unit.
    """
    plan = _plans.get(type(event)) or _plan(type(event))
    found: list[Subject] = []
    for kind, name, many in plan.fields:
        value = getattr(event, name)
        if not value:
            continue
        for each in value if many else (value,):
            subject = (kind, each)
            if each and subject not in found and findable(each):
                found.append(subject)
    if plan.through_unit and len(found) > 1 and found[1][0] == "unit":
        return found, found[1:]
    return found, found


def findable(code: str) -> bool:
    """Whether it can stand in a key: PostgreSQL's texts hold no NUL."""
    return len(code) <= LONGEST and "\0" not in code


def _plan(kind: type[Event]) -> _Plan:
    fields = _CORRECTION if kind is events.CorrectionDeclared else _FIELDS
    there = tuple(field for field in fields if field[1] in kind.__struct_fields__)
    names = [name for _, name, _ in there]
    plan = _Plan(there, names[:2] == ["parcel", "unit"] and kind is not events.UnitIdentified)
    _plans[kind] = plan
    return plan
