"""What the bench sees of a decision: where, why in its own language, by which ways, and what was weighed is recorded."""

from __future__ import annotations

from catalogue_check import spoken
from workflow_goods import SHIRT, TOY
from world import Desk, desk_at, receive

from rl_station.domain import events as e
from rl_station.domain.conditions import amount, compile_condition
from rl_station.domain.rules import SAMPLES, Outcome, Rule, RuleTable
from rl_station.domain.scan import ScanKind
from rl_station.workflow import Command

DRUM = Outcome(
    id="drum",
    disposition="hold",
    channel="drum",
    travels=("air", "ground"),
    packs=("shared", "single"),
    recovers=amount("value / 4", SAMPLES),
    costs=amount("1500", SAMPLES),
)
RULES = RuleTable(
    (
        Rule(
            id="danger",
            outcomes=("drum",),
            reason="It is dangerous.",
            reasons=(("de", "Das ist gefährlich."),),
            when=compile_condition("size(hazards) > 0", SAMPLES),
        ),
        Rule(id="rest", outcomes=("hold",), reason="Wait.", when=compile_condition("", SAMPLES)),
    ),
    "rules-2",
    {"drum": DRUM},
)


def with_rules(rules: RuleTable) -> Desk:
    desk = desk_at("receive")
    desk.world.rules = rules
    return desk


def swollen_toy() -> Desk:
    desk = with_rules(RULES)
    plate = receive(desk, ScanKind.SSCC, "395200000000000014")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.PARCEL_PLATE, plate))
    desk.scan((ScanKind.GTIN, TOY))
    desk.answer("YES")
    return desk


def facts(desk: Desk) -> dict[str, str]:
    return {spoken(fact.label): spoken(fact.value) for fact in reversed(desk.prompt.facts)}


def test_everything_the_decision_was_made_of_is_recorded() -> None:
    decided = swollen_toy().found(e.DispositionDecided)
    assert (decided.rules_version, decided.rule, decided.outcome, decided.channel) == (
        "rules-2",
        "danger",
        "drum",
        "drum",
    )
    assert (decided.travels, decided.packs) == (("ground",), ("single",))
    assert decided.removed == (("air", "always_hazard"), ("shared", "always_hazard"))
    assert decided.expected == 4000 // 4 - 1500
    assert ("hazards", "swelling") in decided.inputs


def test_the_bench_reads_how_to_pack_it_and_what_it_brings() -> None:
    desk = swollen_toy()
    desk.command(Command.ACK)
    seen = [(spoken(fact.label), spoken(fact.value)) for fact in desk.prompt.facts]
    assert ("PACKING", "by ground only, never by air") in seen
    assert ("PACKING", "packed singly") in seen
    assert ("Brings", "-5.00 EUR") in seen


def test_the_reason_is_in_the_language_of_whoever_reads_it() -> None:
    desk = swollen_toy()
    assert desk.found(e.DispositionDecided).reason == "It is dangerous."
    desk.command(Command.ACK)
    assert facts(desk)["Why"] == "Das ist gefährlich. (danger)"


def test_what_may_go_any_way_says_nothing_of_ways() -> None:
    desk = with_rules(RULES)
    plate = receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.PARCEL_PLATE, plate))
    desk.scan((ScanKind.GTIN, SHIRT))
    desk.answer("yes")
    desk.command(Command.OK)
    assert facts(desk)["Why"] == "Wait. (rest)"
    assert "PACKING" not in facts(desk)
