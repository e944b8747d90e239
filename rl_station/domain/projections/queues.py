"""Which queue a parcel or a unit waits in: at most one, by its row alone. That its container has left is known when read."""

from __future__ import annotations

_BEFORE_THE_DECISION = {
    "identified": "to_grade",
    "graded": "to_decide",
    "awaiting_approval": "to_approve",
    "rework": "to_rework",
}


def parcel_queue(status: str) -> str:
    """A parcel waits from its arrival until it is opened, wherever it is held meanwhile."""
    if status == "held":
        return "on_hold"
    return "to_open" if status in ("receiving", "received") else ""


def unit_queue(status: str, *, disposition: str, held: str, steps: tuple[str, ...]) -> str:
    """What a supervisor holds is on hold before all else. A decided unit is on hold, waits for work, or to be sorted.

    Work and hold go on in a container, too: what lies sorted for them still waits.
    """
    if held:
        return "on_hold"
    if status in _BEFORE_THE_DECISION:
        return _BEFORE_THE_DECISION[status]
    if disposition == "hold":
        return "on_hold"
    if steps:
        return "to_rework"
    return "to_sort" if status in ("decided", "labelled") else ""
