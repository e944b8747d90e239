"""The history of a code, most recent last."""

from __future__ import annotations

from rl_station.domain.events import CodeTraced
from rl_station.domain.messages import message
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.workflow.facts import announced_lines, client_name, fact
from rl_station.workflow.knowledge import HistoryLine, Knowledge
from rl_station.workflow.prompt import Fact, Prompt, Tone
from rl_station.workflow.receive.lookup import returns_for
from rl_station.workflow.scans import visible, when
from rl_station.workflow.state import State, Traced
from rl_station.workflow.trace.lookup import history_of
from rl_station.workflow.trace.recalls import recall_choices, recall_facts

_ANYTHING = tuple(kind for kind in ScanKind if kind is not ScanKind.COMMAND)


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """What somebody who asks sees."""
    if not isinstance(state.job, Traced):
        return Prompt(
            workflow="trace",
            step="scan",
            instruction=message("trace.scan"),
            detail=message("trace.scan.detail"),
            accepts=_ANYTHING,
        )
    return history(state.job, state.task or "trace", knowledge)


def history(job: Traced, workflow: str, knowledge: Knowledge) -> Prompt:
    """Every event of the subject: when, who, where, what."""
    announced = returns_for(Meaning(ScanKind(job.kind), job.value, "trace"), knowledge.reference)
    rmas = tuple(found.rma for found in announced)
    traced = CodeTraced(kind=job.kind, value=job.value, parcel=job.parcel, unit=job.unit, container=job.container)
    lines = history_of(traced, knowledge.records)
    subject = job.unit or job.parcel or job.container or job.value
    return Prompt(
        workflow=workflow,
        step="history",
        instruction=message("trace.of", subject=visible(subject)),
        detail=message("trace.count", count=len(lines)) if lines else message("trace.not_arrived"),
        accepts=_ANYTHING,
        facts=(*_standing(job, knowledge), *(_line_fact(line) for line in lines)),
        checklist=() if lines else announced_lines(rmas, knowledge),
        choices=recall_choices(job.unit, knowledge) if workflow == "trace" else (),
    )


def _standing(job: Traced, knowledge: Knowledge) -> tuple[Fact, ...]:
    """Where the subject stands now, before how it got there."""
    unit = knowledge.records.unit(job.unit) if job.unit else None
    if unit is not None:
        facts = [fact("client", client_name(unit.client, knowledge)), fact("product", unit.name or "-")]
        if unit.disposition:
            facts.append(fact("disposition", message(f"disposition.{unit.disposition}")))
        facts.extend([fact("container", unit.container)] if unit.container else [])
        return (*recall_facts(unit, knowledge), *facts)
    parcel = knowledge.records.parcel(job.parcel) if job.parcel else None
    if parcel is None:
        return ()
    held = [fact("held", message(f"held.{parcel.held}"), Tone.BAD)] if parcel.held else []
    return (fact("client", client_name(parcel.client, knowledge)), *(fact("rma", rma) for rma in parcel.rmas), *held)


def _line_fact(line: HistoryLine) -> Fact:
    details = ", ".join(f"{name} {visible(value)}" for name, value in line.params)
    return Fact(
        message("trace.when", when=when(line.at), operator=line.operator or "-", station=line.station or "-"),
        message("trace.corrected" if line.corrected else "trace.what", what=f"@event.{line.type}", details=details),
        Tone.WARN if line.corrected else Tone.PLAIN,
    )
