"""The root decider: alarm, undo, sign-in and task first, then the workflow of the task."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from rl_station.domain.events import AlarmAcknowledged, DevicesAsked, Event
from rl_station.domain.messages import Message, Refusal, refuse
from rl_station.domain.scan import ScanKind
from rl_station.workflow import (
    inspect,
    receive,
    rework,
    second_look,
    shift_log,
    sort,
    supervise,
    tags,
    trace,
)
from rl_station.workflow.inputs import (
    Acted,
    Answered,
    Command,
    Commanded,
    Deed,
    Input,
    NoteTyped,
    PinChecked,
    Scanned,
    TagsObserved,
    Typed,
    WeightSettled,
)
from rl_station.workflow.inspect.approval import APPROVAL
from rl_station.workflow.inspect.steps import step_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Alarm, Prompt
from rl_station.workflow.scans import own
from rl_station.workflow.sign_in import (
    NOTE,
    SUPERVISE,
    TASKS,
    badge_in,
    leave,
    menu,
    menu_prompt,
    scan_badge,
    sign_in,
    sign_in_prompt,
)
from rl_station.workflow.state import Inspecting, Reworking, Session, State, Traced, at_rest
from rl_station.workflow.undo import from_elsewhere, undo

Decided = tuple[Event, ...] | Refusal
_WORK: dict[str, Callable[[State, Deed, Knowledge], Decided]] = {
    "receive": receive.decide,
    "inspect": inspect.decide,
    "sort": sort.decide,
    "rework": rework.decide,
    "second_look": second_look.decide,
    "trace": trace.decide,
    NOTE: shift_log.decide,
    SUPERVISE: supervise.decide,
}
_PROMPTS: dict[str, Callable[[State, Knowledge], Prompt]] = {
    "receive": receive.prompt,
    "inspect": inspect.prompt,
    "sort": sort.prompt,
    "rework": rework.prompt,
    "second_look": second_look.prompt,
    "trace": trace.prompt,
    NOTE: shift_log.prompt,
    SUPERVISE: supervise.prompt,
}
_ANYWHERE = frozenset({*TASKS, Command.MENU, Command.SIGN_OUT})
_COMMANDS = frozenset(Command)


def decide(session: Session, given: Input, knowledge: Knowledge) -> Decided:  # noqa: PLR0911 - gates in order: each may answer
    """The events an input causes, or why it is not taken. Pure; never raises."""
    state = session.state
    if isinstance(given, TagsObserved | WeightSettled):
        return _sensed(state, given, knowledge)
    given = given if isinstance(given, Typed) else understood(given)
    if state.resting and state.worker is not None and given != Commanded(Command.DEVICES):
        return shift_log.on_break(state, state.worker, given, knowledge)
    if given == Commanded(Command.UNDO):
        return undo(session, knowledge)
    if state.alarms:
        acknowledged = given == Commanded(Command.ACK)
        return (AlarmAcknowledged(code=state.alarms[0].code),) if acknowledged else refuse("alarm.pending")
    if given == Commanded(Command.ACK):
        return refuse("alarm.none")
    if given == Commanded(Command.DEVICES):
        return (DevicesAsked(),)
    return _typed(state, given, knowledge) if isinstance(given, Typed) else _done(state, given, knowledge)


def _done(state: State, given: Deed, knowledge: Knowledge) -> Decided:
    """A scan, an answer or a command, and nothing in its way."""
    if state.worker is None:
        return sign_in(state, given, knowledge)
    badge = badge_in(given)
    if badge is not None and not _badge_agrees(state, knowledge):
        return scan_badge(state, badge, knowledge)
    if given == Commanded(Command.BREAK):
        return shift_log.begin_break(state, state.worker)
    if isinstance(given, Commanded) and given.command in _ANYWHERE:
        return leave(state, given.command, state.worker, knowledge)
    if state.task not in _WORK:
        return menu(state, state.worker, given, knowledge)
    task = "rework" if isinstance(state.job, Reworking) else state.task
    return _WORK[task](state, given, knowledge)


def _typed(state: State, given: Typed, knowledge: Knowledge) -> Decided:
    """What comes of a form on the screen, whatever the task: each is taken only where it was asked for."""
    match given:
        case PinChecked():
            return supervise.pin_checked(state, given, knowledge)
        case Acted(action=action):
            return supervise.act(state, action, knowledge)
        case NoteTyped(text=text):
            return refuse("sign_in.badge_first") if state.worker is None else shift_log.write(text)


def _badge_agrees(state: State, knowledge: Knowledge) -> bool:
    """Whether a badge is somebody's word on the decision in hand, and nobody signs in."""
    match state.job:
        case Inspecting(unit=unit) if unit is not None:
            return step_of(unit, knowledge) == APPROVAL
        case Reworking(unit=plate, steps=()) as job:
            found = rework.unit_of_records(plate, knowledge)
            return found is not None and rework.phase_of(job, found, knowledge) == APPROVAL
        case _:
            return False


def _sensed(state: State, given: TagsObserved | WeightSettled, knowledge: Knowledge) -> tuple[Event, ...]:
    """What nobody did by hand."""
    return tags.observe(state, given, knowledge) if isinstance(given, TagsObserved) else receive.weigh(state, knowledge)


def understood(given: Deed) -> Deed:
    """A command barcode is the command, or the answer, it stands for; an answer that names a command is that command."""
    if isinstance(given, Scanned):
        body = own(given.scan, ScanKind.COMMAND)
        return given if body is None else understood(Answered(body))
    if isinstance(given, Answered) and given.choice.upper() in _COMMANDS:
        return Commanded(Command(given.choice.upper()))
    return given


def prompt(session: Session, knowledge: Knowledge) -> Prompt:
    """The one thing to do next, with the alarm on top of it and what hands still have to do."""
    state = session.state
    shown = _prompt(state, knowledge)
    alarm = None
    if state.alarms:
        raised = state.alarms[0]
        alarm = Alarm(Message(raised.code, raised.params), Message(f"{raised.code}.next", raised.params))
    undoable = bool(session.trail) and not session.trail[-1].fixed and not state.resting and not from_elsewhere(session)
    return replace(
        shown,
        alarm=alarm,
        detail=session.notice or shown.detail,
        can_undo=undoable,
        can_cancel=shown.can_cancel and not at_rest(state),
    )


def _prompt(state: State, knowledge: Knowledge) -> Prompt:  # noqa: PLR0911 - gates in order: each may answer
    if state.worker is None:
        return sign_in_prompt()
    if state.resting:
        return shift_log.break_prompt(state.worker)
    if state.task not in _PROMPTS:
        return menu_prompt(state, state.worker, knowledge)
    if state.task == SUPERVISE:
        return supervise.prompt(state, knowledge)
    if isinstance(state.job, Traced):
        return trace.prompt(state, knowledge)
    if isinstance(state.job, Reworking):
        return rework.prompt(state, knowledge)
    return _PROMPTS[state.task](state, knowledge)
