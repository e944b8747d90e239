"""What a code stands for, whoever it belongs to."""

from __future__ import annotations

from rl_station.domain.events import Event
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Meaning, Scan, ScanKind
from rl_station.workflow.inputs import Answered, Command, Commanded, Deed, Scanned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.scans import LONGEST_KEY, unwanted, visible
from rl_station.workflow.state import State, Traced
from rl_station.workflow.trace.lookup import resolve
from rl_station.workflow.trace.recalls import answered, late_recall


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The code with what it was resolved to, or that nothing is known of it."""
    match given:
        case Scanned(scan=scan):
            return _traced(scan, knowledge)
        case Commanded(command=Command.CANCEL):
            return refuse("nothing.in_hand", wanted="@kind.text")
        case Answered(choice=answer) if isinstance(state.job, Traced):
            return answered(state.job.unit, answer, knowledge)
        case _:
            return refuse("trace.scan_first")


def _traced(scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    if not scan.meanings:
        return unwanted(scan, "text")
    short = [meaning for meaning in scan.meanings if len(meaning.value) <= LONGEST_KEY or _is_label(meaning)]
    found = next(
        (traced for meaning in short if (traced := resolve(meaning, knowledge.records, knowledge.reference))), None
    )
    return (
        (found, *late_recall(found.unit, knowledge))
        if found
        else refuse("trace.nothing", value=visible(scan.meanings[0].value))
    )


def _is_label(meaning: Meaning) -> bool:
    return meaning.kind is ScanKind.UNIT_LABEL
