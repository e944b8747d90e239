"""The one thing to do next at the sort desk."""

from __future__ import annotations

from rl_station.domain.messages import Message, content, message
from rl_station.domain.scan import ScanKind, shown
from rl_station.workflow.facts import bin_name, client_name, fact, sop_facts
from rl_station.workflow.inputs import Command
from rl_station.workflow.knowledge import ContainerRecord, Knowledge
from rl_station.workflow.look_again import look_of
from rl_station.workflow.prompt import ChecklistLine, Fact, Prompt, Tone
from rl_station.workflow.sort.containers import SHIP, card_choices
from rl_station.workflow.state import Card, Presented, State

_UNIT = (ScanKind.UNIT_PLATE, ScanKind.UNIT_LABEL, ScanKind.CONTAINER, ScanKind.SSCC)
_SHOWN_CONTENTS = 50


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """What the sorter sees."""
    match state.job:
        case Presented() as job:
            return _presented(job, state.worker.language if state.worker else "", knowledge)
        case Card() as card:
            return _card(card, knowledge)
        case _:
            return Prompt(
                workflow="sort",
                step="unit",
                instruction=message("sort.scan_unit"),
                detail=message("sort.scan_unit.detail"),
                accepts=(*_UNIT, ScanKind.BADGE),
            )


def _presented(job: Presented, language: str, knowledge: Knowledge) -> Prompt:
    unit = knowledge.records.unit(job.unit)
    facts = [
        fact("disposition", message(f"disposition.{job.disposition}")),
        fact("place", bin_name(job.bin, knowledge)),
        *sop_facts(job.client, "sort", language, knowledge),
        fact("client", client_name(job.client, knowledge)),
        *([fact("product", unit.name)] if unit and unit.name else []),
        *([fact("why", message("inspect.why", reason=unit.reason, rule=unit.rule))] if unit and unit.reason else []),
        fact("unit", job.unit),
        fact("known_by", message(f"known_by.{job.known_by}"), Tone.PLAIN if job.known_by == "store" else Tone.WARN),
    ]
    if job.container:
        facts.append(fact("container", job.container, Tone.WARN))
    elif look_of(knowledge.records.unit_events(job.unit)).open:
        facts.append(fact("second_look", message("second_look.wanted"), Tone.WARN))
    return Prompt(
        workflow="sort",
        step="move" if job.container else "container",
        instruction=message("sort.move_unit", container=job.container)
        if job.container
        else message("sort.scan_container"),
        detail=message("sort.move_unit.detail" if job.container else "sort.scan_container.detail"),
        accepts=(ScanKind.CONTAINER, ScanKind.BIN),
        facts=tuple(facts),
        destination=message("destination.bin", bin=job.bin or "-"),
        can_cancel=True,
    )


def _card(card: Card, knowledge: Knowledge) -> Prompt:
    record = knowledge.records.container(card.container) or ContainerRecord(card.container, "unknown")
    step = card.action or "card"
    accepts = {"consolidate": (ScanKind.SSCC,), "ship": ()}.get(step, (*_UNIT, ScanKind.BADGE))
    return Prompt(
        workflow="sort",
        step=step,
        instruction=message(f"sort.{step}", container=card.container, count=len(record.units) + len(record.contents)),
        detail=message(f"sort.{step}.detail"),
        accepts=accepts,
        choices=card_choices(card, knowledge),
        commands=(Command.OK, Command.REPRINT) if step == SHIP else (Command.REPRINT,),
        facts=_card_facts(record, knowledge),
        checklist=_contents(card, record, knowledge),
        can_cancel=bool(card.action),
    )


def _contents(card: Card, record: ContainerRecord, knowledge: Knowledge) -> tuple[ChecklistLine, ...]:
    """What is inside; where tags and list differ, what differs first."""
    missing = [ChecklistLine(_named(name, knowledge), "missing", 0, 1) for name in card.missing]
    extra = [ChecklistLine(_named(name, knowledge), "unexpected", 1, 0) for name in card.extra]
    names = (name for name in (*record.contents, *record.units) if name not in card.missing)
    inside = [ChecklistLine(content(name), "seen", 1, 1) for name in names]
    return (*missing, *extra, *inside)[:_SHOWN_CONTENTS]


def _named(name: str, knowledge: Knowledge) -> Message:
    unit = knowledge.records.unit(name)
    return content(shown(f"{name} {unit.name}") if unit and unit.name else name)


def _card_facts(record: ContainerRecord, knowledge: Knowledge) -> tuple[Fact, ...]:
    facts = [
        fact("container", record.container),
        fact("status", message(f"container.{record.status}")),
        fact("inside", str(len(record.units) + len(record.contents))),
    ]
    if record.disposition:
        facts.append(fact("disposition", message(f"disposition.{record.disposition}")))
        facts.append(fact("client", client_name(record.client, knowledge)))
    if record.pallet:
        facts.append(fact("pallet", record.pallet))
    return tuple(facts)
