"""The step in work: method, parts, result and evidence, until it has ended and the next begins."""

from __future__ import annotations

from rl_station.domain.events import (
    Event,
    RegradeBegun,
    ReworkMethodChosen,
    ReworkPartUsed,
    ReworkResultSaid,
    ReworkStepEnded,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.rework import following
from rl_station.domain.scan import Scan
from rl_station.workflow.choices import picked
from rl_station.workflow.inputs import Answered, Command, Commanded, Deed, Scanned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.rework.choices import job_choices
from rl_station.workflow.rework.evolve import evolve
from rl_station.workflow.rework.phases import current, phase_of, work_phase
from rl_station.workflow.rework.take_up import begun
from rl_station.workflow.scans import LONGEST_KEY, SITE_KINDS, kind_of, unwanted, visible
from rl_station.workflow.state import Reworking, UnitInHand

_MICROSECONDS = 1_000_000
_FINISHING = frozenset({Command.OK, Command.DONE})


def decide_work(job: Reworking, unit: UnitInHand, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """One input while a step is in work; CANCEL is not among them."""
    phase = phase_of(job, unit, knowledge)
    match given:
        case Scanned(scan=scan):
            return _scanned(job, phase, scan, knowledge)
        case Commanded(command=command) if command in _FINISHING and phase == "work":
            return _said(job, "done", knowledge)
        case Commanded(command=Command.OK) if phase == "early":
            return _said(job, "done", knowledge, sure=True)
        case Answered(choice=answer):
            chosen = picked(job_choices(job, unit, knowledge), answer)
            return (
                refuse("choice.unknown", answer=visible(answer)) if chosen is None else _chosen(job, chosen, knowledge)
            )
        case _:
            return refuse(f"rework.expected_{phase}")


def _scanned(job: Reworking, phase: str, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    if phase == "evidence":
        return _evidence(job, scan, knowledge)
    if phase != "work":
        return unwanted(scan, "answer")
    read = {meaning.value for meaning in scan.meanings}
    part = next((part.id for part in knowledge.rework.parts.values() if read.intersection((part.id, *part.codes))), "")
    if not part:
        value = visible(scan.meanings[0].value) if scan.meanings else "-"
        return unwanted(scan, "part") if kind_of(scan) in SITE_KINDS else refuse("rework.unknown_part", value=value)
    return (_used(job, part),)


def _evidence(job: Reworking, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    if not scan.meanings or kind_of(scan) in SITE_KINDS:
        return unwanted(scan, "evidence")
    reference = scan.meanings[-1].value
    if len(reference) > LONGEST_KEY:
        return refuse("rework.evidence_too_long", value=visible(reference))
    return _ended(job, knowledge, reference)


def _chosen(job: Reworking, chosen: str, knowledge: Knowledge) -> tuple[Event, ...]:
    step = job.steps[0]
    if chosen.startswith("part_"):
        return (_used(job, chosen.removeprefix("part_")),)
    if chosen.startswith("by_"):
        method = chosen.removeprefix("by_")
        return (ReworkMethodChosen(unit=job.unit, parcel=job.parcel, step=step, method=method),)
    if chosen == "work_on":
        return (ReworkResultSaid(unit=job.unit, parcel=job.parcel, step=step, result=""),)
    return _said(job, "done", knowledge, sure=True) if chosen == "sure" else _said(job, chosen, knowledge)


def _used(job: Reworking, part: str) -> ReworkPartUsed:
    return ReworkPartUsed(unit=job.unit, parcel=job.parcel, step=job.steps[0], part=part)


def _said(job: Reworking, result: str, knowledge: Knowledge, *, sure: bool = False) -> tuple[Event, ...]:
    """The result; with it the end of the step, where nothing is lacking any more."""
    seconds = max(0, knowledge.now - job.begun) // _MICROSECONDS
    said = ReworkResultSaid(
        unit=job.unit, parcel=job.parcel, step=job.steps[0], result=result, seconds=seconds, sure=sure
    )
    after = evolve(job, said)
    if isinstance(after, Reworking) and work_phase(after, current(after, knowledge)):
        return (said,)
    return _ended(after if isinstance(after, Reworking) else job, knowledge, "")


def _ended(job: Reworking, knowledge: Knowledge, evidence: str) -> tuple[Event, ...]:
    """The step has ended: the next begins, or after the last the unit is graded anew."""
    step = current(job, knowledge)
    left = following(step, job.result, job.steps[1:])
    ended = ReworkStepEnded(
        unit=job.unit,
        parcel=job.parcel,
        step=step.id,
        result=job.result,
        seconds=job.seconds,
        least=step.seconds,
        method=job.method,
        evidence=evidence,
        parts=job.parts,
        steps=left,
    )
    if left:
        return (ended, *begun(job.unit, job.parcel, left, knowledge))
    return ended, RegradeBegun(unit=job.unit, parcel=job.parcel)
