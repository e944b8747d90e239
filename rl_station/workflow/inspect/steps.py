"""Where the unit in hand stands."""

from __future__ import annotations

from rl_station.workflow.inspect.approval import approval_step
from rl_station.workflow.inspect.questions import asked, product_of
from rl_station.workflow.inspect.recall import recall_step
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import UnitInHand


def step_of(unit: UnitInHand, knowledge: Knowledge) -> str:
    """mismatch, serial, question, grade, plate, or one of `approval.STEPS` or `recall.STEPS`.

    Derived from what is known, so that it survives a change of the checklists.
    """
    if unit.mismatch:
        return "mismatch"
    if unit.disposition:
        return approval_step(unit) or "plate"
    if recall_step(unit):
        return recall_step(unit)
    if unit.functional:
        return "grade"
    product = product_of(unit, knowledge)
    if product is not None and product.serialized and not unit.serial_asked:
        return "serial"
    return "question" if asked(unit, knowledge) else "grade"
