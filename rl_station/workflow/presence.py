"""How somebody is here: at work, on a break, or with the supervisor's screen open; and what outlasts whoever is signed in."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain.events import (
    BreakBegun,
    BreakEnded,
    PinRefused,
    ShiftNoteWritten,
    SupervisionBegun,
    SupervisionEnded,
)
from rl_station.workflow.state import PinTries, State, Worker

MOST_NOTES = 5
"""Words to the next shift that are shown."""

Present = BreakBegun | BreakEnded | PinRefused | ShiftNoteWritten | SupervisionBegun | SupervisionEnded


def evolve(state: State, event: Present) -> State:
    """The state after one event."""
    match event:
        case BreakBegun():
            return replace(state, resting=True)
        case BreakEnded():
            return replace(state, resting=False)
        case ShiftNoteWritten():
            who = state.worker.name if state.worker else "-"
            return replace(state, notes=(*state.notes, (who, event.text))[-MOST_NOTES:])
        case PinRefused():
            tries = PinTries(event.operator, event.failures, event.locked_until)
            return replace(state, pins=(*_without(state, event.operator), tries))
        case SupervisionBegun():
            return replace(state, supervising=True, pins=_without(state, event.operator))
        case SupervisionEnded():
            return replace(state, supervising=False, job=None)


def fresh(state: State, worker: Worker | None = None, task: str = "") -> State:
    """Somebody begins something: nothing is in hand, but wrong PINs still count, and notes are still to be read."""
    return State(worker=worker, task=task, pins=state.pins, notes=state.notes)


def _without(state: State, operator: str) -> tuple[PinTries, ...]:
    return tuple(tries for tries in state.pins if tries.operator != operator)
