"""What an answer to the open question records: a choice, a number, a text, a code, or the end of a timer."""

from __future__ import annotations

from rl_station.domain.checklist import GIVEN, HAZARD, REASON, TIMER_FINISHED, TIMER_START, Question, noted
from rl_station.domain.events import Event, UnitHazardFound, UnitQuestionAnswered, UnitReasonChecked, UnitTimerStarted
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.inspect.evolve import evolve_unit
from rl_station.workflow.inspect.questions import Asked, asked, found_hazards, started
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.scans import LONGEST_KEY, SITE_KINDS, kind_of, unwanted, visible
from rl_station.workflow.state import UnitInHand

_MICROSECONDS = 1_000_000


def chosen_answer(unit: UnitInHand, parcel: str, chosen: str, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """One of the choices of the prompt."""
    question = asked(unit, knowledge)
    if question is None:
        return refuse("choice.expected")
    if chosen == TIMER_START:
        return (
            UnitTimerStarted(
                unit=unit.unit,
                parcel=parcel,
                checklist=question.checklist.id,
                question=question.question.id,
                at=knowledge.now,
            ),
        )
    if chosen == TIMER_FINISHED:
        return _timed(unit, parcel, question, knowledge)
    return _answered(unit, parcel, question, chosen, knowledge)


def scanned_answer(unit: UnitInHand, parcel: str, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """What was scanned or typed, where the question takes it."""
    question = asked(unit, knowledge)
    match question.question.kind if question else "":
        case "number" if question:
            return _measured(unit, parcel, question, scan, knowledge)
        case "text" | "photo" | "scan" if question:
            value = _value(question.question, scan)
            return (
                value
                if isinstance(value, Refusal)
                else _answered(unit, parcel, question, noted(GIVEN, value), knowledge)
            )
        case _:
            return unwanted(scan, "answer")


def seconds_of(unit: UnitInHand, question: Asked, knowledge: Knowledge) -> int:
    """For how long the timer has been running; 0 while it is not."""
    since = started(unit, question)
    return max(0, knowledge.now - since) // _MICROSECONDS if since else 0


def range_of(question: Question) -> str:
    """What a number may be, with its unit."""
    return f"{question.least} - {question.most} {question.unit}".rstrip()


def _timed(unit: UnitInHand, parcel: str, question: Asked, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    seconds = seconds_of(unit, question, knowledge)
    if seconds < question.question.seconds:
        return refuse("inspect.timer_early", seconds=seconds, least=question.question.seconds)
    return _answered(unit, parcel, question, noted(GIVEN, str(seconds)), knowledge)


def _measured(
    unit: UnitInHand, parcel: str, question: Asked, scan: Scan, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    """A whole number, its unit behind it or not."""
    asked_for = question.question
    if not scan.meanings or kind_of(scan) in SITE_KINDS:
        return unwanted(scan, "number")
    said = scan.meanings[-1].value.strip()
    text = said.removesuffix(asked_for.unit).strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(max(-asked_for.least, asked_for.most)))):
        return _out_of_range(asked_for, said)
    band = asked_for.band(int(text))
    if band is None:
        return _out_of_range(asked_for, said)
    return _answered(unit, parcel, question, noted(band.id, str(int(text))), knowledge)


def _out_of_range(question: Question, said: str) -> Refusal:
    return refuse("inspect.number_range", value=visible(said), range=range_of(question))


def _value(question: Question, scan: Scan) -> str | Refusal:
    """What the scan says as the kind of code that is asked for; our own codes only where they are."""
    kinds = tuple(ScanKind(code) for code in question.codes)
    own = kind_of(scan) in SITE_KINDS
    if not scan.meanings or (own and kind_of(scan) not in kinds):
        return unwanted(scan, question.kind)
    found = scan.first(*kinds) if kinds else scan.meanings[-1]
    if found is None:
        return unwanted(scan, question.kind)
    value = found.value.strip()
    if not value or len(value) > LONGEST_KEY:
        return refuse("inspect.answer_too_long", value=visible(value))
    return value


def _answered(unit: UnitInHand, parcel: str, question: Asked, said: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """The answer, and what it says of dangers or of what the customer said."""
    who = {"unit": unit.unit, "parcel": parcel}
    checklist = question.checklist
    option, _, value = said.partition("=")
    answered = UnitQuestionAnswered(
        **who,
        checklist=checklist.id,
        question=question.question.id,
        answer=option,
        value=value,
        version=checklist.version,
    )
    if checklist.id == REASON:
        return answered, UnitReasonChecked(**who, reason=question.question.id, found=option)
    hazards = found_hazards(evolve_unit(unit, answered), knowledge) if checklist.id == HAZARD else ()
    return (answered, UnitHazardFound(**who, hazards=hazards)) if hazards else (answered,)
