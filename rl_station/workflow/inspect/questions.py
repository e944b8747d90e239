"""Which question comes next for the unit in hand, and what the answers amount to."""

from __future__ import annotations

import msgspec

from rl_station.domain.checklist import (
    DATA,
    HAZARD,
    REASON,
    Checklist,
    Findings,
    Question,
    Scope,
    chosen,
    findings,
    open_question,
    path,
)
from rl_station.domain.conditions import Facts
from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING
from rl_station.domain.reference import AnnouncedLine, Product
from rl_station.workflow.facts import returns_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import UnitInHand


class Asked(msgspec.Struct, frozen=True):
    """An open question, its checklist, and how many of the checklist were answered before it."""

    checklist: Checklist
    question: Question
    number: int


def product_of(unit: UnitInHand, knowledge: Knowledge) -> Product | None:
    return knowledge.reference.product(unit.client, unit.sku) if unit.sku else None


def line_of(unit: UnitInHand, knowledge: Knowledge) -> AnnouncedLine | None:
    """What was announced of it."""
    returns = returns_of((unit.rma,), knowledge)
    return next((line for announced in returns for line in announced.lines if line.line == unit.line), None)


def checklists(unit: UnitInHand, knowledge: Knowledge) -> tuple[Checklist, ...]:
    """Hazards for what has a battery, data for what bears data, then the category, last what the customer says.

    Unknown things are asked about hazards. A checklist that was begun goes on as it was then.
    """
    product = product_of(unit, knowledge)
    category = _of_category(unit, product, knowledge)
    wanted = [
        HAZARD if product is None or product.battery else "",
        DATA if product is not None and product.data_bearing else "",
    ]
    begun = dict(unit.versions)
    shared = tuple(found for name in wanted if name and (found := knowledge.checklist(name, begun.get(name, ""))))
    stated = _stated(unit, knowledge)
    return (*shared, *([category] if category else []), *([stated] if stated else []))


def answers_to(unit: UnitInHand, checklist: Checklist) -> dict[str, str]:
    return {question: option for name, question, option in unit.answers if name == checklist.id}


def known_of(unit: UnitInHand, knowledge: Knowledge) -> dict[str, str | int | bool | tuple[str, ...]]:
    """What is known of the unit besides its answers: `checklist.FACTS`."""
    product, line = product_of(unit, knowledge), line_of(unit, knowledge)
    return {
        "battery": product.battery if product else "",
        "brand": product.brand if product else "",
        "category": unit.category,
        "client": unit.client,
        "data_bearing": product is not None and product.data_bearing,
        "group": product.group if product else "",
        "match": unit.match,
        "reason": line.reason if line else "",
        "serialized": product is not None and product.serialized,
        "sku": unit.sku,
        "value": unit.value,
        "wish": line.wish if line else "",
    }


def asked(unit: UnitInHand, knowledge: Knowledge) -> Asked | None:
    """The question to ask now. A recall or a hazard ends the questions: nothing they could change matters any more."""
    if unit.recall or unit.hazards:
        return None
    known: Facts = known_of(unit, knowledge)
    before: list[tuple[Checklist, dict[str, str]]] = []
    for checklist in checklists(unit, knowledge):
        answers = answers_to(unit, checklist)
        facts = {**known, "flags": findings(*before, known=known).flags}
        question = open_question(checklist, answers, facts)
        if question is not None:
            return Asked(checklist, question, len(path(checklist, answers, facts)) - 1)
        before.append((checklist, answers))
    return None


def started(unit: UnitInHand, question: Asked) -> int:
    """When the timer that the question waits for was started, microseconds since 1970 UTC; 0 while it is not running."""
    checklist, name, at = unit.timer
    return at if (checklist, name) == (question.checklist.id, question.question.id) else 0


def found_hazards(unit: UnitInHand, knowledge: Knowledge) -> tuple[str, ...]:
    """The flags of the hazard answers."""
    checklist = knowledge.checklist(HAZARD, dict(unit.versions).get(HAZARD, ""))
    if checklist is None:
        return ()
    return findings((checklist, answers_to(unit, checklist)), known=known_of(unit, knowledge)).flags


def findings_of(unit: UnitInHand, knowledge: Knowledge) -> Findings:
    """Grades and flags of all answers. A unit nobody was asked about gets the lowest grades, not the best."""
    category = _of_category(unit, product_of(unit, knowledge), knowledge)
    answered = [
        (checklist, answers) for checklist in checklists(unit, knowledge) if (answers := answers_to(unit, checklist))
    ]
    found = findings(*answered, known=known_of(unit, knowledge))
    if category is not None and any(checklist.id == category.id for checklist, _ in answered):
        return found
    return Findings(FUNCTIONAL[0], COSMETIC[0], PACKAGING[0], found.flags)


def reason_found(unit: UnitInHand) -> str:
    """What was found of the reason that the customer gave: confirmed, not_found, or nothing where it was not asked."""
    return next((answer for name, _, answer in reversed(unit.answers) if name == REASON), "")


def _of_category(unit: UnitInHand, product: Product | None, knowledge: Knowledge) -> Checklist | None:
    """The one that was begun, else that with the narrowest scope."""
    for name, version in unit.versions:
        if name not in (HAZARD, DATA, REASON):
            return knowledge.checklist(name, version)
    thing = Scope(unit.category, unit.client, product.group if product else "", unit.sku)
    return chosen(knowledge.checklists.values(), thing)


def _stated(unit: UnitInHand, knowledge: Knowledge) -> Checklist | None:
    """The one question about the reason that was announced."""
    every = knowledge.checklist(REASON, dict(unit.versions).get(REASON, ""))
    line = line_of(unit, knowledge) if every else None
    question = every.question(line.reason) if every and line else None
    return msgspec.structs.replace(every, questions=(question,)) if every and question else None
