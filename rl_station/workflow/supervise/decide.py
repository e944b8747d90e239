"""What scans, keys and commands do at the supervisor's screen: they look things up. What changes anything comes as an action."""

from __future__ import annotations

from rl_station.domain.events import Event
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow import trace
from rl_station.workflow.inputs import Answered, Deed, Scanned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import State, Traced


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The events of one input, or why it is not taken. What is scanned while a PIN is asked for might be one: it is not named."""
    if not state.supervising:
        return refuse("pin.type_it")
    if isinstance(given, Scanned) or (isinstance(given, Answered) and isinstance(state.job, Traced)):
        return trace.decide(state, given, knowledge)
    return refuse("supervise.scan_or_act")
