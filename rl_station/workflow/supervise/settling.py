"""A trouble that somebody has looked at: what was done about it stands in the note."""

from __future__ import annotations

from rl_station.domain.events import Event, TroubleSettled
from rl_station.domain.kpi import TROUBLES, Trouble
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.actions import Settle
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.scans import visible
from rl_station.workflow.shift_log import words
from rl_station.workflow.supervise.units import unexplained


def settle(action: Settle, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Of one parcel, unit or container; devices are mended, not settled. Tasks of the centre may be about anything."""
    trouble = action.trouble
    if trouble.kind not in TROUBLES:
        return refuse("supervise.unknown_trouble", trouble=visible(trouble.kind))
    refused = unexplained("", action.note, needed=False)
    if refused is not None:
        return refused
    if not words(action.note):
        return refuse("supervise.note_first")
    if not action.task and trouble.subject_kind not in ("parcel", "unit", "container"):
        return refuse("supervise.mends_itself", subject=visible(trouble.subject) or "-")
    if not action.task and not _known(trouble, knowledge):
        return refuse("supervise.unknown_subject", subject=visible(trouble.subject) or "-")
    return (
        TroubleSettled(
            kind=trouble.kind,
            note=words(action.note),
            parcel=trouble.subject if trouble.subject_kind == "parcel" else "",
            unit=trouble.subject if trouble.subject_kind == "unit" else "",
            container=trouble.subject if trouble.subject_kind == "container" else "",
            task=action.task,
        ),
    )


def _known(trouble: Trouble, knowledge: Knowledge) -> bool:
    records = knowledge.records
    match trouble.subject_kind:
        case "parcel":
            return records.parcel(trouble.subject) is not None
        case "unit":
            return records.unit(trouble.subject) is not None
        case _:
            return records.container(trouble.subject) is not None
