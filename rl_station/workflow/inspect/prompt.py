"""The one thing to do next at the bench."""

from __future__ import annotations

from rl_station.domain.messages import content, message
from rl_station.domain.rules import handling, reason_in
from rl_station.domain.scan import ScanKind
from rl_station.workflow.facts import bin_name, client_name, fact, money, parcel_facts, returns_of, sop_facts
from rl_station.workflow.inputs import Command
from rl_station.workflow.inspect.approval import STEPS as APPROVAL_STEPS
from rl_station.workflow.inspect.choices import in_language, item_choices, parcel_choices, unit_choices
from rl_station.workflow.inspect.lines import checklist, missing_lines
from rl_station.workflow.inspect.question_prompt import question_accepts, question_detail
from rl_station.workflow.inspect.questions import Asked, answers_to, asked, product_of, started
from rl_station.workflow.inspect.recall import STEPS as RECALL_STEPS
from rl_station.workflow.inspect.recall import recall_instruction, recall_step
from rl_station.workflow.inspect.retag import offered
from rl_station.workflow.inspect.steps import step_of
from rl_station.workflow.inspect.vendors import vendor_name
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.prompt import Fact, Prompt, Tone
from rl_station.workflow.recalls import notice_facts, snapshot_fact
from rl_station.workflow.receive.lookup import KEY_KINDS
from rl_station.workflow.scans import visible
from rl_station.workflow.state import Inspecting, ItemInQuestion, State, UnitInHand
from rl_station.workflow.tags.facts import tag_facts

_OWN_COMMANDS = {"plate": (Command.REPRINT,), "grade": (Command.OK,)}
_ITEM = (ScanKind.GTIN, ScanKind.SERIAL, ScanKind.EPC, ScanKind.TEXT)
_ACCEPTS = {
    "plate": (ScanKind.UNIT_PLATE, ScanKind.UNIT_LABEL),
    "serial": _ITEM,
    "recall_lot": (ScanKind.GTIN, ScanKind.TEXT),
    "approval": (ScanKind.BADGE,),
}


def prompt(state: State, knowledge: Knowledge) -> Prompt:
    """What the inspector sees."""
    language = state.worker.language if state.worker else ""
    match state.job:
        case Inspecting(unit=unit) as job if unit is not None:
            return unit_prompt(job, unit, state, language, knowledge)
        case Inspecting(item=item) as job if item is not None:
            return _item(job, item, knowledge)
        case Inspecting() as job:
            return _parcel(job, language, knowledge)
        case _:
            return Prompt(
                workflow="inspect",
                step="parcel",
                instruction=message("inspect.scan_parcel"),
                detail=message("inspect.scan_parcel.detail"),
                accepts=(ScanKind.PARCEL_PLATE, *KEY_KINDS, ScanKind.BADGE),
            )


def _parcel(job: Inspecting, language: str, knowledge: Knowledge) -> Prompt:
    lines = missing_lines(job, knowledge)
    missing = sum(line.missing for line in lines)
    by_radio = sum(max(0, min(line.there, line.line.quantity) - line.seen) for line in lines)
    if job.closing and by_radio:
        instruction = message("inspect.confirm_tagged", missing=missing, tags=by_radio)
    elif job.closing:
        instruction = (
            message("inspect.confirm_missing", missing=missing) if missing else message("inspect.confirm_empty")
        )
    elif job.rmas and not missing:
        instruction = message("inspect.complete")
    else:
        instruction = message("inspect.scan_unit")
    facts = [
        *(sop_facts(job.client, "inspect", language, knowledge) if job.rmas else ()),
        *parcel_facts(job.parcel, job.client, job.rmas, knowledge),
        *tag_facts(job, knowledge),
    ]
    if not job.received_here:
        facts.append(fact("arrival", message("inspect.not_received_here"), Tone.WARN))
    return Prompt(
        workflow="inspect",
        step="close" if job.closing else "unit",
        instruction=instruction,
        detail=message("inspect.confirm_missing.detail" if job.closing else "inspect.scan_unit.detail"),
        accepts=_ITEM,
        choices=parcel_choices(job, knowledge),
        commands=(Command.DONE, Command.OK) if job.closing else (Command.DONE,),
        facts=tuple(facts),
        checklist=checklist(job, knowledge),
        can_cancel=True,
    )


def _item(job: Inspecting, item: ItemInQuestion, knowledge: Knowledge) -> Prompt:
    step = "product" if item.products else "category"
    facts = [fact("code", visible(item.value))] if item.value else []
    return Prompt(
        workflow="inspect",
        step=step,
        instruction=message(f"inspect.{step}"),
        detail=message(f"inspect.{step}.detail"),
        choices=item_choices(item, knowledge),
        facts=tuple(facts),
        checklist=checklist(job, knowledge),
        can_cancel=True,
    )


def unit_prompt(job: Inspecting, unit: UnitInHand, state: State, language: str, knowledge: Knowledge) -> Prompt:
    """What is asked about the unit in hand."""
    step = step_of(unit, knowledge)
    question = asked(unit, knowledge) if step == "question" else None
    if question is not None:
        instruction = content(in_language(question.question.text, question.question.texts, language))
    else:
        instruction = message(f"inspect.{step}", unit=unit.unit)
    if step == "plate" and state.printer:
        detail = message("printer.failed", reason=visible(state.printer))
    elif question is not None:
        detail = question_detail(unit, question, knowledge)
    else:
        detail = message(f"inspect.{step}.detail")
    if step == "mismatch":
        detail = message("inspect.mismatch.detail", found=unit.mismatch)
    if step in RECALL_STEPS:
        instruction, detail = recall_instruction(unit, knowledge)
    if step in APPROVAL_STEPS:
        instruction = message(f"inspect.{step}", role=f"@role.{unit.approval}")
    destination = message("destination.bin", bin=unit.aside or unit.bin or "-")
    return Prompt(
        workflow="inspect",
        step=step,
        instruction=instruction,
        detail=detail,
        accepts=question_accepts(question.question) if question else _ACCEPTS.get(step, ()),
        choices=unit_choices(unit, knowledge, language),
        commands=(*_OWN_COMMANDS.get(step, ()), *((Command.RETAG,) if offered(unit, job, knowledge) else ())),
        facts=_unit_facts(unit, job, knowledge, language),
        checklist=checklist(job, knowledge),
        destination=destination if step == "plate" else None,
        progress=_progress(unit, question),
        timed=question is not None and started(unit, question) > 0,
        can_cancel=True,
    )


def _progress(unit: UnitInHand, question: Asked | None) -> tuple[int, int] | None:
    if question is None:
        return None
    answered = len(answers_to(unit, question.checklist))
    return answered, max(answered + 1, len(question.checklist.questions))


def _unit_facts(unit: UnitInHand, job: Inspecting, knowledge: Knowledge, language: str) -> tuple[Fact, ...]:
    """What is known of the unit, the dangers first; last what its client asks, where that was to be read over its parcel."""
    product = product_of(unit, knowledge)
    asks = sop_facts(unit.client, "inspect", language, knowledge) if product or job.rmas else ()
    read = bool(job.rmas) and unit.client == job.client
    alarming = Tone.BAD if unit.match == "other_client" else Tone.GOOD if unit.match == "expected" else Tone.WARN
    facts = [
        *(fact("hazard", message(f"hazard.{hazard}"), Tone.BAD) for hazard in unit.hazards),
        *([fact("recall", unit.recall, Tone.BAD)] if unit.recall else []),
        *(notice_facts(unit.recall_asks[0][0], knowledge) if recall_step(unit) else ()),
        *([fact("swap", message("inspect.swap_suspected"), Tone.BAD)] if unit.swap else []),
        *_decision(unit, product.currency if product else "", language, knowledge),
        *([fact("vendor", vendor)] if (vendor := vendor_name(unit, product, knowledge)) else []),
        *(() if read else asks),
        fact("product", content(unit.name) if unit.name else message("inspect.unknown_item")),
        fact("match", message(f"match.{unit.match}"), alarming),
        fact("client", client_name(unit.client, knowledge)),
    ]
    if unit.serial:
        facts.append(fact("serial", visible(unit.serial)))
    facts.extend(_tag(unit, job))
    if product is not None and product.value:
        facts.append(fact("value", money(product.value, product.currency)))
    facts.extend(_said_by_customer(unit, knowledge))
    if unit.functional:
        facts.append(fact("functional", message(f"grade.{unit.functional}")))
        facts.append(fact("cosmetic", message(f"grade.{unit.cosmetic}")))
        facts.append(fact("packaging", message(f"packaging.{unit.packaging}")))
    if unit.disposition:
        facts.append(fact("rules", unit.rules_version))
    facts.append(snapshot_fact(knowledge))
    facts.extend(asks if read else ())
    return tuple(facts)


def _tag(unit: UnitInHand, job: Inspecting) -> tuple[Fact, ...]:
    """The unit's tag, and what becomes of the one that was to be written."""
    facts = [fact("tag", unit.epc)] if unit.epc else []
    if job.radio.writing is not None and job.radio.writing.unit == unit.unit:
        facts.append(fact("tag_writing", message("retag.writing", epc=job.radio.writing.epc), Tone.WARN))
    elif job.radio.unwritten and job.radio.unwritten_for == unit.unit:
        facts.append(fact("tag_writing", message("retag.unwritten", reason=visible(job.radio.unwritten)), Tone.BAD))
    return tuple(facts)


def _decision(unit: UnitInHand, currency: str, language: str, knowledge: Knowledge) -> tuple[Fact, ...]:
    if not unit.disposition:
        return ()
    reason = reason_in(knowledge.rules, unit.rules_version, unit.rule, unit.reason, language)
    return (
        fact("disposition", message(f"disposition.{unit.disposition}")),
        *(fact("handling", message(f"handling.{word}"), Tone.WARN) for word in handling(unit.travels, unit.packs)),
        *([fact("approval", message(f"role.{unit.approval}"), Tone.WARN)] if unit.approval else []),
        fact("why", message("inspect.why", reason=reason, rule=unit.rule)),
        fact("place", bin_name(unit.aside or unit.bin, knowledge)),
        *([fact("expected", money(unit.expected, currency))] if unit.expected is not None else []),
    )


def _said_by_customer(unit: UnitInHand, knowledge: Knowledge) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    for announced in returns_of((unit.rma,), knowledge):
        for line in announced.lines:
            if line.line == unit.line:
                facts.extend([fact("reason", message(f"reason.{line.reason}"))] if line.reason else [])
                facts.append(fact("wish", message(f"wish.{line.wish}")))
        if announced.customer_note:
            facts.append(fact("note", announced.customer_note))
    return tuple(facts)
