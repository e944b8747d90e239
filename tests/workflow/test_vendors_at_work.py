"""What vendors take back, at the bench: a quota that is used up, a flag that blocks, and what is recorded of it."""

from __future__ import annotations

import pytest
from catalogue_check import check_prompt, spoken
from workflow_goods import SHIRT
from world import Desk, desk_at, inspect_unit, receive

from rl_station.domain import events as e
from rl_station.domain.conditions import compile_condition
from rl_station.domain.rules import SAMPLES, Removal, Rule, RuleTable
from rl_station.domain.scan import ScanKind
from rl_station.domain.vendors import VendorTable, VendorTerms
from rl_station.workflow import Command
from rl_station.workflow.inspect.disposition import rule_inputs
from rl_station.workflow.state import Inspecting

TERMS = VendorTerms(vendor="weaver", client="acme", name="Weaver & Sons", quota=1, credit=60)


def rule(name: str, outcome: str, when: str = "", approval: str = "") -> Rule:
    condition = compile_condition(when, SAMPLES)
    return Rule(id=name, outcomes=(outcome,), reason=f"It is {name}.", when=condition, approval=approval)


RULES = RuleTable(
    (
        rule("back", "return_to_vendor", 'rtv == "eligible" && rtv_approval', approval="inspector"),
        rule("agreed", "return_to_vendor", 'rtv == "eligible"'),
        rule("stock", "resell"),
    ),
    "rules-v",
    removals=(
        Removal(
            id="quota",
            reason="Used up.",
            removes=frozenset({"return_to_vendor"}),
            when=compile_condition('rtv != "" && rtv_quota_left < 1', SAMPLES),
        ),
    ),
)


def bench(terms: VendorTerms = TERMS) -> Desk:
    """A desk with two shirts of a vendor before it."""
    desk = desk_at("receive")
    desk.world.rules = RULES
    desk.world.reference.vendors = VendorTable(products={("acme", "SHIRT"): terms})
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    return desk


def decided(desk: Desk) -> list[e.DispositionDecided]:
    return [line.event for line in desk.world.records.standing() if isinstance(line.event, e.DispositionDecided)]


def shirt(desk: Desk) -> e.DispositionDecided:
    inspect_unit(desk, SHIRT, "no", "fine")
    return decided(desk)[-1]


def test_the_unit_after_the_last_of_the_quota_goes_elsewhere_and_says_why() -> None:
    desk = bench()
    first, second = shirt(desk), shirt(desk)
    assert (first.disposition, first.vendor) == ("return_to_vendor", "weaver")
    assert {("rtv", "eligible"), ("rtv_quota_left", "1"), ("rtv_credit", "60")} <= set(first.inputs)
    assert (second.disposition, second.vendor) == ("resell", "weaver")
    assert "rtv_quota_left" not in dict(second.inputs)
    assert second.removed == (("return_to_vendor", "quota"),)
    assert ("agreed", "return_to_vendor: return_to_vendor is removed by quota") in second.lost


def test_what_is_taken_back_gives_its_place_in_the_quota_to_the_next() -> None:
    desk = bench()
    desk.scan((ScanKind.GTIN, SHIRT))
    for answer in ("no", "fine"):
        desk.answer(answer)
    desk.command(Command.OK)
    assert desk.found(e.DispositionDecided).disposition == "return_to_vendor"
    desk.command(Command.UNDO)
    assert decided(desk) == []
    desk.command(Command.OK)
    assert desk.found(e.DispositionDecided).disposition == "return_to_vendor"


def test_a_new_month_brings_a_new_quota() -> None:
    desk = bench()
    assert shirt(desk).disposition == "return_to_vendor"
    desk.world.now = 40 * 86_400_000_000
    assert shirt(desk).disposition == "return_to_vendor"


@pytest.mark.parametrize("returns", ["prohibited", "eligible"])
def test_what_the_vendor_refuses_is_not_sent_back(returns: str) -> None:
    desk = bench(VendorTerms(vendor="weaver", client="acme", returns=returns))
    found = shirt(desk)
    assert found.disposition == ("resell" if returns == "prohibited" else "return_to_vendor")
    assert (("return_to_vendor", "always_vendor") in found.removed) is (returns == "prohibited")


def test_a_unit_does_not_use_up_the_quota_that_it_is_looked_at_by_again() -> None:
    """Whoever agrees asks the rules a second time, when the unit has been decided already."""
    desk = bench(VendorTerms(vendor="weaver", client="acme", quota=1, approval=True))
    desk.scan((ScanKind.GTIN, SHIRT))
    for answer in ("no", "fine"):
        desk.answer(answer)
    desk.command(Command.OK)
    assert desk.found(e.DispositionDecided).approval == "inspector"
    job = desk.session.state.job
    assert isinstance(job, Inspecting)
    assert job.unit is not None
    assert ("rtv_quota_left", "1") in rule_inputs(job.unit, desk.world)
    assert desk.world.records.returned_to_vendor("weaver", "acme", 0) == 1


def test_the_bench_reads_whom_it_goes_back_to() -> None:
    desk = bench()
    seen = []
    for _ in range(2):
        desk.scan((ScanKind.GTIN, SHIRT))
        unit = desk.found(e.UnitIdentified).unit
        desk.answer("no")
        desk.answer("fine")
        desk.command(Command.OK)
        check_prompt(desk.prompt)
        seen.append([spoken(fact.value) for fact in desk.prompt.facts if spoken(fact.label) == "Vendor"])
        desk.scan((ScanKind.UNIT_PLATE, unit))
    assert seen == [["Weaver & Sons"], []]


def test_an_article_without_a_vendor_is_decided_as_before() -> None:
    desk = bench()
    desk.world.reference.vendors = VendorTable()
    found = shirt(desk)
    assert (found.disposition, found.vendor) == ("resell", "")
    assert not {"rtv", "vendor", "rtv_quota_left"} & dict(found.inputs).keys()
