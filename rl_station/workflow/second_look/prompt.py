"""The one thing to do next at a second look."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain.messages import content, message
from rl_station.domain.scan import ScanKind
from rl_station.workflow.facts import bin_name, client_name, fact
from rl_station.workflow.inspect.prompt import unit_prompt
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Prompt, Tone
from rl_station.workflow.rework.known import bench_of
from rl_station.workflow.second_look.blind import first_of, second_of
from rl_station.workflow.state import LookedAgain, LookingAgain, State

_UNIT = (ScanKind.UNIT_PLATE, ScanKind.UNIT_LABEL, ScanKind.BADGE)


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """What whoever looks again sees."""
    match state.job:
        case LookingAgain() as job if record := knowledge.records.unit(job.unit):
            unit = second_of(first_of(record, knowledge), knowledge)
            language = state.worker.language if state.worker else ""
            shown = unit_prompt(bench_of(unit, job.parcel), unit, state, language, knowledge)
            facts = (fact("unit", job.unit), *shown.facts)
            return replace(shown, workflow="second_look", facts=facts, checklist=(), commands=())
        case LookedAgain() as job:
            return _looked(job, knowledge)
        case _:
            return Prompt(
                workflow="second_look",
                step="unit",
                instruction=message("second_look.scan_unit"),
                detail=message("second_look.scan_unit.detail"),
                accepts=_UNIT,
            )


def _looked(job: LookedAgain, knowledge: Knowledge) -> Prompt:
    """Where it goes: on its way, as it was decided; with a danger nowhere before somebody has decided."""
    record = knowledge.records.unit(job.unit)
    bin_ = record.bin if record else ""
    name = record.name if record else ""
    dangers = tuple(fact("hazard", message(f"hazard.{hazard}"), Tone.BAD) for hazard in job.hazards)
    return Prompt(
        workflow="second_look",
        step="danger" if job.hazards else "place",
        instruction=message("second_look.danger" if job.hazards else "second_look.place", unit=job.unit),
        detail=message("second_look.danger.detail" if job.hazards else "second_look.place.detail"),
        accepts=_UNIT,
        facts=(
            *dangers,
            fact("unit", job.unit),
            *([fact("product", content(name))] if name else []),
            *([fact("client", client_name(record.client, knowledge))] if record else []),
            *([] if job.hazards else [fact("place", bin_name(bin_, knowledge))]),
        ),
        destination=None if job.hazards else message("destination.bin", bin=bin_ or "-"),
    )
