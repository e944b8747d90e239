"""Whose PIN is asked for, and how long nobody may try again after too many wrong ones."""

from __future__ import annotations

from rl_station.domain.events import Event, PinRefused, SupervisionBegun, SupervisionEnded
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.pin_tries import lock_end
from rl_station.workflow.inputs import PinChecked
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.sign_in import SUPERVISE, may
from rl_station.workflow.state import PinTries, State


def pin_asked(state: State) -> str:
    """The operator whose PIN is asked for now; empty for nobody."""
    if state.task != SUPERVISE or state.supervising or state.worker is None:
        return ""
    return state.worker.id if may(state.worker.roles, SUPERVISE) else ""


def pin_locked(state: State, operator: str, now: int) -> int:
    """Until when this operator's PIN is not heard (microseconds since 1970 UTC); 0 where it may be tried."""
    until = tries_of(state, operator).locked_until
    return until if until > now else 0


def pin_checked(state: State, given: PinChecked, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The right one opens the supervisor's screen, a wrong one counts; while it is locked, neither does anything."""
    operator = pin_asked(state)
    if not operator or operator != given.operator:
        return refuse("pin.not_asked")
    until = pin_locked(state, operator, knowledge.now)
    if until:
        return refuse("pin.locked", when=until)
    if given.ok:
        return (SupervisionBegun(operator=operator),)
    failures = tries_of(state, operator).failures + 1
    return (PinRefused(operator=operator, failures=failures, locked_until=lock_end(failures, knowledge.now)),)


def unattended(state: State) -> tuple[Event, ...]:
    """Nobody knows who stands there after a restart: an open supervisor's screen asks for the PIN again."""
    return (SupervisionEnded(operator=state.worker.id),) if state.supervising and state.worker else ()


def tries_of(state: State, operator: str) -> PinTries:
    return next((tries for tries in state.pins if tries.operator == operator), PinTries(operator, 0))
