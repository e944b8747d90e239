"""How a question is shown that is answered by more than a choice."""

from __future__ import annotations

from rl_station.domain.checklist import Question
from rl_station.domain.messages import Message, content, message
from rl_station.domain.scan import ScanKind
from rl_station.workflow.inspect.answers import range_of, seconds_of
from rl_station.workflow.inspect.questions import Asked, started
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import UnitInHand

_TYPED = (ScanKind.TEXT,)


def question_accepts(question: Question) -> tuple[ScanKind, ...]:
    """The kinds of code that answer it."""
    if question.kind in ("choice", "timer"):
        return ()
    return tuple(ScanKind(code) for code in question.codes) or _TYPED


def question_detail(unit: UnitInHand, question: Asked, knowledge: Knowledge) -> Message:
    """How to find out, or else how to answer; while a timer is running, for how long it has been."""
    found = question.question
    if started(unit, question):
        return message("inspect.timer_running", seconds=seconds_of(unit, question, knowledge), least=found.seconds)
    if found.kind == "number":
        hint = found.help or question.checklist.title
        return message("inspect.number", range=range_of(found), help=hint)
    if found.help or found.kind == "choice":
        return content(found.help or question.checklist.title)
    return message(f"inspect.{found.kind}", least=found.seconds)
