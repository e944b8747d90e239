"""Where the unit in hand goes: everything known about it put before the rules."""

from __future__ import annotations

from rl_station.domain.events import DispositionDecided, Event, LabelRequested
from rl_station.domain.policy import policy_facts
from rl_station.domain.rules import Decision, Inputs, decide_disposition, inputs_of
from rl_station.workflow.inspect.questions import findings_of, line_of, product_of, reason_found
from rl_station.workflow.inspect.vendors import vendor_facts
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import UnitInHand


def rule_inputs(unit: UnitInHand, knowledge: Knowledge) -> Inputs:
    """The fields of `rules.FIELDS` that are known, sorted. Grades are absent where a hazard or recall ended the questions."""
    product = product_of(unit, knowledge)
    line = line_of(unit, knowledge)
    flags = findings_of(unit, knowledge).flags
    return inputs_of(
        {
            **policy_facts(knowledge.reference.client(unit.client), product),
            **vendor_facts(unit, product, flags, knowledge),
            "brand": product.brand if product else "",
            "category": unit.category,
            "client": unit.client,
            "cosmetic": unit.cosmetic,
            "data_bearing": product is not None and product.data_bearing,
            "flags": flags,
            "functional": unit.functional,
            "group": product.group if product else "",
            "hazards": unit.hazards,
            "match": unit.match,
            "packaging": unit.packaging,
            "reason": line.reason if line else "",
            "reason_found": reason_found(unit),
            "recall": bool(unit.recall),
            "sku": unit.sku,
            "swap": unit.swap,
            "value": unit.value,
            "weee": product.weee if product else "",
            "wish": line.wish if line else "",
        }
    )


def decided(unit: UnitInHand, parcel: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """The decision with its rule and reasons, and the label that carries it: at once, unless somebody has to agree first."""
    inputs = rule_inputs(unit, knowledge)
    decision = decide_disposition(knowledge.rules, inputs)
    event = decision_event(unit, parcel, inputs, decision, knowledge)
    return (event,) if event.approval else (event, LabelRequested(label="unit", parcel=parcel, unit=unit.unit))


def decision_event(
    unit: UnitInHand, parcel: str, inputs: Inputs, decision: Decision, knowledge: Knowledge
) -> DispositionDecided:
    """A decision as it is recorded: what it was made of, under which rules, and the bin it leads to."""
    return DispositionDecided(
        unit=unit.unit,
        parcel=parcel,
        client=unit.client,
        disposition=decision.disposition,
        rule=decision.rule,
        reason=decision.reason,
        bin=bin_of(decision.disposition, unit, inputs, knowledge),
        rules_version=knowledge.rules.version,
        inputs=inputs,
        lost=decision.lost,
        outcome=decision.outcome,
        channel=decision.channel,
        travels=decision.travels,
        packs=decision.packs,
        removed=decision.removed,
        expected=decision.expected,
        approval=decision.approval,
        steps=decision.steps,
        vendor=dict(inputs).get("vendor", ""),
    )


def bin_of(disposition: str, unit: UnitInHand, inputs: Inputs, knowledge: Knowledge) -> str:
    """Where a unit of this disposition goes, electrical waste by its stream; on hold where no bin takes it."""
    target = knowledge.reference.bin_for(disposition, unit.client, unit.category, dict(inputs).get("weee", ""))
    return target.id if target else knowledge.hold_bin()
