"""The decision tables: what is forbidden cannot be had, the first rule that holds decides and says why."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.checklist import Checklist, findings, open_question
from rl_station.domain.conditions import amount, compile_condition
from rl_station.domain.grades import COSMETIC, DISPOSITIONS, FUNCTIONAL, PACKAGING
from rl_station.domain.policy import policy_facts
from rl_station.domain.reference import Client, Product
from rl_station.domain.rules import (
    BUILT_IN,
    FIELDS,
    NO_RULE,
    SAMPLES,
    SELLABLE,
    Inputs,
    Outcome,
    Removal,
    Rule,
    RuleTable,
    decide_disposition,
    facts_of,
    handling,
    inputs_of,
    reason_in,
)
from rl_station.domain.vendors import RTV, rtv_facts
from rl_station.domain.weee import WEEE
from rl_station.settings import load_site
from rl_station.settings.paths import example_site

SITE = load_site(example_site(), environ={})
RULES = SITE.rules
CHANNELS = sorted({outcome.channel for outcome in RULES.outcomes.values() if outcome.channel})
TRADE = set(SELLABLE)
OUT_OF_TRADE = set(DISPOSITIONS) - TRADE
HAZARDS = [
    flag for question in SITE.checklists["hazard"].questions for option in question.options for flag in option.flags
]
FLAGS = sorted(
    {
        flag
        for checklist in SITE.checklists.values()
        for question in checklist.questions
        for option in question.options
        for flag in option.flags
    }
)
CATEGORIES = [name for name in SITE.checklists if name not in ("hazard", "data")]
REASONS = ["", "CO", "CV", "DM", "DP", "DR", "EI", "EO", "NA", "PF", "PW", "ST", "WG"]
YES_NO = ["yes", "no"]

CHANNELS = sorted({outcome.channel for outcome in RULES.outcomes.values() if outcome.channel})

VALUES: dict[str, list[str]] = {
    "brand": ["Fjell", "Velora"],
    "category": CATEGORIES,
    "channels_allowed": CHANNELS,
    "channels_prohibited": CHANNELS,
    "client": [client.id for client in SITE.clients],
    "cosmetic": list(COSMETIC),
    "data_bearing": YES_NO,
    "flags": FLAGS,
    "functional": list(FUNCTIONAL),
    "group": ["premium"],
    "hazards": HAZARDS,
    "match": ["expected", "unexpected", "other_client", "unknown_product"],
    "packaging": list(PACKAGING),
    "packaging_rule": ["own", "neutral", "any"],
    "reason": REASONS[1:],
    "reason_found": ["confirmed", "not_found"],
    "recall": YES_NO,
    "region": ["eu"],
    "rtv": list(RTV),
    "rtv_approval": YES_NO,
    "rtv_credit": ["50", "100"],
    "rtv_destroy": YES_NO,
    "rtv_quota_left": ["0", "3"],
    "sku": ["FJ8-128-BLK"],
    "swap": YES_NO,
    "value": ["0", "799", "4000", "20000", "120000"],
    "vendor": ["fjell", "kiste"],
    "weee": list(WEEE),
    "wish": ["refund", "exchange", "repair"],
}
FIELD_NAMES = sorted(FIELDS)
some_inputs = st.lists(
    st.sampled_from(FIELD_NAMES).flatmap(
        lambda field: st.tuples(st.just(field), st.sampled_from(VALUES.get(field, ["-"])))
    )
).map(lambda pairs: tuple(sorted(set(pairs))))
any_inputs = st.lists(st.tuples(st.sampled_from(FIELD_NAMES) | st.text(), st.text())).map(
    lambda pairs: tuple(sorted(pairs))
)


def rule(name: str, when: str, *outcomes: str, approval: str = "", approve_when: str = "") -> Rule:
    return Rule(
        id=name,
        outcomes=outcomes,
        reason=f"{name}.",
        when=compile_condition(when, SAMPLES),
        approval=approval,
        approve_when=compile_condition(approve_when, SAMPLES) if approve_when else None,
    )


def outcome(name: str, disposition: str, brings: str = "", **more: object) -> Outcome:
    recovers = amount(brings, SAMPLES) if brings else None
    return Outcome(id=name, disposition=disposition, recovers=recovers, **more)  # type: ignore[arg-type]  # as the test says


def table(*rules: Rule, outcomes: tuple[Outcome, ...] = (), removals: tuple[Removal, ...] = ()) -> RuleTable:
    return RuleTable(rules, "v", {each.id: each for each in outcomes}, removals)


def told(**facts: object) -> Inputs:
    return inputs_of({**FIELDS, **facts})  # type: ignore[dict-item]  # as the test says


def test_every_field_has_values_to_test_with() -> None:
    assert set(VALUES) >= set(FIELDS)


def test_the_first_rule_that_holds_decides_and_names_what_stopped_the_others() -> None:
    rules = table(
        rule("cheap", "value <= 800 && recall", "liquidate"),
        rule("new", 'functional == "F6"', "resell"),
        rule("rest", "", "hold"),
    )
    decision = decide_disposition(rules, (("functional", "F6"), ("value", "900")))
    assert (decision.disposition, decision.rule, decision.reason) == ("resell", "new", "new.")
    assert decision.lost == (("cheap", "value <= 800"),)


def test_without_a_rule_that_holds_a_unit_is_held() -> None:
    decision = decide_disposition(RuleTable((), "v"), ())
    assert (decision.disposition, decision.rule) == (NO_RULE.disposition, NO_RULE.rule)


def test_what_a_removal_takes_away_falls_to_the_next_rule_and_says_so() -> None:
    unsafe = Removal(
        id="unsafe", reason="x", removes=frozenset({"resell"}), when=compile_condition('"x" in flags', SAMPLES)
    )
    rules = table(
        rule("new", "", "shelf"),
        rule("rest", "", "hold"),
        outcomes=(outcome("shelf", "resell"),),
        removals=(unsafe,),
    )
    assert decide_disposition(rules, told()).outcome == "shelf"
    decision = decide_disposition(rules, told(flags=("x",)))
    assert (decision.rule, decision.lost) == ("rest", (("new", "shelf: resell is removed by unsafe"),))
    assert decision.removed == (("resell", "unsafe"),)


@pytest.mark.parametrize(
    ("value", "best", "expected"), [(900, "pallet", 170), (9000, "piece", 2200), (2500, "piece", 250)]
)
def test_of_several_outcomes_the_one_that_brings_most_less_its_costs_is_taken(
    value: int, best: str, expected: int
) -> None:
    piece = outcome("piece", "liquidate", "value * 30 / 100", costs=amount("500", SAMPLES))
    pallet = outcome("pallet", "liquidate", "value * 20 / 100", costs=amount("value > 1000 ? 251 : 10", SAMPLES))
    rules = table(rule("bulk", "", "piece", "pallet"), outcomes=(piece, pallet))
    decision = decide_disposition(rules, told(value=value))
    assert (decision.outcome, decision.expected) == (best, expected)
    assert [name for name, _ in decision.lost] == ["bulk"]


def test_equals_go_the_first_way_and_nothing_said_is_nothing() -> None:
    rules = table(rule("any", "", "a", "b"), outcomes=(outcome("a", "donate"), outcome("b", "recycle", "0")))
    decision = decide_disposition(rules, told())
    assert (decision.outcome, decision.expected) == ("a", None)


def test_who_has_to_agree_is_told_while_the_condition_for_it_holds() -> None:
    rules = table(rule("dear", "", "destroy", approval="supervisor", approve_when="value >= 5000"))
    assert decide_disposition(rules, told(value=5000)).approval == "supervisor"
    assert decide_disposition(rules, told(value=4999)).approval == ""


def test_an_outcome_that_has_no_way_left_is_not_taken() -> None:
    rules = table(
        rule("fly", "", "express"), rule("rest", "", "hold"), outcomes=(outcome("express", "resell", travels=("air",)),)
    )
    assert decide_disposition(rules, told()).outcome == "express"
    decision = decide_disposition(rules, told(hazards=("smell",)))
    assert decision.rule == "rest"
    assert decision.lost == (("fly", "express: air is removed by always_hazard"),)


def test_packers_hear_only_of_what_is_restricted() -> None:
    assert handling(("air", "ground", "sea"), ("shared", "single")) == ()
    assert handling((), ()) == ()
    assert handling(("ground", "sea"), ("single",)) == ("no_air", "single")
    assert handling(("ground",), ("shared", "single")) == ("ground",)


def test_a_reason_is_told_in_the_language_asked_for_while_its_rules_are_in_force() -> None:
    spoken = Rule(id="a", outcomes=("hold",), reason="Wait.", reasons=(("de", "Warten."),), when=rule("a", "").when)
    rules = table(spoken)
    assert reason_in(rules, "v", "a", "Wait.", "de") == "Warten."
    assert reason_in(rules, "v", "a", "Wait.", "es") == "Wait."
    assert reason_in(rules, "v", "gone", "Wait.", "de") == "Wait."
    assert reason_in(rules, "older", "a", "Wait!", "de") == "Wait!"


def test_inputs_are_facts_and_facts_are_inputs() -> None:
    inputs = told(flags=("b", "a"), value=-5, recall=True, client="nord", rtv_credit=0)
    assert inputs == (("client", "nord"), ("flags", "a"), ("flags", "b"), ("recall", "yes"), ("value", "-5"))
    facts = facts_of(inputs)
    assert (facts["flags"], facts["value"], facts["recall"], facts["rtv_credit"]) == (("a", "b"), -5, True, 0)
    assert inputs_of(facts) == inputs


def test_decisions_of_before_conditions_were_written_in_cel_can_be_replayed() -> None:
    facts = facts_of((("flag", "heat"), ("hazard", "heat"), ("recall", "no"), ("value", "?"), ("unheard_of", "1")))
    assert (facts["flags"], facts["hazards"], facts["recall"], facts["value"]) == (("heat",), ("heat",), False, 0)
    assert "unheard_of" not in facts


@given(any_inputs)
def test_no_input_raises_and_every_unit_goes_somewhere(inputs: Inputs) -> None:
    decision = decide_disposition(RULES, inputs)
    assert decision.disposition in DISPOSITIONS
    assert decision.reason


@given(some_inputs, st.randoms())
def test_the_same_unit_goes_the_same_way_however_its_facts_are_ordered(inputs: Inputs, chance: random.Random) -> None:
    shuffled = list(inputs)
    chance.shuffle(shuffled)
    assert decide_disposition(RULES, tuple(shuffled)) == decide_disposition(RULES, inputs)


@pytest.mark.parametrize("field", ["flags", "hazards"])
@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_takes_every_unit_out_of_trade(hazard: str, field: str) -> None:
    assert {decide_disposition(RULES, (*sold, (field, hazard))).disposition for sold in in_trade()} <= OUT_OF_TRADE


@given(st.text(min_size=1))
def test_a_hazard_nobody_thought_of_does_too(hazard: str) -> None:
    found = {decide_disposition(RULES, (*sold, ("hazards", hazard))).disposition for sold in in_trade()[:20]}
    assert found <= OUT_OF_TRADE


def test_a_recall_takes_every_unit_out_of_trade() -> None:
    assert {decide_disposition(RULES, (*sold, ("recall", "yes"))).disposition for sold in in_trade()} <= OUT_OF_TRADE


@given(some_inputs, st.sampled_from(HAZARDS), st.sampled_from(["flags", "hazards"]))
def test_no_other_fact_brings_a_hazard_back_into_trade(inputs: Inputs, hazard: str, field: str) -> None:
    assert decide_disposition(RULES, (*inputs, (field, hazard))).disposition in OUT_OF_TRADE


# --- what holds at every site, whatever its tables say -----------------------------------------------------------------

anything = st.sampled_from(["by_air", "in_a_box", "sold", "given"]) | st.sampled_from(DISPOSITIONS)
ANYTHING = (
    outcome("by_air", "resell", "value", channel="restock", travels=("air", "ground")),
    outcome("in_a_box", "liquidate", "value / 2", channel="b2b", packs=("shared",)),
    outcome("sold", "resell", "value / 3", channel="outlet", packs=("shared", "single")),
    outcome("given", "donate", channel="charity", travels=("sea",)),
)
some_conditions = st.just("") | st.sampled_from(
    ["recall", "size(hazards) > 0", '"swelling" in flags', "value > 1000", 'client == "velora"', "!recall", "1 > 2"]
)
some_tables = st.lists(
    st.tuples(some_conditions, st.lists(anything, min_size=1, max_size=3, unique=True)), min_size=1, max_size=6
).map(
    lambda rows: table(
        *(rule(f"r{place}", when, *outcomes) for place, (when, outcomes) in enumerate(rows)), outcomes=ANYTHING
    )
)


@given(some_tables, some_inputs, st.sampled_from(HAZARDS) | st.text(min_size=1))
def test_a_hazard_never_yields_an_air_route_or_a_shared_package(rules: RuleTable, inputs: Inputs, hazard: str) -> None:
    decision = decide_disposition(rules, (*inputs, ("hazards", hazard)))
    assert "air" not in decision.travels
    assert "shared" not in decision.packs
    assert {name for name, by in decision.removed if by == "always_hazard"} == {"air", "shared"}


@given(some_tables, some_inputs)
def test_a_recalled_unit_never_becomes_sellable(rules: RuleTable, inputs: Inputs) -> None:
    recalled = (*(pair for pair in inputs if pair[0] != "recall"), ("recall", "yes"))
    assert decide_disposition(rules, recalled).disposition not in SELLABLE


@given(some_tables, some_inputs)
def test_a_prohibited_channel_never_appears(rules: RuleTable, inputs: Inputs) -> None:
    """One after the other, each channel that would be taken is prohibited, until there is none left."""
    prohibited: set[str] = set()
    while channel := decide_disposition(rules, inputs).channel:
        assert channel not in prohibited
        prohibited.add(channel)
        inputs = (*inputs, ("channels_prohibited", channel))


@given(some_tables, some_inputs, st.sets(st.sampled_from(["restock", "b2b", "outlet", "charity"]), min_size=1))
def test_a_channel_that_is_not_among_the_allowed_never_appears(
    rules: RuleTable, inputs: Inputs, allowed: set[str]
) -> None:
    others = tuple(pair for pair in inputs if pair[0] != "channels_allowed")
    decision = decide_disposition(rules, (*others, *(("channels_allowed", channel) for channel in allowed)))
    assert decision.channel in {"", *allowed}


@given(some_tables, some_inputs)
def test_the_same_input_always_gives_the_same_decision_and_reason(rules: RuleTable, inputs: Inputs) -> None:
    again = table(*rules.rules, outcomes=tuple(reversed(ANYTHING)))
    decision = decide_disposition(rules, inputs)
    assert decide_disposition(rules, inputs) == decision
    assert decide_disposition(again, tuple(reversed(inputs))) == decision


def test_the_site_cannot_excuse_anybody_from_them() -> None:
    silent = tuple(
        Removal(id=name, reason="x", removes=frozenset({"hold"}), when=compile_condition("1 > 2", SAMPLES))
        for name in BUILT_IN
    )
    rules = table(rule("sell", "", "sold"), outcomes=ANYTHING, removals=silent)
    assert decide_disposition(rules, told(recall=True)).disposition == "hold"


# --- the example -------------------------------------------------------------------------------------------------------


@given(some_inputs)
def test_velora_never_liquidates(inputs: Inputs) -> None:
    policy = policy_facts(SITE.reference.client("velora"), None)
    said = inputs_of({**facts_of(inputs), **policy, "client": "velora"})
    assert decide_disposition(RULES, said).disposition != "liquidate"


@given(
    some_inputs,
    st.builds(
        Client,
        st.just("velora"),
        st.just("Velora"),
        channels_allowed=st.lists(st.sampled_from(CHANNELS), unique=True).map(tuple),
        channels_prohibited=st.lists(st.sampled_from(CHANNELS), unique=True).map(tuple),
    ),
    st.lists(st.sampled_from(CHANNELS), unique=True).map(tuple),
)
def test_nothing_goes_through_a_channel_that_its_client_or_its_article_does_not_take(
    inputs: Inputs, client: Client, channels: tuple[str, ...]
) -> None:
    article = Product("velora", "A", "A", "apparel", (), channels=channels)
    found = decide_disposition(RULES, inputs_of({**facts_of(inputs), **policy_facts(client, article)}))
    assert not found.channel or not client.channels_allowed or found.channel in client.channels_allowed
    assert found.channel not in client.channels_prohibited
    assert not found.channel or not channels or found.channel in channels


def test_every_rule_of_the_example_decides_for_some_unit() -> None:
    chance = random.Random(1)  # noqa: S311  # the same units every time
    fired = Counter(decide_disposition(RULES, unit(chance)).rule for _ in range(20_000))
    assert [rule.id for rule in RULES.rules if not fired[rule.id]] == []


@cache
def in_trade() -> tuple[Inputs, ...]:
    """Units that are sold, given away or made good, as long as nothing is wrong with them; every such way out among them."""
    chance = random.Random(2)  # noqa: S311  # the same units every time
    found = [
        made for made in (unit(chance) for _ in range(600)) if decide_disposition(RULES, made).disposition in TRADE
    ]
    assert {decide_disposition(RULES, made).disposition for made in found} == TRADE
    return tuple(found)


def unit(chance: random.Random) -> Inputs:
    """A unit as the bench could see it: a product, answers along the checklists, sometimes a recall, a swap, a stranger."""
    product = chance.choice(SITE.reference.facts.products)
    wanted = [product.category] if not product.battery else ["hazard", product.category]
    if product.data_bearing:
        wanted.insert(-1, "data")
    answered = [(SITE.checklists[name], answers(SITE.checklists[name], chance)) for name in wanted]
    found = findings(*answered)
    rarely = [True] + [False] * 30
    pairs = {
        ("category", product.category),
        ("client", product.client),
        ("cosmetic", "C0" if chance.choice(rarely) else found.cosmetic),
        ("data_bearing", "yes" if product.data_bearing else "no"),
        ("functional", found.functional),
        ("match", chance.choice(["expected"] * 40 + ["unexpected", "other_client", "unknown_product"])),
        ("packaging", found.packaging),
        ("reason", chance.choice(REASONS)),
        ("recall", "yes" if chance.choice(rarely) else "no"),
        ("swap", "yes" if chance.choice(rarely) else "no"),
        ("value", str(product.value)),
        ("wish", chance.choice(["refund", "exchange", "repair"])),
        *(("flags", flag) for flag in found.flags),
        *([("hazards", "smoke")] if chance.choice(rarely) else []),
        *policy(product, found.flags, chance),
    }
    return tuple(sorted(pair for pair in pairs if pair[1]))


def policy(product: Product, flags: tuple[str, ...], chance: random.Random) -> Inputs:
    """What the vendor says of it."""
    terms = SITE.reference.vendor_terms(product.client, product.sku, product.brand)
    return inputs_of(rtv_facts(terms, flags, chance.choice([0, 0, 1000])))


def answers(checklist: Checklist, chance: random.Random) -> dict[str, str]:
    """Mostly the first, harmless answer."""
    given_: dict[str, str] = {}
    while question := open_question(checklist, given_):
        option = question.options[0] if chance.choice([True, True, False]) else chance.choice(question.options)
        given_[question.id] = option.id
    return given_


@pytest.mark.parametrize(("digits", "disposition"), [(18, "resell"), (19, "hold"), (5000, "hold")])
def test_a_stored_number_of_any_length_is_decided_about(digits: int, disposition: str) -> None:
    """Python refuses to read one of more than 4,300 digits, and CEL knows 64 bits: such a number counts as none."""
    dear = Rule(id="dear", outcomes=("resell",), reason="It is dear.", when=compile_condition("value > 1000", SAMPLES))
    decided = decide_disposition(RuleTable((dear,), "v"), (("value", "9" * digits),))
    assert decided.disposition == disposition
