"""Where the unit in hand goes: everything known about it put before the rules."""

from __future__ import annotations

from rl_station.domain.events import DispositionDecided, Event, LabelRequested
from rl_station.domain.rules import Inputs, decide_disposition
from rl_station.workflow.facts import returns_of
from rl_station.workflow.inspect.questions import findings_of, product_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import UnitInHand


def rule_inputs(unit: UnitInHand, knowledge: Knowledge) -> Inputs:
    """The fields of `rules.FIELDS` that are known, sorted. Grades are absent where a hazard or recall ended the questions."""
    product = product_of(unit, knowledge)
    line = next(
        (
            line
            for announced in returns_of((unit.rma,), knowledge)
            for line in announced.lines
            if line.line == unit.line
        ),
        None,
    )
    known = [
        ("category", unit.category),
        ("client", unit.client),
        ("cosmetic", unit.cosmetic),
        ("data_bearing", _yes(product is not None and product.data_bearing)),
        ("functional", unit.functional),
        ("match", unit.match),
        ("packaging", unit.packaging),
        ("reason", line.reason if line else ""),
        ("recall", _yes(bool(unit.recall))),
        ("swap", _yes(unit.swap)),
        ("value", str(unit.value)),
        ("wish", line.wish if line else ""),
    ]
    flags = [("flag", flag) for flag in findings_of(unit, knowledge).flags]
    hazards = [("hazard", hazard) for hazard in unit.hazards]
    return tuple(sorted({(field, value) for field, value in (*known, *flags, *hazards) if value}))


def decided(unit: UnitInHand, parcel: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """The decision with its rule and reasons, and the label that carries it."""
    inputs = rule_inputs(unit, knowledge)
    decision = decide_disposition(knowledge.rules, inputs)
    target = knowledge.reference.bin_for(decision.disposition, unit.client, unit.category)
    return (
        DispositionDecided(
            unit=unit.unit,
            parcel=parcel,
            client=unit.client,
            disposition=decision.disposition,
            rule=decision.rule,
            reason=decision.reason,
            bin=target.id if target else knowledge.hold_bin(),
            rules_version=knowledge.rules.version,
            inputs=inputs,
            lost=decision.lost,
        ),
        LabelRequested(label="unit", parcel=parcel, unit=unit.unit),
    )


def _yes(true: bool) -> str:
    return "yes" if true else "no"
