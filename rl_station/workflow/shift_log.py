"""The shift log: breaks, and words to the next shift. Who signed in and out stands in the log anyway."""

from __future__ import annotations

from rl_station.domain.events import AlarmAcknowledged, BreakBegun, BreakEnded, Event, ShiftNoteWritten, TaskChosen
from rl_station.domain.messages import Refusal, message, refuse
from rl_station.domain.scan import ScanKind, shown
from rl_station.workflow.evolve import MENU
from rl_station.workflow.inputs import Command, Commanded, Deed, Scanned, Typed
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Prompt
from rl_station.workflow.sign_in import BREAK, NOTE, badge_in, ended, leave, note_facts, scan_badge
from rl_station.workflow.state import State, Worker

LONGEST_NOTE = 500
"""Characters."""

_BREAK = Commanded(Command.BREAK)


def begin_break(state: State, worker: Worker) -> tuple[Event, ...]:
    """The work in hand stays in hand; an open supervisor's screen does not."""
    closed = (*ended(state), TaskChosen(task=MENU)) if state.supervising else ()
    return (*closed, BreakBegun(operator=worker.id))


def on_break(state: State, worker: Worker, given: Deed | Typed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The same badge or command ends it; whoever comes instead signs in. An alarm is heard on a break, too."""
    if state.alarms:
        acknowledged = given == Commanded(Command.ACK)
        return (AlarmAcknowledged(code=state.alarms[0].code),) if acknowledged else refuse("alarm.pending")
    badge = badge_in(given) if isinstance(given, Scanned) else None
    operator = knowledge.reference.operator_by_badge(badge) if badge is not None else None
    if given == _BREAK or (operator is not None and operator.id == worker.id):
        return (BreakEnded(operator=worker.id),)
    if badge is not None:
        return scan_badge(state, badge, knowledge)
    if given == Commanded(Command.SIGN_OUT):
        return leave(state, Command.SIGN_OUT, worker, knowledge)
    return refuse("break.end_first")


def break_prompt(worker: Worker) -> Prompt:
    return Prompt(
        workflow="menu",
        step=BREAK,
        instruction=message("break.on", name=worker.name),
        detail=message("break.on.detail"),
        accepts=(ScanKind.BADGE, ScanKind.COMMAND),
        commands=(Command.BREAK,),
    )


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """A note is typed: a code that was scanned by mistake is none."""
    match given:
        case Scanned(scan=scan) if scan.source.manual and scan.meanings:
            return write(scan.meanings[-1].value)
        case _:
            return refuse("note.type_it")


def write(text: str) -> tuple[Event, ...] | Refusal:
    """What the next shift has to know."""
    kept = words(text)
    if not kept:
        return refuse("note.type_it")
    return refuse("note.too_long", most=LONGEST_NOTE) if len(kept) > LONGEST_NOTE else (ShiftNoteWritten(text=kept),)


def words(text: str) -> str:
    """What somebody typed, as it is kept: one line, without control characters."""
    return shown(" ".join(text.split()))


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """What was written so far, and room for more."""
    return Prompt(
        workflow=NOTE,
        step="text",
        instruction=message("note.type"),
        detail=message("note.type.detail"),
        accepts=(ScanKind.TEXT,),
        facts=note_facts(state),
    )
