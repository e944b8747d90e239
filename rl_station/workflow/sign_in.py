"""Who works here and at what: badges, roles, and the tasks of this station."""

from __future__ import annotations

from rl_station.domain.events import Event, SignedIn, SignedOut, TaskChosen
from rl_station.domain.messages import Refusal, message, refuse
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.choices import choice, keyed, picked
from rl_station.workflow.evolve import MENU
from rl_station.workflow.facts import fact
from rl_station.workflow.inputs import Answered, Command, Deed, Scanned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Choice, Prompt
from rl_station.workflow.scans import own, unwanted, visible
from rl_station.workflow.state import State, Worker, at_rest

TASKS = {
    Command.RECEIVE: "receive",
    Command.INSPECT: "inspect",
    Command.SORT: "sort",
    Command.REWORK: "rework",
    Command.TRACE: "trace",
}
ROLES = {
    "receive": frozenset({"worker", "inspector", "supervisor"}),
    "inspect": frozenset({"inspector", "supervisor"}),
    "sort": frozenset({"worker", "inspector", "supervisor"}),
    "rework": frozenset({"inspector", "supervisor"}),
    "trace": frozenset({"worker", "inspector", "supervisor"}),
}
"""Who may do what: grading is an inspector's word."""


def badge_in(given: Deed) -> str | None:
    return own(given.scan, ScanKind.BADGE) if isinstance(given, Scanned) else None


def sign_in(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Nobody is signed in: only a badge counts."""
    badge = badge_in(given)
    if badge is not None:
        return scan_badge(state, badge, knowledge)
    return unwanted(given.scan, "badge") if isinstance(given, Scanned) else refuse("sign_in.badge_first")


def scan_badge(state: State, badge: str, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Signs in, and signs out whoever was there. The new worker keeps the task, if it is theirs to do."""
    operator = knowledge.reference.operator_by_badge(badge)
    if operator is None:
        return refuse("sign_in.unknown_badge", badge=visible(badge))
    if state.worker is not None and state.worker.id == operator.id:
        return refuse("sign_in.already", name=operator.name)
    if not at_rest(state):
        return refuse("sign_in.finish_first", name=state.worker.name if state.worker else "-")
    out = (SignedOut(operator=state.worker.id),) if state.worker else ()
    signed = SignedIn(operator=operator.id, name=operator.name, language=operator.language, roles=operator.roles)
    tasks = [name for name in knowledge.tasks if may(operator.roles, name)]
    task = state.task if state.task in tasks else tasks[0] if len(tasks) == 1 else ""
    return (*out, signed, *((TaskChosen(task=task),) if task else ()))


def may(roles: tuple[str, ...], task: str) -> bool:
    return bool(ROLES.get(task, frozenset()).intersection(roles))


def leave(state: State, command: Command, worker: Worker, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Sign-out, menu, another task: only with nothing in hand."""
    if not at_rest(state):
        return refuse("task.finish_first")
    if command is Command.SIGN_OUT:
        return (SignedOut(operator=worker.id),)
    if command is Command.MENU:
        return (TaskChosen(task=MENU),) if state.task else refuse("task.choose")
    return choose(state, TASKS[command], worker, knowledge)


def choose(state: State, task: str, worker: Worker, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    if task not in knowledge.tasks:
        return refuse("task.not_here", task=f"@task.{task}")
    if not may(worker.roles, task):
        return refuse("task.not_allowed", task=f"@task.{task}", name=worker.name)
    if task == state.task:
        return refuse("task.already", task=f"@task.{task}")
    return (TaskChosen(task=task),)


def menu(state: State, worker: Worker, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """No task yet."""
    match given:
        case Answered(choice=answer):
            chosen = picked(task_choices(worker, knowledge), answer)
            return (
                choose(state, chosen, worker, knowledge) if chosen else refuse("choice.unknown", answer=visible(answer))
            )
        case Scanned(scan=scan):
            return _task_first(scan)
        case _:
            return refuse("task.choose")


def task_choices(worker: Worker, knowledge: Knowledge) -> tuple[Choice, ...]:
    commands = {task: command.value for command, task in TASKS.items()}
    return keyed(
        choice(task, message(f"task.{task}"), command=commands[task])
        for task in knowledge.tasks
        if task in commands and may(worker.roles, task)
    )


def sign_in_prompt() -> Prompt:
    return Prompt(
        workflow="sign_in",
        step="badge",
        instruction=message("sign_in.scan_badge"),
        detail=message("sign_in.scan_badge.detail"),
        accepts=(ScanKind.BADGE,),
    )


def menu_prompt(worker: Worker, knowledge: Knowledge) -> Prompt:
    return Prompt(
        workflow="menu",
        step="task",
        instruction=message("task.choose"),
        detail=message("task.choose.detail"),
        accepts=(ScanKind.COMMAND, ScanKind.BADGE),
        choices=task_choices(worker, knowledge),
        facts=(fact("operator", worker.name),),
    )


def _task_first(scan: Scan) -> Refusal:
    return refuse("task.choose") if scan.meanings else unwanted(scan, "command")
