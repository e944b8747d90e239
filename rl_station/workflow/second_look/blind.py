"""The unit as the second inspector has it in hand: what it is, and nothing of what was found."""

from __future__ import annotations

from functools import reduce

from rl_station.domain import events as e
from rl_station.workflow.inspect.evolve import evolve_unit, unit_after
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.look_again import look_of
from rl_station.workflow.state import UnitInHand

_NOT_FOUND_OUT = (
    *("unit", "match", "client", "sku", "name", "category", "gtin", "serial", "serial_asked", "lot", "rma", "line"),
    *("value", "epc", "swap", "made", "expires", "versions"),
)
"""What is known before any question is asked, and the versions of the checklists that it was asked by."""


def first_of(plate: str, knowledge: Knowledge) -> UnitInHand | None:
    """The unit as it was graded first; None where it was not inspected here."""
    return unit_after(knowledge.records.unit_events(plate))


def second_of(first: UnitInHand, knowledge: Knowledge) -> UnitInHand:
    """The same unit with the answers of the second look alone."""
    blind = UnitInHand(**{name: getattr(first, name) for name in _NOT_FOUND_OUT})
    said = look_of(knowledge.records.unit_events(first.unit)).said
    return reduce(evolve_unit, map(as_first, said), blind)


def as_first(event: e.SecondAnswerGiven | e.UnitTimerStarted) -> e.UnitQuestionAnswered | e.UnitTimerStarted:
    """An answer of a second look as the bench would have noted it."""
    if isinstance(event, e.UnitTimerStarted):
        return event
    return e.UnitQuestionAnswered(**{name: getattr(event, name) for name in event.__struct_fields__})


def as_second(event: e.UnitQuestionAnswered) -> e.SecondAnswerGiven:
    """An answer of the bench as one that changes nothing of the unit."""
    return e.SecondAnswerGiven(**{name: getattr(event, name) for name in event.__struct_fields__})
