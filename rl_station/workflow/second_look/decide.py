"""What happened at a second look because of a scan or an answer."""

from __future__ import annotations

from functools import reduce

from rl_station.domain.events import (
    Event,
    SecondLookLeft,
    SecondLookTaken,
    UnitHazardFound,
    UnitQuestionAnswered,
    UnitReasonChecked,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.choices import picked
from rl_station.workflow.inputs import Answered, Command, Commanded, Deed, Scanned
from rl_station.workflow.inspect.answers import chosen_answer, scanned_answer
from rl_station.workflow.inspect.choices import unit_choices
from rl_station.workflow.inspect.evolve import evolve_unit
from rl_station.workflow.inspect.questions import asked, findings_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.scans import visible
from rl_station.workflow.second_look.blind import GRADES, as_second, first_of, second_of
from rl_station.workflow.second_look.pairs import grade_pairs, pairs_of
from rl_station.workflow.second_look.take_up import take_up
from rl_station.workflow.state import LookingAgain, State, UnitInHand
from rl_station.workflow.undo import put_down

_NOTHING_SAID = frozenset({"SecondLookBegun"})
_OF_THE_UNIT = (UnitHazardFound, UnitReasonChecked)
"""What an answer at the bench says of the unit itself; a second look does not."""


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The events of one input, or why it is not taken."""
    match state.job, given:
        case LookingAgain() as job, Commanded(command=Command.CANCEL):
            return _put_aside(state, job)
        case LookingAgain() as job, _:
            return _looking(job, given, knowledge)
        case _, Scanned(scan=scan):
            return take_up(scan, state.worker, knowledge)
        case _, Commanded(command=Command.CANCEL):
            return refuse("nothing.in_hand", wanted="@kind.unit_plate")
        case _:
            return refuse("second_look.scan_unit_first")


def _put_aside(state: State, job: LookingAgain) -> tuple[Event, ...]:
    """What was said stays said, for the same person to go on with; a unit that was only scanned was never looked at."""
    if _NOTHING_SAID.issuperset(mark.type for mark in state.marks):
        return put_down(state, parcels=(job.parcel,), units=(job.unit,))
    return (SecondLookLeft(unit=job.unit, parcel=job.parcel),)


def _looking(job: LookingAgain, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    record = knowledge.records.unit(job.unit)
    if record is None:
        return refuse("second_look.scan_unit_first")
    first = first_of(record, knowledge)
    unit = second_of(first, knowledge)
    match given:
        case Scanned(scan=scan):
            answered = scanned_answer(unit, job.parcel, scan, knowledge)
        case Answered(choice=answer):
            chosen = picked(unit_choices(unit, knowledge), answer)
            if chosen is None:
                return refuse("choice.unknown", answer=visible(answer))
            answered = chosen_answer(unit, job.parcel, chosen, knowledge)
        case _:
            return refuse("inspect.expected_question")
    return answered if isinstance(answered, Refusal) else _noted(job, first, unit, answered, knowledge)


def _noted(
    job: LookingAgain, first: UnitInHand, unit: UnitInHand, answered: tuple[Event, ...], knowledge: Knowledge
) -> tuple[Event, ...]:
    """The answer beside the unit, and what both said once nothing is left to ask, or a danger is found."""
    after = reduce(evolve_unit, answered, unit)
    hazards = next((event.hazards for event in answered if isinstance(event, UnitHazardFound)), ())
    said = tuple(
        as_second(event) if isinstance(event, UnitQuestionAnswered) else event
        for event in answered
        if not isinstance(event, _OF_THE_UNIT)
    )
    if hazards:
        grades = dict.fromkeys(GRADES, "")
    elif asked(after, knowledge) is None:
        found = findings_of(after, knowledge)
        grades = {name: getattr(found, name) for name in GRADES}
    else:
        return said
    taken = SecondLookTaken(
        unit=job.unit,
        parcel=job.parcel,
        inspector=job.inspector,
        pairs=(*pairs_of(first, after), *grade_pairs(first, grades)),
        hazards=hazards,
        **grades,
    )
    return (*said, taken)
