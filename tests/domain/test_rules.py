"""The decision table: the first rule that holds decides, says why, and lets nothing dangerous back into trade."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.checklist import Checklist, findings, open_question
from rl_station.domain.grades import COSMETIC, DISPOSITIONS, FUNCTIONAL, PACKAGING
from rl_station.domain.rules import (
    FIELDS,
    NO_RULE,
    Condition,
    Inputs,
    Rule,
    RuleTable,
    decide_disposition,
    holds,
)
from rl_station.settings import load_site
from rl_station.settings.paths import example_site

SITE = load_site(example_site(), environ={})
RULES = SITE.rules
TRADE = {"resell", "refurbish", "donate", "liquidate"}
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

VALUES: dict[str, list[str]] = {
    "category": CATEGORIES,
    "client": [client.id for client in SITE.clients],
    "cosmetic": list(COSMETIC),
    "data_bearing": YES_NO,
    "flag": FLAGS,
    "functional": list(FUNCTIONAL),
    "hazard": HAZARDS,
    "match": ["expected", "unexpected", "other_client", "unknown_product"],
    "packaging": list(PACKAGING),
    "reason": REASONS[1:],
    "recall": YES_NO,
    "swap": YES_NO,
    "value": ["0", "799", "4000", "20000", "120000"],
    "wish": ["refund", "exchange", "repair"],
}
some_inputs = st.lists(
    st.sampled_from(FIELDS).flatmap(lambda field: st.tuples(st.just(field), st.sampled_from(VALUES[field])))
).map(lambda pairs: tuple(sorted(set(pairs))))
any_inputs = st.lists(st.tuples(st.sampled_from(FIELDS) | st.text(), st.text())).map(lambda pairs: tuple(sorted(pairs)))


def test_every_field_has_values_to_test_with() -> None:
    assert set(VALUES) == set(FIELDS)


def test_the_first_rule_that_holds_decides_and_names_what_stopped_the_others() -> None:
    table = RuleTable(
        (
            Rule("cheap", "liquidate", "Cheap.", (Condition("value", "at_most", ("800",)),)),
            Rule("new", "resell", "New.", (Condition("functional", "in", ("F6",)),)),
            Rule("rest", "hold", "Rest."),
        ),
        "v",
    )
    decision = decide_disposition(table, (("functional", "F6"), ("value", "900")))
    assert (decision.disposition, decision.rule, decision.reason) == ("resell", "new", "New.")
    assert decision.lost == (("cheap", "value at_most 800"),)


def test_without_a_rule_that_holds_a_unit_is_held() -> None:
    decision = decide_disposition(RuleTable((), "v"), ())
    assert (decision.disposition, decision.rule) == (NO_RULE.disposition, NO_RULE.rule)


@pytest.mark.parametrize(
    ("test", "values", "inputs", "expected"),
    [
        ("in", ("a", "b"), (("flag", "b"), ("flag", "c")), True),
        ("in", ("a",), (("flag", "b"),), False),
        ("in", ("a",), (), False),
        ("not_in", ("a",), (("flag", "b"),), True),
        ("not_in", ("a",), (("flag", "a"), ("flag", "b")), False),
        ("not_in", ("a",), (), True),
        ("at_least", ("10",), (("flag", "10"),), True),
        ("at_least", ("10",), (("flag", "9"),), False),
        ("at_least", ("10",), (), False),
        ("at_most", ("10",), (("flag", "10"),), True),
        ("at_most", ("10",), (("flag", "11"),), False),
        ("at_most", ("-1",), (("flag", "-2"),), True),
        ("present", ("yes",), (("flag", "x"),), True),
        ("present", ("yes",), (), False),
        ("present", ("yes",), (("flag", ""),), False),
        ("present", ("no",), (), True),
        ("present", ("no",), (("flag", "x"),), False),
        ("resembles", ("a",), (("flag", "a"),), False),
    ],
)
def test_a_condition_holds(test: str, values: tuple[str, ...], inputs: Inputs, expected: bool) -> None:
    assert holds(Condition("flag", test, values), (*inputs, ("other", "a"))) is expected


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


@pytest.mark.parametrize("field", ["flag", "hazard"])
@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_takes_every_unit_out_of_trade(hazard: str, field: str) -> None:
    assert {decide_disposition(RULES, (*sold, (field, hazard))).disposition for sold in in_trade()} <= OUT_OF_TRADE


@given(st.text(min_size=1))
def test_a_hazard_nobody_thought_of_does_too(hazard: str) -> None:
    found = {decide_disposition(RULES, (*sold, ("hazard", hazard))).disposition for sold in in_trade()[:20]}
    assert found <= OUT_OF_TRADE


def test_a_recall_takes_every_unit_out_of_trade() -> None:
    assert {decide_disposition(RULES, (*sold, ("recall", "yes"))).disposition for sold in in_trade()} <= OUT_OF_TRADE


@given(some_inputs, st.sampled_from(HAZARDS), st.sampled_from(["flag", "hazard"]))
def test_no_other_fact_brings_a_hazard_back_into_trade(inputs: Inputs, hazard: str, field: str) -> None:
    assert decide_disposition(RULES, (*inputs, (field, hazard))).disposition in OUT_OF_TRADE


@given(some_inputs)
def test_velora_never_liquidates(inputs: Inputs) -> None:
    theirs = (*(pair for pair in inputs if pair[0] != "client"), ("client", "velora"))
    assert decide_disposition(RULES, theirs).disposition != "liquidate"


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
        *(("flag", flag) for flag in found.flags),
        *([("hazard", "smoke")] if chance.choice(rarely) else []),
    }
    return tuple(sorted(pair for pair in pairs if pair[1]))


def answers(checklist: Checklist, chance: random.Random) -> dict[str, str]:
    """Mostly the first, harmless answer."""
    given_: dict[str, str] = {}
    while question := open_question(checklist, given_):
        option = question.options[0] if chance.choice([True, True, False]) else chance.choice(question.options)
        given_[question.id] = option.id
    return given_
