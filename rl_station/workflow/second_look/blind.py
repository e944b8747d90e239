"""The unit as the second inspector has it in hand: what it is, and nothing of what was found."""

from __future__ import annotations

from functools import reduce

from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.workflow.inspect.evolve import evolve_unit, unit_after
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.look_again import look_of
from rl_station.workflow.state import UnitInHand

GRADES = ("functional", "cosmetic", "packaging")
_NOT_FOUND_OUT = (
    *("unit", "match", "client", "sku", "name", "category", "gtin", "serial", "serial_asked", "lot", "rma", "line"),
    *("value", "epc", "swap", "made", "expires", "versions"),
)
"""What is known before any question is asked, and the versions of the checklists that it was asked by."""
_OF_THE_RECORD = (
    *("unit", "client", "sku", "name", "category", "gtin", "serial", "rma", "line", "epc", "swap"),
    *GRADES,
)


def first_of(record: UnitRecord, knowledge: Knowledge) -> UnitInHand:
    """The unit as it was graded first. Of one that another station graded the answers are not known here, the grades are."""
    first = unit_after(knowledge.records.unit_events(record.unit))
    if first is None:
        return _known_elsewhere(record, knowledge)
    grades = {name: getattr(record, name) for name in GRADES}
    same = all(getattr(first, name) == grade for name, grade in grades.items())
    return first if same else replace(first, answers=(), versions=(), **grades)


def second_of(first: UnitInHand, knowledge: Knowledge) -> UnitInHand:
    """The same unit with the answers of the second look alone."""
    blind = UnitInHand(**{name: getattr(first, name) for name in _NOT_FOUND_OUT})
    said = look_of(knowledge.records.unit_events(first.unit)).said
    return reduce(evolve_unit, map(as_first, said), blind)


def _known_elsewhere(record: UnitRecord, knowledge: Knowledge) -> UnitInHand:
    product = knowledge.reference.product(record.client, record.sku) if record.sku else None
    parcel = knowledge.records.parcel(record.parcel)
    match = "expected" if record.line else "unexpected" if product else "unknown_product"
    if parcel is not None and parcel.client and product is not None and product.client != parcel.client:
        match = "other_client"
    same = {name: getattr(record, name) for name in _OF_THE_RECORD}
    return UnitInHand(match=match, serial_asked=True, value=product.value if product else 0, **same)


def as_first(event: e.SecondAnswerGiven | e.UnitTimerStarted) -> e.UnitQuestionAnswered | e.UnitTimerStarted:
    """An answer of a second look as the bench would have noted it."""
    if isinstance(event, e.UnitTimerStarted):
        return event
    return e.UnitQuestionAnswered(**{name: getattr(event, name) for name in event.__struct_fields__})


def as_second(event: e.UnitQuestionAnswered) -> e.SecondAnswerGiven:
    """An answer of the bench as one that changes nothing of the unit."""
    return e.SecondAnswerGiven(**{name: getattr(event, name) for name in event.__struct_fields__})
