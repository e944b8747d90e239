"""What a vendor agreed to, as the rules hear it; and what it refuses, no rule can send back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.conditions import Facts, compile_condition
from rl_station.domain.rules import FIELDS, SAMPLES, Outcome, Rule, RuleTable, decide_disposition, inputs_of
from rl_station.domain.vendors import (
    NO_QUOTA,
    NO_TERMS,
    RTV,
    VendorTable,
    VendorTerms,
    month_start,
    rtv_facts,
    rtv_facts_then,
)
from rl_station.domain.weee import WEEE
from rl_station.settings.models import Weee
from rl_station.settings.vendor_models import TermsModel

TERMS = VendorTerms(
    vendor="fjell", client="nordwerk", blocked_by=("wet",), quota=3, credit=85, approval=True, destroy=True
)


def microseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


def test_an_article_s_own_terms_count_before_those_of_its_brand() -> None:
    own = VendorTerms(vendor="maker", client="nordwerk")
    table = VendorTable({("nordwerk", "Fjell"): TERMS}, {("nordwerk", "FJ8"): own})
    assert table.terms("nordwerk", "FJ8", "Fjell") is own
    assert table.terms("nordwerk", "FJ7", "Fjell") is TERMS
    assert table.terms("velora", "FJ8", "Fjell") is None
    assert table.terms("nordwerk", "X", "") is None


def test_the_rules_hear_all_that_was_agreed_to() -> None:
    facts = rtv_facts(TERMS, (), 1)
    assert facts == {
        "vendor": "fjell",
        "rtv": "eligible",
        "rtv_approval": True,
        "rtv_credit": 85,
        "rtv_destroy": True,
        "rtv_quota_left": 2,
    }
    assert facts.keys() <= FIELDS.keys()


def test_without_terms_the_rules_hear_what_they_hear_of_any_unit() -> None:
    assert {name: FIELDS[name] for name in NO_TERMS} == NO_TERMS
    assert {name for name in FIELDS if name.startswith("rtv")} | {"vendor"} == set(NO_TERMS)


@pytest.mark.parametrize(
    ("then", "left"),
    [
        ({"vendor": "fjell", "rtv": "eligible", "rtv_quota_left": 2}, 2),
        ({"vendor": "fjell", "rtv": "forced", "rtv_quota_left": 0}, 0),
        ({"vendor": "fjell", "rtv": "eligible", "rtv_quota_left": 50}, 3),
        ({"vendor": "fjell", "rtv": "eligible", "rtv_quota_left": NO_QUOTA}, 3),
        ({"vendor": "fjell", "rtv": "prohibited"}, 3),
        ({"vendor": "other", "rtv": "eligible", "rtv_quota_left": 1}, 3),
        ({}, 3),
    ],
)
def test_under_other_terms_what_was_left_of_a_quota_counts_as_it_was(then: Facts, left: int) -> None:
    heard = rtv_facts_then(TERMS, {**FIELDS, **then})
    assert (heard["vendor"], heard["rtv"], heard["rtv_quota_left"]) == ("fjell", "eligible", left)


def test_under_other_terms_a_flag_blocks_and_no_terms_at_all_leave_nothing() -> None:
    then = {**FIELDS, "vendor": "fjell", "rtv": "eligible", "rtv_quota_left": 2, "flags": ("wet",)}
    assert rtv_facts_then(TERMS, then)["rtv"] == "prohibited"
    assert rtv_facts_then(None, then) == NO_TERMS


@pytest.mark.parametrize(("returned", "left"), [(0, 3), (2, 1), (3, 0), (4, 0)])
def test_a_quota_is_never_less_than_used_up(returned: int, left: int) -> None:
    assert rtv_facts(TERMS, (), returned)["rtv_quota_left"] == left


def test_a_vendor_without_a_quota_takes_any_number() -> None:
    unlimited = VendorTerms(vendor="fjell", client="nordwerk")
    assert rtv_facts(unlimited, (), 10_000)["rtv_quota_left"] == NO_QUOTA


def test_a_flag_that_blocks_makes_a_unit_one_that_the_vendor_refuses() -> None:
    refused = rtv_facts(TERMS, ("dry", "wet"), 0)
    assert refused == {"vendor": "fjell", "rtv": "prohibited"}
    assert refused == rtv_facts(VendorTerms(vendor="fjell", client="nordwerk", returns="prohibited"), (), 0)
    assert rtv_facts(TERMS, ("dry",), 0)["rtv"] == "eligible"


def test_without_a_vendor_nothing_is_said() -> None:
    assert rtv_facts(None, ("wet",), 5) == {}


@pytest.mark.parametrize(
    ("now", "begun"),
    [
        ("2026-11-22T10:00:00", "2026-11-01T00:00:00"),
        ("2026-11-01T00:00:00", "2026-11-01T00:00:00"),
        ("2026-10-31T23:59:59.999999", "2026-10-01T00:00:00"),
        ("2028-02-29T12:00:00", "2028-02-01T00:00:00"),
    ],
)
def test_a_month_begins_on_its_first_day_at_midnight_utc(now: str, begun: str) -> None:
    assert month_start(microseconds(now)) == microseconds(begun)


@given(st.sampled_from(RTV), st.sampled_from(["return_to_vendor", "back"]))
def test_what_a_vendor_refuses_no_rule_sends_back(rtv: str, outcome: str) -> None:
    back = Outcome(id="back", disposition="return_to_vendor")
    rule = Rule(id="always", outcomes=(outcome,), reason="x", when=compile_condition("", SAMPLES))
    decision = decide_disposition(RuleTable((rule,), "v", {"back": back}), inputs_of({**FIELDS, "rtv": rtv}))
    refused = rtv == "prohibited"
    assert (decision.disposition == "return_to_vendor") is not refused
    assert (("return_to_vendor", "always_vendor") in decision.removed) is refused


def test_settings_and_domain_speak_of_the_same_terms_and_categories() -> None:
    assert get_args(Weee) == WEEE
    assert get_args(get_args(TermsModel.model_fields["returns"].annotation)[0]) == RTV
