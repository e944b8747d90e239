"""Which question comes next for the unit in hand, and what the answers amount to."""

from __future__ import annotations

import msgspec

from rl_station.domain.checklist import Checklist, Findings, Question, findings, open_question, path
from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING
from rl_station.domain.reference import Product
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import UnitInHand

HAZARD = "hazard"
DATA = "data"


class Asked(msgspec.Struct, frozen=True):
    """An open question, its checklist, and how many of the checklist were answered before it."""

    checklist: Checklist
    question: Question
    number: int


def product_of(unit: UnitInHand, knowledge: Knowledge) -> Product | None:
    return knowledge.reference.product(unit.client, unit.sku) if unit.sku else None


def checklists(unit: UnitInHand, knowledge: Knowledge) -> tuple[Checklist, ...]:
    """Hazards for what has a battery, data for what bears data, then the category. Unknown things are asked about hazards."""
    product = product_of(unit, knowledge)
    wanted = [
        HAZARD if product is None or product.battery else "",
        DATA if product is not None and product.data_bearing else "",
        unit.category,
    ]
    return tuple(found for name in wanted if name and (found := knowledge.checklist(name)))


def answers_to(unit: UnitInHand, checklist: Checklist) -> dict[str, str]:
    return {question: option for name, question, option in unit.answers if name == checklist.id}


def asked(unit: UnitInHand, knowledge: Knowledge) -> Asked | None:
    """The question to ask now. A recall or a hazard ends the questions: nothing they could change matters any more."""
    if unit.recall or unit.hazards:
        return None
    for checklist in checklists(unit, knowledge):
        answers = answers_to(unit, checklist)
        question = open_question(checklist, answers)
        if question is not None:
            return Asked(checklist, question, len(path(checklist, answers)) - 1)
    return None


def found_hazards(unit: UnitInHand, knowledge: Knowledge) -> tuple[str, ...]:
    """The flags of the hazard answers."""
    checklist = knowledge.checklist(HAZARD)
    return findings((checklist, answers_to(unit, checklist))).flags if checklist else ()


def findings_of(unit: UnitInHand, knowledge: Knowledge) -> Findings:
    """Grades and flags of all answers. A unit nobody was asked about gets the lowest grades, not the best."""
    answered = [
        (checklist, answers) for checklist in checklists(unit, knowledge) if (answers := answers_to(unit, checklist))
    ]
    if any(checklist.id == unit.category for checklist, _ in answered):
        return findings(*answered)
    return Findings(FUNCTIONAL[0], COSMETIC[0], PACKAGING[0], findings(*answered).flags)
