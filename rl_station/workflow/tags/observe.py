"""What happened because tags came into the field: pieces of the parcel in hand, contradictions, units that cannot be here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from msgspec.structs import replace

from rl_station.domain.events import (
    DepartedTagSeen,
    Event,
    TagMismatchFound,
    TagMismatchResolved,
    TagsAround,
    TagSeen,
    UnitTagFound,
)
from rl_station.workflow.facts import returns_of
from rl_station.workflow.inputs import Tag, TagsObserved
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import Inspecting, Receiving, State
from rl_station.workflow.tags.classify import GONE, classify
from rl_station.workflow.tags.doubt import contradiction, own_tag
from rl_station.workflow.tags.evolve import evolve_radio, overwritten

_DESTROY = "destroy"


def observe(state: State, given: TagsObserved, knowledge: Knowledge) -> tuple[Event, ...]:
    """The events of an observation; none where it changes nothing. An alarm that waits holds nothing of it up.

    What is in the field already counts, too, whenever something new is in hand.
    """
    if not heeded(state):
        return ()
    departed = tuple(_departed(state, given.appeared, knowledge))
    match state.job:
        case Receiving() | Inspecting() as job:
            seen = _seen(job, state.task, (*knowledge.field.tags, *given.appeared), knowledge)
            unit = _about_unit(replace(job, radio=reduce(evolve_radio, seen, job.radio)), knowledge)
            return (*departed, *seen, *unit)
        case _:
            return departed


def heeded(state: State) -> bool:
    """Whether anybody is at work who tags could mean something to. What appeared before that is to be given once more then."""
    return state.worker is not None and bool(state.task)


def around(parcel: str, knowledge: Knowledge) -> tuple[TagsAround, ...]:
    """The tags that are here before the parcel is in hand."""
    tags = tuple(sorted((tag.epc, tag.at) for tag in knowledge.field.tags))
    return (TagsAround(parcel=parcel, tags=tags),) if tags else ()


def _seen(job: Receiving | Inspecting, task: str, tags: Iterable[Tag], knowledge: Knowledge) -> tuple[TagSeen, ...]:
    found: list[TagSeen] = []
    known = {tag.epc for tag in job.radio.seen} | overwritten(job.radio)
    for tag in sorted({each.epc: each for each in tags}.values(), key=lambda each: (each.at, each.epc)):
        seen = None if tag.epc in known else classify(tag, job, knowledge)
        if seen is not None:
            fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
            found.append(TagSeen(parcel=job.parcel, task=task, **fields))
            job = replace(job, radio=evolve_radio(job.radio, found[-1]))
    return tuple(found)


def _about_unit(job: Receiving | Inspecting, knowledge: Knowledge) -> Iterator[Event]:
    """What the tags seen by now say of the unit in hand."""
    if not isinstance(job, Inspecting) or job.unit is None:
        return
    unit = job.unit
    own = "" if unit.epc else own_tag(unit, job, knowledge)
    if own:
        yield UnitTagFound(unit=unit.unit, parcel=job.parcel, epc=own)
        unit = replace(unit, epc=own)
    against = contradiction(unit, job, knowledge)
    if against is not None and not unit.mismatch:
        expected, found = against
        yield TagMismatchFound(unit=unit.unit, parcel=job.parcel, expected=expected, found=found)
    elif against is None and unit.mismatch:
        yield TagMismatchResolved(unit=unit.unit, parcel=job.parcel, found=unit.mismatch, verdict="shipped_tag")


def _departed(state: State, tags: Iterable[Tag], knowledge: Knowledge) -> Iterator[DepartedTagSeen]:
    """Tags of destroyed units, and of shipped ones unless they are announced to come back."""
    for tag in tags:
        known = knowledge.records.units_by_epc(tag.epc)
        if not known or known[-1].status != GONE or tag.epc in state.departed:
            continue
        if known[-1].disposition == _DESTROY:
            yield DepartedTagSeen(unit=known[-1].unit, epc=tag.epc, status="destroyed")
        elif not _announced(tag.epc, state, knowledge):
            yield DepartedTagSeen(unit=known[-1].unit, epc=tag.epc, status="shipped")


def _announced(epc: str, state: State, knowledge: Knowledge) -> bool:
    """An open return that is not the one it came with the last time."""
    known = knowledge.records.units_by_epc(epc)[-1]
    returns = [found for found in knowledge.reference.returns_by_epc(epc) if found.rma != known.rma]
    rmas = state.job.rmas if isinstance(state.job, Receiving | Inspecting) else ()
    in_hand = [line for found in returns_of(rmas, knowledge) for line in found.lines if epc in line.epcs]
    return bool(in_hand) or any(found.status == "open" for found in returns)
