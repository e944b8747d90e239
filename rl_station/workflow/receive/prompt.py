"""The one thing to do next at the dock."""

from __future__ import annotations

from rl_station.domain.messages import Message, message
from rl_station.domain.scan import ScanKind
from rl_station.workflow.facts import client_name, fact, lane_name, parcel_facts, sop_facts
from rl_station.workflow.inputs import Command
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Fact, Prompt, Tone
from rl_station.workflow.receive.choices import arrival_choices, receiving_choices, rest_choices
from rl_station.workflow.receive.lookup import KEY_KINDS, parcels_of
from rl_station.workflow.receive.steps import step_of
from rl_station.workflow.scans import visible, when
from rl_station.workflow.state import Arrival, Received, Receiving, State, Weight
from rl_station.workflow.tags.facts import read_lines, tag_facts

_STEPS = ("condition", "hazard", "plate")
_WEIGHING_STEPS = ("condition", "hazard", "weigh", "plate")
_BOX = (*KEY_KINDS, ScanKind.PARCEL_PLATE)


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """What the worker sees while receiving."""
    match state.job:
        case Arrival() as job:
            return _arrival(job, knowledge)
        case Receiving() as job:
            return _receiving(job, state, knowledge)
        case Received() as job:
            return _received(job, knowledge)
        case _:
            return Prompt(
                workflow="receive",
                step="scan",
                instruction=message("receive.scan_parcel"),
                detail=message("receive.scan_parcel.detail"),
                accepts=(*_BOX, ScanKind.BADGE),
                choices=rest_choices(),
            )


def _arrival(job: Arrival, knowledge: Knowledge) -> Prompt:
    facts = [fact("code", visible(job.value))] if job.value else []
    if job.plate:
        facts.append(fact("parcel", job.plate))
    if len(job.rmas) > 1:
        step, instruction = "choose", message("receive.choose_return", value=visible(job.value), count=len(job.rmas))
    elif job.rmas:
        step, instruction = "again", message("receive.another_parcel", rma=job.rmas[0])
        facts.extend(_here(job.rmas[0], knowledge))
    elif job.value:
        step, instruction = "unannounced", message("receive.not_announced", value=visible(job.value))
    else:
        step, instruction = "identify", message("receive.plate_first", plate=job.plate)
    return Prompt(
        workflow="receive",
        step=step,
        instruction=instruction,
        detail=message(f"receive.{step}.detail"),
        accepts=_BOX,
        choices=arrival_choices(job, knowledge),
        facts=tuple(facts),
        can_cancel=True,
    )


def _here(rma: str, knowledge: Knowledge) -> tuple[Fact, ...]:
    return tuple(
        fact(
            "here",
            message("receive.here", parcel=parcel.parcel, when=when(parcel.received_at), station=parcel.station or "-"),
            Tone.WARN,
        )
        for parcel in parcels_of(rma, knowledge.records)
    )


def _receiving(job: Receiving, state: State, knowledge: Knowledge) -> Prompt:
    step = step_of(job)
    facts = [*_sop(job, state, knowledge), *parcel_facts(job.parcel, job.client, job.rmas, knowledge)]
    facts.append(fact("outcome", message(f"outcome.{job.outcome}"), _tone(job)))
    facts.extend(fact("hazard", message(f"hazard.{hazard}"), Tone.BAD) for hazard in job.hazards)
    if job.courier:
        told = message("receive.carrier", courier=job.courier, client=client_name(job.client, knowledge))
        facts.append(fact("carrier", told, Tone.WARN))
    facts.extend(_weight(job.weight))
    facts.extend(tag_facts(job, knowledge))
    weighs = knowledge.scale.watched or step == "weigh" or job.weight is not None
    steps = _WEIGHING_STEPS if weighs else _STEPS
    return Prompt(
        workflow="receive",
        step=step,
        instruction=message(f"receive.{step}", plate=job.parcel),
        detail=_detail(job, step, state.printer),
        accepts=(ScanKind.PARCEL_PLATE,) if step == "plate" else (),
        choices=receiving_choices(step),
        commands=(Command.REPRINT,) if step == "plate" else (),
        facts=tuple(facts),
        checklist=read_lines(job, knowledge),
        progress=(steps.index(step), len(steps)),
        can_cancel=True,
    )


def _sop(job: Receiving, state: State, knowledge: Knowledge) -> tuple[Fact, ...]:
    """Of announced parcels only: whose the others are, nobody knows yet."""
    language = state.worker.language if state.worker else ""
    return sop_facts(job.client, "receive", language, knowledge) if job.rmas else ()


def _detail(job: Receiving, step: str, printer: str) -> Message | None:
    if step == "plate" and printer:
        return message("printer.failed", reason=visible(printer))
    if job.held:
        return message("receive.will_be_held", reason=f"@held.{job.held}")
    return message(f"receive.{step}.detail") if step in ("weigh", "plate") else None


def _weight(weight: Weight | None) -> tuple[Fact, ...]:
    if weight is None:
        return ()
    if weight.compared in ("", "agrees"):
        return (fact("weight", message("weight.grams", grams=weight.grams)),)
    told = message("weight.differs", grams=weight.grams, announced=weight.announced)
    return (fact("weight", told, Tone.WARN),)


def _tone(job: Receiving) -> Tone:
    return {"matched": Tone.GOOD, "blind": Tone.WARN}.get(job.outcome, Tone.BAD)


def _received(job: Received, knowledge: Knowledge) -> Prompt:
    if job.held:
        instruction = message("receive.put_aside", parcel=job.parcel, reason=f"@held.{job.held}")
        destination = message("destination.held", bin=knowledge.hold_bin())
    else:
        instruction = message("receive.put_on_lane", parcel=job.parcel, lane=job.lane or "-")
        destination = message("destination.lane", lane=job.lane or "-")
    return Prompt(
        workflow="receive",
        step="lane",
        instruction=instruction,
        detail=message("receive.next_parcel"),
        accepts=(*_BOX, ScanKind.BADGE),
        choices=rest_choices(),
        commands=(Command.REPRINT,),
        facts=(
            *([fact("place", lane_name(job.lane, knowledge))] if job.lane else []),
            fact("parcel", job.parcel),
            *(fact("rma", rma) for rma in job.rmas),
            *_weight(job.weight),
        ),
        destination=destination,
    )
