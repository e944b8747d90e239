"""The one thing to do next at the rework station."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain.messages import Message, content, message
from rl_station.domain.scan import ScanKind
from rl_station.workflow.facts import bin_name, client_name, fact
from rl_station.workflow.inputs import Command
from rl_station.workflow.inspect.choices import in_language
from rl_station.workflow.inspect.prompt import unit_prompt
from rl_station.workflow.inspect.questions import asked
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import ChecklistLine, Fact, Prompt, Tone
from rl_station.workflow.rework.choices import job_choices
from rl_station.workflow.rework.known import bench_of, unit_of_records
from rl_station.workflow.rework.phases import current, phase_of
from rl_station.workflow.scans import visible, when
from rl_station.workflow.state import Reworking, State, UnitInHand

_ACCEPTS = {"work": (ScanKind.GTIN, ScanKind.TEXT), "evidence": (ScanKind.TEXT,)}
_COMMANDS = {"work": (Command.DONE,), "early": (Command.OK,)}


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """What whoever works on units sees."""
    job = state.job if isinstance(state.job, Reworking) else None
    unit = unit_of_records(job.unit, knowledge) if job else None
    if job is None or unit is None:
        return Prompt(
            workflow="rework",
            step="unit",
            instruction=message("rework.scan_unit"),
            detail=message("rework.scan_unit.detail"),
            accepts=(ScanKind.UNIT_PLATE, ScanKind.UNIT_LABEL, ScanKind.BADGE),
            can_cancel=job is not None,
        )
    language = state.worker.language if state.worker else ""
    return _step(job, unit, language, knowledge) if job.steps else _bench(job, unit, state, language, knowledge)


def _step(job: Reworking, unit: UnitInHand, language: str, knowledge: Knowledge) -> Prompt:
    phase = phase_of(job, unit, knowledge)
    step = current(job, knowledge)
    text = in_language(step.text, step.texts, language)
    return Prompt(
        workflow="rework",
        step=phase,
        instruction=content(text) if phase == "work" else message(f"rework.{phase}", step=text),
        detail=_detail(phase, job, step.seconds),
        accepts=_ACCEPTS.get(phase, ()),
        choices=job_choices(job, unit, knowledge, language),
        facts=_facts(job, unit, language, knowledge),
        checklist=tuple(
            ChecklistLine(content(in_language(each.text, each.texts, language)), "open", 0, 1)
            for each in map(knowledge.rework.step, job.steps)
        ),
        commands=_COMMANDS.get(phase, ()),
        can_cancel=True,
    )


def _detail(phase: str, job: Reworking, least: int) -> Message:
    if phase == "early":
        return message("rework.early.detail", seconds=job.seconds, least=least)
    if phase == "work" and least:
        return message("rework.work.timed", least=least)
    return message(f"rework.{phase}.detail")


def _facts(job: Reworking, unit: UnitInHand, language: str, knowledge: Knowledge) -> tuple[Fact, ...]:
    table = knowledge.rework
    method = table.methods.get(job.method)
    parts = [(table.parts.get(name), name, quantity) for name, quantity in job.parts]
    return (
        fact("unit", unit.unit),
        fact("product", content(unit.name) if unit.name else message("inspect.unknown_item")),
        fact("client", client_name(unit.client, knowledge)),
        *_packaging(unit.client, knowledge),
        fact("disposition", message(f"disposition.{unit.disposition}")),
        fact("place", bin_name(unit.bin, knowledge)),
        fact("begun", message("rework.begun", when=when(job.begun))),
        *([fact("method", content(in_language(method.text, method.texts, language)))] if method else []),
        *(
            fact(
                "part",
                message(
                    "rework.part", part=in_language(part.text, part.texts, language) if part else name, count=count
                ),
            )
            for part, name, count in parts
        ),
    )


def _packaging(client_id: str, knowledge: Knowledge) -> tuple[Fact, ...]:
    """What the client wants its goods to be sold in, where it says so."""
    client = knowledge.reference.client(client_id)
    known = client.packaging if client else ""
    return (fact("packaging_rule", message(f"packaging_rule.{known}")),) if known else ()


def _bench(job: Reworking, unit: UnitInHand, state: State, language: str, knowledge: Knowledge) -> Prompt:
    """The questions, the grade and the label, as at the bench; with what was answered before the work."""
    shown = unit_prompt(bench_of(unit, job.parcel), unit, state, language, knowledge)
    facts = (fact("unit", unit.unit), *_answered_before(unit, language, knowledge), *shown.facts)
    return replace(shown, workflow="rework", facts=facts, checklist=())


def _answered_before(unit: UnitInHand, language: str, knowledge: Knowledge) -> tuple[Fact, ...]:
    question = asked(unit, knowledge)
    if question is None or unit.functional:
        return ()
    said = [
        answer
        for checklist, name, answer in unit.earlier
        if (checklist, name) == (question.checklist.id, question.question.id)
    ]
    if not said:
        return ()
    name, _, value = said[-1].partition("=")
    option = question.question.option(name)
    if option is None or value:
        return (fact("before", visible(value or name), Tone.WARN),)
    return (fact("before", content(in_language(option.text, option.texts, language)), Tone.WARN),)
