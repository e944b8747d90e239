"""Second looks as every task sees them: which units are to be graded again, and how far that is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.domain.second_look import chosen
from rl_station.workflow.knowledge import Knowledge, UnitRecord
from rl_station.workflow.state import UnitInHand

ON_HOLD = "hold"


class Look(msgspec.Struct, frozen=True):
    """The second look at a unit since it was last graded: whether it was `asked` for or `taken`, and who began it.

    `said` are the answers of that person so far.
    """

    asked: bool = False
    taken: bool = False
    looker: str = ""
    said: tuple[e.SecondAnswerGiven | e.UnitTimerStarted, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody still has to look."""
        return self.asked and not self.taken


def look_of(events: Iterable[e.AnyEvent]) -> Look:
    """From everything that happened to a unit. A new grade ends what was before it."""
    look = Look()
    for event in events:
        look = _after(look, event)
    return look


def _after(look: Look, event: e.AnyEvent) -> Look:
    match event:
        case e.UnitGraded() | e.RegradeBegun():
            return Look()
        case e.SecondLookAsked():
            return replace(look, asked=True)
        case e.SecondLookBegun():
            return replace(look, looker=event.looker, said=look.said if event.looker == look.looker else ())
        case e.SecondAnswerGiven() | e.UnitTimerStarted() if look.looker and not look.taken:
            return replace(look, said=(*look.said, event))
        case e.SecondLookTaken():
            return replace(look, taken=True)
        case _:
            return look


def danger_of(record: UnitRecord) -> str:
    """A danger that only the second look found, at whichever station, until a supervisor has seen to it; empty for none.

    One that was found at the first look has been decided about, and no second look disagrees with it.
    """
    open_ = {trouble.kind: trouble.detail for trouble in record.troubles}
    found = open_.get("hazard", "").split() if "disagreement" in open_ else []
    return found[0] if found else ""


def asked_for(unit: UnitInHand, parcel: str, knowledge: Knowledge) -> tuple[e.SecondLookAsked, ...]:
    """For a unit whose work is done: whether somebody else grades it again, before it goes on.

    Not one that goes on hold or whose questions ended early, and none twice.
    """
    if not unit.functional or not unit.answers or unit.aside or unit.approval or unit.disposition == ON_HOLD:
        return ()
    record = knowledge.records.unit(unit.unit)
    if record is None or not is_chosen(record, knowledge):
        return ()
    look = look_of(knowledge.records.unit_events(unit.unit))
    if look.asked or look.taken:
        return ()
    return (e.SecondLookAsked(unit=unit.unit, parcel=parcel, bin=knowledge.second_look.bin),)


def is_chosen(record: UnitRecord, knowledge: Knowledge) -> bool:
    """Whether it is among those that the site looks at again."""
    return chosen(record.unit, record.graded_by, record.functional, record.cosmetic, knowledge.second_look)
