"""Decisions that somebody has to agree to: by badge at the bench, or later, out of the hold bin."""

from __future__ import annotations

import pytest
from catalogue_check import check_prompt, spoken
from hypothesis import given
from hypothesis import strategies as st
from workflow_goods import SHIRT, TOY
from world import Desk, desk_at, receive

from rl_station.domain import events as e
from rl_station.domain.conditions import compile_condition
from rl_station.domain.messages import Refusal
from rl_station.domain.recalls import Recall, recall_table
from rl_station.domain.rules import (
    FIELDS,
    SAMPLES,
    SELLABLE,
    Outcome,
    Removal,
    Rule,
    RuleTable,
    inputs_of,
    open_outcomes,
)
from rl_station.domain.scan import ScanKind
from rl_station.workflow import Command, at_rest, fold, initial

UNIT, TOTE, BADGE = ScanKind.UNIT_PLATE, ScanKind.CONTAINER, ScanKind.BADGE
MARA, PRIYA, SVEN = "100", "200", "300"


def rule(name: str, outcome: str, when: str = "", approval: str = "") -> Rule:
    condition = compile_condition(when, SAMPLES)
    return Rule(id=name, outcomes=(outcome,), reason=f"It is {name}.", when=condition, approval=approval)


RULES = RuleTable(
    (
        rule("dear", "resell", 'functional == "F5"', approval="supervisor"),
        rule("rest", "hold"),
    ),
    "rules-a",
    {
        "outlet": Outcome(id="outlet", disposition="refurbish", channel="outlet"),
        "clean": Outcome(id="clean", disposition="refurbish", steps=("clean",)),
        "pallet": Outcome(id="pallet", disposition="liquidate", channel="b2b"),
    },
    (Removal(id="never", reason="No.", removes=frozenset({"pallet"}), when=compile_condition('brand == ""', SAMPLES)),),
)


def refused(desk: Desk) -> Refusal:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last


def record(desk: Desk, unit: str) -> tuple[str, str, str]:
    found = desk.world.records.unit(unit)
    assert found is not None
    return found.status, found.disposition, found.bin


@pytest.fixture
def waiting() -> tuple[Desk, str]:
    """A shirt whose decision needs a supervisor, in the hand of an inspector."""
    desk = desk_at("receive")
    desk.world.rules = RULES
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    desk.scan((ScanKind.GTIN, SHIRT))
    unit = desk.found(e.UnitIdentified).unit
    desk.answer("no")
    desk.answer("fine")
    desk.command(Command.OK)
    return desk, unit


@pytest.fixture
def aside(waiting: tuple[Desk, str]) -> tuple[Desk, str]:
    """The same on hold, and nobody at the bench has anything in hand."""
    desk, unit = waiting
    desk.answer("put_aside")
    desk.scan((UNIT, unit))
    desk.command(Command.CANCEL)
    return desk, unit


def test_the_prompt_says_who_has_to_agree_and_no_label_is_printed_before(waiting: tuple[Desk, str]) -> None:
    desk, unit = waiting
    assert desk.types == ["DispositionDecided"]
    assert desk.step == "inspect.approval"
    assert spoken(desk.prompt.instruction) == "Has to agree: a supervisor. Scan the BADGE"
    check_prompt(desk.prompt)
    assert record(desk, unit)[0] == "awaiting_approval"


def test_a_supervisors_badge_and_word_let_the_unit_go_on_and_the_inspector_stays_signed_in(
    waiting: tuple[Desk, str],
) -> None:
    desk, unit = waiting
    desk.scan((BADGE, SVEN))
    assert desk.types == ["ApproverPresented"]
    desk.answer("AGREE")
    assert desk.types == ["DispositionApproved", "LabelRequested"]
    approved = desk.found(e.DispositionApproved)
    assert (approved.approver, approved.before, approved.disposition, approved.why) == ("sven", "resell", "resell", "")
    desk.scan((UNIT, unit))
    assert desk.session.state.worker is not None
    assert desk.session.state.worker.id == "priya"
    assert record(desk, unit) == ("decided", "resell", "BRESELL")


@pytest.mark.parametrize(
    ("badge", "said"),
    [(MARA, "approval.not_allowed"), (PRIYA, "approval.not_allowed"), ("404", "sign_in.unknown_badge")],
)
def test_only_the_role_that_the_rule_names_may_agree(waiting: tuple[Desk, str], badge: str, said: str) -> None:
    desk, _ = waiting
    desk.scan((BADGE, badge))
    assert refused(desk).code == said
    assert desk.step == "inspect.approval"


def test_nothing_but_a_badge_or_setting_it_aside_is_taken(waiting: tuple[Desk, str]) -> None:
    desk, unit = waiting
    for doing in (lambda: desk.command(Command.OK), lambda: desk.scan((UNIT, unit)), lambda: desk.answer("agree")):
        doing()
        assert refused(desk).code in ("inspect.expected_approval", "scan.wrong_kind", "choice.unknown")


def test_another_outcome_needs_a_reason_and_is_recorded_from_and_to(waiting: tuple[Desk, str]) -> None:
    desk, unit = waiting
    desk.scan((BADGE, SVEN))
    desk.answer("instead_clean")
    assert desk.types == ["OutcomePicked"]
    assert desk.step == "inspect.overrule"
    desk.answer("why_condition")
    approved = desk.found(e.DispositionApproved)
    assert (approved.before, approved.disposition, approved.outcome) == ("resell", "refurbish", "clean")
    assert (approved.why, approved.approver, approved.steps) == ("condition", "sven", ("clean",))
    assert record(desk, unit) == ("decided", "refurbish", "BREFURB")
    why = next(found for found in desk.prompt.facts if found.label.code == "fact.why")
    assert spoken(why.value).startswith("Its condition is another than graded")


def test_what_the_rules_take_away_is_not_offered(waiting: tuple[Desk, str]) -> None:
    desk, _ = waiting
    desk.scan((BADGE, SVEN))
    offered = [choice.id for choice in desk.prompt.choices]
    assert offered == ["agree", "instead_outlet", "instead_clean", "instead_hold"]
    desk.answer("instead_pallet")
    assert refused(desk).code == "choice.unknown"


def test_no_more_is_offered_than_the_command_sheet_has_codes_for_and_hold_always_is(waiting: tuple[Desk, str]) -> None:
    desk, _ = waiting
    many = {f"way{number}": Outcome(id=f"way{number}", disposition="donate") for number in range(40)}
    desk.world.rules = RuleTable(RULES.rules, RULES.version, many)
    desk.scan((BADGE, SVEN))
    shown = desk.prompt.choices
    assert (shown[-1].key, shown[-1].id) == ("F", "instead_hold")


def test_every_word_can_be_undone_back_to_the_badge(waiting: tuple[Desk, str]) -> None:
    desk, unit = waiting
    desk.scan((BADGE, SVEN))
    desk.answer("instead_outlet")
    desk.answer("why_market")
    for step in ("inspect.overrule", "inspect.approve", "inspect.approval", "inspect.grade"):
        desk.command(Command.UNDO)
        assert desk.step == step
    assert record(desk, unit)[0] == "identified"


def test_a_unit_that_waits_goes_on_hold_with_a_label_that_says_so(aside: tuple[Desk, str]) -> None:
    desk, unit = aside
    assert record(desk, unit) == ("awaiting_approval", "hold", "BHOLD")
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    assert desk.found(e.UnitPresented).bin == "BHOLD"


def test_a_unit_still_at_the_bench_is_not_sorted_as_if_it_were_agreed_to(waiting: tuple[Desk, str]) -> None:
    desk, unit = waiting
    other = Desk(desk.world)
    other.scan((BADGE, SVEN))
    other.command(Command.SORT)
    other.scan((UNIT, unit))
    assert refused(other).code == "sort.awaits_approval"


@pytest.mark.parametrize("task", [Command.INSPECT, Command.REWORK])
def test_a_supervisor_who_signed_in_agrees_later_by_scanning_the_unit(aside: tuple[Desk, str], task: Command) -> None:
    desk, unit = aside
    desk.scan((BADGE, SVEN))
    desk.command(task)
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitTakenUp", "ApproverPresented"]
    check_prompt(desk.prompt)
    desk.answer("agree")
    assert desk.types == ["DispositionApproved", "LabelRequested"]
    assert record(desk, unit) == ("decided", "resell", "BRESELL")
    desk.scan((UNIT, unit))
    assert at_rest(desk.session.state)


@pytest.mark.parametrize("task", [Command.INSPECT, Command.REWORK])
def test_what_was_recalled_while_it_waited_is_nothing_to_agree_to(aside: tuple[Desk, str], task: Command) -> None:
    desk, unit = aside
    recall = Recall(reference="RC-9", hazard="fire", gtins=(SHIRT,))
    desk.world.reference.recall_table = recall_table((recall,), "2026-11-02")
    desk.scan((BADGE, SVEN))
    desk.command(task)
    desk.scan((UNIT, unit))
    assert refused(desk).code == "rework.recalled"
    assert refused(desk).blocking


def test_an_inspector_who_takes_it_up_is_asked_for_a_badge(aside: tuple[Desk, str]) -> None:
    desk, unit = aside
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitTakenUp"]
    assert desk.step == "rework.approval"
    desk.scan((BADGE, SVEN))
    desk.answer("agree")
    assert "DispositionApproved" in desk.types
    assert desk.session.state.worker is not None
    assert desk.session.state.worker.id == "priya"


def test_a_unit_that_was_taken_out_of_the_hold_bin_is_back_in_it_after_cancel(aside: tuple[Desk, str]) -> None:
    desk, unit = aside
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    desk.scan((TOTE, "TOTE9"))
    desk.command(Command.INSPECT)
    desk.scan((UNIT, unit))
    assert desk.world.records.containers["TOTE9"].units == ()
    desk.command(Command.CANCEL)
    assert desk.world.records.containers["TOTE9"].units == (unit,)
    assert at_rest(desk.session.state)


def test_a_session_folded_from_the_log_waits_for_the_same_word(waiting: tuple[Desk, str]) -> None:
    desk, _ = waiting
    desk.scan((BADGE, SVEN))
    desk.answer("instead_outlet")
    assert fold(initial(), desk.world.records.log).state == desk.session.state


def test_a_dangerous_unit_is_offered_no_way_by_air_and_no_shared_box() -> None:
    desk = desk_at("receive")
    desk.world.rules = RuleTable((rule("all", "hold", approval="supervisor"),), "r", RULES.outcomes)
    receive(desk, ScanKind.SSCC, "395200000000000014")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA6"))
    desk.scan((ScanKind.GTIN, TOY))
    desk.answer("yes")
    desk.command(Command.ACK)
    desk.command(Command.OK)
    desk.scan((BADGE, SVEN))
    desk.answer("instead_outlet")
    desk.answer("why_market")
    approved = desk.found(e.DispositionApproved)
    assert approved.travels == ("ground", "sea")
    assert approved.packs == ("single",)


@given(
    recall=st.booleans(),
    hazards=st.lists(st.sampled_from(["leak", "heat"]), max_size=1).map(tuple),
    prohibited=st.lists(st.sampled_from(["outlet", "b2b"]), max_size=2, unique=True).map(tuple),
    brand=st.sampled_from(["", "Acme"]),
)
def test_whatever_is_taken_away_can_not_be_picked_by_anybody(
    recall: bool, hazards: tuple[str, ...], prohibited: tuple[str, ...], brand: str
) -> None:
    facts = {**FIELDS, "recall": recall, "hazards": hazards, "channels_prohibited": prohibited, "brand": brand}
    found = open_outcomes(RULES, inputs_of(facts))
    assert found[-1].id == "hold"
    assert not (recall and SELLABLE.intersection(outcome.disposition for outcome in found))
    assert not set(prohibited).intersection(outcome.channel for outcome in found)
    assert not (hazards and any("air" in outcome.travels or "shared" in outcome.packs for outcome in found))
    assert brand or "pallet" not in [outcome.id for outcome in found]
