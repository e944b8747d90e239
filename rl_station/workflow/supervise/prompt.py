"""What stands on the supervisor's screen besides the figures: the PIN that is asked for, and what was looked up."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain.messages import message
from rl_station.domain.scan import ScanKind
from rl_station.workflow.facts import fact
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Prompt
from rl_station.workflow.sign_in import SUPERVISE
from rl_station.workflow.state import State, Traced
from rl_station.workflow.supervise.pin import pin_locked
from rl_station.workflow.trace.prompt import history
from rl_station.workflow.trace.recalls import recall_choices

PIN, OVERVIEW, SUBJECT = "pin", "overview", "subject"
_ANYTHING = tuple(kind for kind in ScanKind if kind is not ScanKind.COMMAND)


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """pin, overview, or subject: the history of what was scanned."""
    if not state.supervising:
        return _pin(state, knowledge)
    if isinstance(state.job, Traced):
        shown = history(state.job, SUPERVISE, knowledge)
        return replace(shown, step=SUBJECT, choices=recall_choices(state.job.unit, knowledge))
    return Prompt(
        workflow=SUPERVISE,
        step=OVERVIEW,
        instruction=message("supervise.overview"),
        detail=message("supervise.overview.detail"),
        accepts=_ANYTHING,
    )


def _pin(state: State, knowledge: Knowledge) -> Prompt:
    """Nothing is scanned here: digits that were typed as a code would be kept like any scan."""
    worker = state.worker
    until = pin_locked(state, worker.id, knowledge.now) if worker else 0
    return Prompt(
        workflow=SUPERVISE,
        step=PIN,
        instruction=message("supervise.pin"),
        detail=message("pin.locked", when=until) if until else message("supervise.pin.detail"),
        facts=(fact("operator", worker.name),) if worker else (),
    )
