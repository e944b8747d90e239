"""One act of a supervisor: only with the screen open, and each decided where it belongs."""

from __future__ import annotations

from rl_station.domain.events import Event
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.actions import (
    Action,
    Approve,
    Declare,
    Hold,
    Override,
    Reassign,
    Release,
    Reopen,
    Settle,
)
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.sign_in import SUPERVISE, may
from rl_station.workflow.state import State
from rl_station.workflow.supervise.deciding import approve, override
from rl_station.workflow.supervise.declaring import declare
from rl_station.workflow.supervise.holding import hold, release
from rl_station.workflow.supervise.places import reassign, reopen
from rl_station.workflow.supervise.settling import settle


def act(state: State, action: Action, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:  # noqa: PLR0911 - a table: one return for each row
    """The events of one act, or why it cannot be done."""
    worker = state.worker
    if state.task != SUPERVISE or not state.supervising or worker is None or not may(worker.roles, SUPERVISE):
        return refuse("supervise.not_open")
    match action:
        case Approve():
            return approve(action, worker, knowledge)
        case Override():
            return override(action, knowledge)
        case Hold():
            return hold(action, knowledge)
        case Release():
            return release(action, knowledge)
        case Reassign():
            return reassign(action, knowledge)
        case Reopen():
            return reopen(action, knowledge)
        case Settle():
            return settle(action, knowledge)
        case Declare():
            return declare(action, knowledge)
