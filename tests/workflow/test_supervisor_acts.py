"""What supervisors do about what is stuck: every act an event with their id, from and to; and each that cannot be, refused."""

from __future__ import annotations

import pytest
from catalogue_check import check_prompt, spoken
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from test_workflow_properties import UNHURRIED
from workflow_goods import BETA_SHOE, RULES, SHIRT, TOY, WORK, WORK_RULES
from world import Desk, inspect_unit, label_scan, receive

from rl_station.domain import events as e
from rl_station.domain.conditions import compile_condition
from rl_station.domain.kpi import Trouble
from rl_station.domain.messages import Refusal
from rl_station.domain.recalls import Recall, recall_table
from rl_station.domain.rules import SAMPLES, SELLABLE, Outcome, Removal, Rule, RuleTable
from rl_station.domain.scan import ScanKind
from rl_station.domain.unit_label import UnitLabel
from rl_station.i18n.workflow_texts import TEXTS
from rl_station.workflow import Command, Session, fold, initial, said
from rl_station.workflow.actions import Action, Approve, Declare, Hold, Override, Reassign, Release, Reopen, Settle
from rl_station.workflow.inputs import Acted, PinChecked
from rl_station.workflow.inspect.approval import WHY
from rl_station.workflow.supervise import offers

UNIT, TOTE, BADGE, PARCEL = ScanKind.UNIT_PLATE, ScanKind.CONTAINER, ScanKind.BADGE, ScanKind.PARCEL_PLATE
OUTCOMES = {
    "outlet": Outcome(id="outlet", disposition="refurbish", channel="outlet"),
    "clean": Outcome(id="clean", disposition="refurbish", steps=("clean",)),
    "pallet": Outcome(id="pallet", disposition="liquidate", channel="b2b"),
    "by_air": Outcome(id="by_air", disposition="refurbish", travels=("air",)),
}


def always(name: str, outcome: str, when: str = "", approval: str = "") -> Rule:
    condition = compile_condition(when, SAMPLES)
    return Rule(id=name, outcomes=(outcome,), reason=f"It is {name}.", when=condition, approval=approval)


TABLE = RuleTable(RULES.rules, "rules-o", OUTCOMES)
ASKED = RuleTable((always("dear", "resell", approval="supervisor"),), "rules-a", OUTCOMES)


def sign_in(desk: Desk, badge: str, command: Command) -> None:
    if desk.session.state.worker is None or desk.session.state.worker.id != {"200": "priya", "300": "sven"}[badge]:
        desk.scan((BADGE, badge))
    if desk.session.state.task != command.value.lower():
        desk.command(command)


def supervise(desk: Desk) -> Desk:
    sign_in(desk, "300", Command.SUPERVISE)
    desk.give(PinChecked("sven", ok=True))
    assert desk.session.state.supervising
    return desk


def act(desk: Desk, action: Action) -> list[str]:
    """The types of what came of it; the screen can always be said, and so can the answer."""
    desk.give(Acted(action))
    check_prompt(desk.prompt)
    if isinstance(desk.last, Refusal):
        assert spoken(desk.last.message).isprintable()
        assert desk.last.code in TEXTS
    else:
        assert {line.operator for line in desk.world.records.log[-len(desk.last) :]} == {"sven"}
        assert spoken(said(desk.last)[1]).isprintable()
        assert fold(initial(), desk.world.records.log) == desk.session
    return desk.types


def goods(code: str, *answers: str, rules: RuleTable = TABLE, rma: str = "RMA1") -> tuple[Desk, str]:
    """A unit through the bench, and nobody has anything in hand."""
    desk = Desk()
    desk.world.rules, desk.world.rework = rules, WORK
    sign_in(desk, "200", Command.RECEIVE)
    receive(desk, ScanKind.RMA, rma)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, rma))
    unit = inspect_unit(desk, code, *answers)
    desk.command(Command.CANCEL)
    return desk, unit


@pytest.fixture
def shirt() -> tuple[Desk, str]:
    """A shirt for resell, and a supervisor at the screen."""
    desk, unit = goods(SHIRT, "no", "fine")
    return supervise(desk), unit


def sort(desk: Desk, unit: str, tote: str = "TOTE1") -> None:
    sign_in(desk, "200", Command.SORT)
    desk.scan((UNIT, unit))
    desk.scan((TOTE, tote))
    assert desk.types[-1] == "UnitSorted", desk.types


def swollen(desk: Desk) -> str:
    """A toy whose battery is swollen, decided and labelled; gives its plate."""
    sign_in(desk, "200", Command.RECEIVE)
    receive(desk, ScanKind.RMA, "RMA6")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA6"))
    desk.scan((ScanKind.GTIN, TOY))
    unit = desk.found(e.UnitIdentified).unit
    desk.answer("yes")
    desk.command(Command.ACK)
    desk.scan((UNIT, unit))
    desk.command(Command.CANCEL)
    return unit


def record(desk: Desk, unit: str) -> tuple[str, str, str]:
    found = desk.world.records.unit(unit)
    assert found is not None
    return found.status, found.disposition, found.bin


def hands(desk: Desk) -> str:
    assert desk.session.notice is not None
    return spoken(desk.session.notice)


# --- decide otherwise -------------------------------------------------------------------------------------------------


def test_a_unit_goes_elsewhere_with_reason_from_and_to_and_gets_another_label(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    assert act(desk, Override(unit, "outlet", "market", " Sells\nbetter  there ")) == [
        "DispositionOverridden",
        "LabelRequested",
    ]
    overridden = desk.found(e.DispositionOverridden)
    assert (overridden.before, overridden.disposition) == ("resell", "refurbish")
    assert (overridden.outcome_before, overridden.outcome, overridden.channel) == ("resell", "outlet", "outlet")
    assert (overridden.why, overridden.note, overridden.bin) == ("market", "Sells better there", "BREFURB")
    assert record(desk, unit) == ("decided", "refurbish", "BREFURB")


@pytest.mark.parametrize(
    ("why", "note", "said_"),
    [
        ("", "", "why_first"),
        ("because", "", "why_first"),
        ("other", " ", "note_first"),
        ("market", "x" * 501, "note_too_long"),
    ],
)
def test_without_a_reason_nothing_goes_elsewhere(shirt: tuple[Desk, str], why: str, note: str, said_: str) -> None:
    desk, unit = shirt
    assert act(desk, Override(unit, "outlet", why, note)) == [f"supervise.{said_}"]


def test_what_is_no_outcome_or_is_the_same_is_refused(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    assert act(desk, Override(unit, "moon", "market")) == ["supervise.unknown_outcome"]
    assert act(desk, Override(unit, "resell", "market")) == ["supervise.same"]
    assert act(desk, Override("RLU404", "outlet", "market")) == ["supervise.unknown_unit"]


def test_a_label_that_is_as_true_as_before_is_not_printed_again(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    act(desk, Override(unit, "outlet", "market"))
    assert act(desk, Override(unit, "clean", "condition")) == ["DispositionOverridden"]


def test_a_dangerous_unit_cannot_be_sent_by_air_whoever_says_so() -> None:
    desk = Desk()
    desk.world.rules = TABLE
    unit = swollen(desk)
    supervise(desk)
    assert act(desk, Override(unit, "by_air", "market")) == ["supervise.removed"]
    assert isinstance(desk.last, Refusal)
    assert dict(desk.last.params)["removal"] == "always_hazard"
    act(desk, Override(unit, "outlet", "safety"))
    assert "air" not in desk.found(e.DispositionOverridden).travels
    assert "shared" not in desk.found(e.DispositionOverridden).packs


def test_a_recalled_unit_cannot_be_sold_whoever_says_so() -> None:
    desk = Desk()
    desk.world.rules = TABLE
    desk.world.reference.recall_table = recall_table((Recall(reference="RC-9", gtins=(SHIRT,)),), "2026-11-01")
    sign_in(desk, "200", Command.RECEIVE)
    receive(desk, ScanKind.RMA, "RMA1")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    desk.scan((ScanKind.GTIN, SHIRT))
    unit = desk.found(e.UnitIdentified).unit
    desk.command(Command.ACK)
    desk.scan((UNIT, unit))
    desk.command(Command.CANCEL)
    supervise(desk)
    for outcome, disposition in [(name, found.disposition) for name, found in OUTCOMES.items()] + [
        ("resell", "resell")
    ]:
        assert disposition in SELLABLE
        assert act(desk, Override(unit, outcome, "market")) == ["supervise.removed"]
    assert offers(desk.session.state, "unit", unit, desk.world).outcomes == ()


def test_a_recall_that_came_since_is_dealt_with_first(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.world.reference.recall_table = recall_table((Recall(reference="RC-9", gtins=(SHIRT,)),), "2026-11-02")
    assert act(desk, Override(unit, "outlet", "market")) == ["supervise.recalled"]
    assert act(desk, Hold(unit, "safety"))[0] == "UnitHeld", "setting it aside is always good"
    assert act(desk, Release(unit=unit)) == ["supervise.recalled"]


def test_what_the_site_takes_away_is_not_given_back_either(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    never = Removal(id="no_pallets", reason="No.", removes=frozenset({"b2b"}), when=compile_condition("", SAMPLES))
    desk.world.rules = replace(TABLE, removals=(never,))
    assert act(desk, Override(unit, "pallet", "market")) == ["supervise.removed"]
    assert "pallet" not in dict(offers(desk.session.state, "unit", unit, desk.world).outcomes)


def test_a_danger_that_a_second_look_found_counts_and_goes_on_counting() -> None:
    desk, unit = goods(SHIRT, "no", "fine")
    found = desk.world.records.unit(unit)
    assert found is not None
    looked = e.SecondLookTaken(
        unit=unit, parcel=found.parcel, inspector="priya", functional="", cosmetic="", packaging="", hazards=("leak",)
    )
    desk.follow(desk.record((looked,)))
    desk.command(Command.ACK)
    supervise(desk)
    assert act(desk, Override(unit, "by_air", "market")) == ["supervise.removed"]
    act(desk, Override(unit, "outlet", "market"))
    assert "air" not in desk.found(e.DispositionOverridden).travels
    assert act(desk, Override(unit, "by_air", "market")) == ["supervise.removed"]
    act(desk, Settle(Trouble(kind="hazard", subject_kind="unit", subject=unit), "Called the fire brigade"))
    assert act(desk, Override(unit, "by_air", "market")) == ["supervise.removed"], "looked at is not gone"


def test_a_unit_that_left_cannot_be_sent_anywhere(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    sort(desk, unit)
    desk.answer("close")
    desk.answer("ship")
    desk.command(Command.OK)
    supervise(desk)
    for action in (Override(unit, "outlet", "market"), Hold(unit, "safety"), Release(unit=unit)):
        assert act(desk, action) == ["supervise.shipped"]
    assert act(desk, Reopen("TOTE1")) == ["supervise.shipped"]


def test_a_unit_that_lies_in_a_closed_tote_comes_out_and_the_tote_gets_another_list(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    sort(desk, unit)
    desk.answer("close")
    supervise(desk)
    act(desk, Override(unit, "outlet", "market"))
    printed = [line.event for line in desk.world.records.log if line.cause == desk.world.records.log[-1].cause]
    assert [label.label for label in printed if isinstance(label, e.LabelRequested)] == [
        "unit",
        "container",
        "manifest",
    ]
    container = desk.world.records.container("TOTE1")
    assert container is not None
    assert container.units == ()
    assert hands(desk) == f"Take unit {unit} out of TOTE1, stick on its new label and bring it to BREFURB."
    assert "TOTE1" in e.subjects(desk.found(e.DispositionOverridden))[2]


def test_what_is_being_graded_again_is_nobodys_to_decide() -> None:
    """Its dangers are looked for once more; until then nobody knows what may not be done with it."""
    desk, unit = goods(SHIRT, "no", "bad", rules=WORK_RULES)
    sign_in(desk, "200", Command.REWORK)
    desk.scan((UNIT, unit))
    desk.command(Command.DONE)
    assert desk.types[-1] == "RegradeBegun"
    desk.command(Command.CANCEL)
    supervise(desk)
    assert act(desk, Override(unit, "freshen", "condition")) == ["supervise.in_regrade"]
    assert act(desk, Hold(unit, "safety"))[0] == "UnitHeld"
    assert act(desk, Override(unit, "freshen", "condition")) == ["supervise.in_regrade"]
    act(desk, Release(unit=unit))
    sign_in(desk, "200", Command.REWORK)
    desk.scan((UNIT, unit))
    assert desk.step == "rework.question", "it is still to be graded"


def test_what_turned_out_dangerous_after_its_work_was_still_decided_here() -> None:
    """It has no grade then, and the row keeps the one from before: that was taken for another station's word."""
    desk, unit = goods(TOY, "no", "no", "bad", rules=WORK_RULES, rma="RMA6")
    sign_in(desk, "200", Command.REWORK)
    desk.scan((UNIT, unit))
    desk.command(Command.DONE)
    desk.answer("yes")
    assert desk.types[:2] == ["UnitQuestionAnswered", "UnitHazardFound"]
    desk.command(Command.ACK)
    desk.scan((UNIT, unit))
    supervise(desk)
    assert act(desk, Override(unit, "hold", "safety"))[0] == "DispositionOverridden"


def test_work_that_another_outcome_asks_for_is_done_at_the_rework_station(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    act(desk, Override(unit, "clean", "condition"))
    sign_in(desk, "200", Command.REWORK)
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitTakenUp", "ReworkStepBegun"]
    assert desk.found(e.UnitTakenUp).steps == ("clean",)


# --- the sort desk follows --------------------------------------------------------------------------------------------


def old_label(unit: str) -> UnitLabel:
    return UnitLabel(unit, "resell", "acme", "BRESELL", "rules-o")


def test_the_sort_desk_goes_by_the_new_decision_and_prints_the_label_that_was_never_stuck_on(
    shirt: tuple[Desk, str],
) -> None:
    desk, unit = shirt
    act(desk, Override(unit, "outlet", "market"))
    sign_in(desk, "200", Command.SORT)
    desk.scan(label_scan(old_label(unit)))
    assert desk.types == ["UnitPresented", "LabelRequested"]
    assert desk.found(e.UnitPresented).disposition == "refurbish"
    assert hands(desk).startswith(f"The label of {unit} is no longer true")
    desk.scan((TOTE, "TOTE1"))
    assert desk.types == ["ContainerOpened", "UnitSorted"]


def test_a_label_that_was_never_true_still_stops_the_sorter(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    act(desk, Override(unit, "outlet", "market"))
    sign_in(desk, "200", Command.SORT)
    desk.scan(label_scan(UnitLabel(unit, "donate", "acme", "BRESELL", "rules-o")))
    assert desk.types == ["sort.label_differs"]
    desk.command(Command.ACK)
    desk.scan(label_scan(UnitLabel(unit, "resell", "beta", "BRESELL", "rules-o")))
    assert desk.types == ["sort.label_differs"]


def test_a_held_unit_goes_to_the_hold_bin_and_back_where_it_was_going(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    act(desk, Hold(unit, "client", "They ask for photographs"))
    sign_in(desk, "200", Command.SORT)
    desk.scan(label_scan(old_label(unit)))
    assert (desk.found(e.UnitPresented).disposition, desk.found(e.UnitPresented).bin) == ("hold", "BHOLD")
    desk.scan((TOTE, "TOTEH"))
    supervise(desk)
    assert act(desk, Release(unit=unit))[:2] == ["UnitReleased", "LabelRequested"]
    assert record(desk, unit)[1:] == ("resell", "BRESELL")
    sign_in(desk, "200", Command.SORT)
    desk.scan(label_scan(UnitLabel(unit, "hold", "acme", "BHOLD", "rules-o")))
    assert desk.types == ["UnitPresented", "LabelRequested"]
    desk.scan((TOTE, "TOTE1"))
    assert desk.types[-1] == "UnitSorted"


# --- hold and release -------------------------------------------------------------------------------------------------


def test_a_unit_is_set_aside_wherever_it_was_and_out_of_its_tote(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    sort(desk, unit)
    supervise(desk)
    assert act(desk, Hold(unit, "safety")) == ["UnitHeld", "LabelRequested"]
    held = desk.found(e.UnitHeld)
    assert (held.before, held.bin, held.container_before) == ("resell", "BHOLD", "TOTE1")
    assert record(desk, unit)[1:] == ("hold", "BHOLD")
    assert act(desk, Hold(unit, "safety")) == ["supervise.held_already"]


def test_nobody_works_on_what_is_held() -> None:
    desk, unit = goods(SHIRT, "no", "bad", rules=WORK_RULES)
    supervise(desk)
    act(desk, Hold(unit, "safety"))
    sign_in(desk, "200", Command.REWORK)
    desk.scan((UNIT, unit))
    assert desk.types == ["rework.held"]
    supervise(desk)
    act(desk, Release(unit=unit))
    sign_in(desk, "200", Command.REWORK)
    desk.scan((UNIT, unit))
    assert desk.types[0] == "UnitTakenUp"


def test_what_is_held_in_the_middle_of_its_work_is_in_no_tote() -> None:
    desk, unit = goods(SHIRT, "no", "bad", rules=WORK_RULES)
    sign_in(desk, "200", Command.REWORK)
    desk.scan((UNIT, unit))
    desk.answer("part_cloth")
    desk.command(Command.CANCEL)
    supervise(desk)
    act(desk, Hold(unit, "safety"))
    sign_in(desk, "200", Command.SORT)
    desk.scan((UNIT, unit))
    assert desk.types == ["sort.held"]


def test_only_what_a_supervisor_set_aside_is_released(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    assert act(desk, Release(unit=unit)) == ["supervise.not_held"]
    assert act(desk, Release()) == ["supervise.one_of_them"]
    act(desk, Hold(unit, "safety"))
    assert act(desk, Override(unit, "outlet", "market"))[0] == "DispositionOverridden"
    assert act(desk, Release(unit=unit)) == ["supervise.not_held"], "it goes elsewhere now"


def test_a_cancelled_parcel_is_released_onto_its_lane_and_can_be_opened() -> None:
    desk = Desk()
    sign_in(desk, "200", Command.RECEIVE)
    parcel = receive(desk, ScanKind.RMA, "RMA2")
    supervise(desk)
    assert act(desk, Release(parcel=parcel)) == ["ParcelReleased", "ParcelLaneAssigned"]
    assert (desk.found(e.ParcelReleased).before, desk.found(e.ParcelLaneAssigned).lane) == ("cancelled", "WEAR")
    sign_in(desk, "200", Command.INSPECT)
    desk.scan((PARCEL, parcel))
    assert desk.types[0] == "ParcelOpened"
    assert act(supervise_after(desk), Release(parcel=parcel)) == ["supervise.not_held"]


def supervise_after(desk: Desk) -> Desk:
    desk.command(Command.CANCEL)
    return supervise(desk)


def test_a_danger_is_released_in_words_only() -> None:
    desk = Desk()
    sign_in(desk, "200", Command.RECEIVE)
    desk.scan((ScanKind.TRACKING, "T1"))
    parcel = desk.found(e.ParcelReceived).parcel
    for answer in ("intact", "leak"):
        desk.answer(answer)
    desk.command(Command.ACK)
    desk.scan((PARCEL, parcel))
    supervise(desk)
    assert act(desk, Release(parcel=parcel, why="safety")) == ["supervise.note_first"]
    assert act(desk, Release(parcel=parcel, why="safety", note="Only perfume"))[0] == "ParcelReleased"
    assert act(desk, Release(parcel="RLP404")) == ["supervise.unknown_parcel"]


# --- agree ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting() -> tuple[Desk, str]:
    """A shirt that was put aside until somebody agrees, in a tote of held goods."""
    desk = Desk()
    desk.world.rules = ASKED
    sign_in(desk, "200", Command.RECEIVE)
    receive(desk, ScanKind.RMA, "RMA1")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    desk.scan((ScanKind.GTIN, SHIRT))
    unit = desk.found(e.UnitIdentified).unit
    for answer in ("no", "fine", "OK", "put_aside"):
        desk.answer(answer)
    desk.scan((UNIT, unit))
    desk.command(Command.CANCEL)
    sort(desk, unit, "TOTEH")
    return supervise(desk), unit


def test_a_decision_that_waits_is_agreed_to_from_the_screen(waiting: tuple[Desk, str]) -> None:
    desk, unit = waiting
    assert act(desk, Approve(unit)) == ["DispositionApproved", "LabelRequested"]
    approved = desk.found(e.DispositionApproved)
    assert (approved.approver, approved.before, approved.disposition, approved.why) == ("sven", "resell", "resell", "")
    assert approved.container_before == "TOTEH"
    assert record(desk, unit) == ("decided", "resell", "BRESELL")
    assert act(desk, Approve(unit)) == ["supervise.nothing_to_approve"]


def test_it_can_be_decided_otherwise_instead_and_waits_no_more(waiting: tuple[Desk, str]) -> None:
    desk, unit = waiting
    assert act(desk, Hold(unit, "safety")) == ["supervise.held_already"]
    act(desk, Override(unit, "outlet", "client"))
    assert desk.found(e.DispositionOverridden).before == "resell"
    found = desk.world.records.unit(unit)
    assert found is not None
    assert (found.approval, found.disposition) == ("", "refurbish")


def test_what_another_station_decided_since_is_not_decided_here(shirt: tuple[Desk, str]) -> None:
    """The centre says it: this station's log does not know what was found there."""
    desk, unit = shirt
    known = desk.world.records.units[unit]
    desk.world.records.units[unit] = replace(known, outcome="outlet", disposition="refurbish", travels=("ground",))
    assert act(desk, Override(unit, "pallet", "market")) == ["supervise.elsewhere"]
    assert act(desk, Hold(unit, "safety"))[0] == "UnitHeld"


# --- parcels and containers -------------------------------------------------------------------------------------------


def test_a_parcel_is_sent_to_another_lane_from_and_to() -> None:
    desk = Desk()
    sign_in(desk, "200", Command.RECEIVE)
    parcel = receive(desk, ScanKind.TRACKING, "T1")
    supervise(desk)
    assert act(desk, Reassign(parcel, "WEAR")) == ["ParcelReassigned"]
    assert (desk.found(e.ParcelReassigned).before, desk.found(e.ParcelReassigned).lane) == ("TECH", "WEAR")
    assert hands(desk) == f"Bring parcel {parcel} to lane WEAR."
    assert act(desk, Reassign(parcel, "WEAR")) == ["supervise.same_lane"]
    assert act(desk, Reassign(parcel, "MOON")) == ["supervise.unknown_lane"]
    assert act(desk, Reassign("RLP404", "WEAR")) == ["supervise.unknown_parcel"]


def test_a_parcel_that_is_open_or_held_is_on_no_lane(shirt: tuple[Desk, str]) -> None:
    desk, _ = shirt
    (opened,) = (line.event.parcel for line in desk.world.records.log if isinstance(line.event, e.ParcelOpened))
    assert act(desk, Reassign(opened, "WEAR")) == ["supervise.not_waiting"]
    sign_in(desk, "200", Command.RECEIVE)
    held = receive(desk, ScanKind.RMA, "RMA2")
    supervise(desk)
    assert act(desk, Reassign(held, "WEAR")) == ["supervise.held_first"]


def test_a_closed_tote_takes_units_again(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    sort(desk, unit)
    supervise(desk)
    assert act(desk, Reopen("TOTE1")) == ["supervise.not_closed"]
    sign_in(desk, "200", Command.SORT)
    desk.scan((TOTE, "TOTE1"))
    desk.answer("close")
    supervise(desk)
    assert act(desk, Reopen("TOTE1", "capacity")) == ["ContainerReopened"]
    assert hands(desk).startswith("Remove the seal of TOTE1")
    sign_in(desk, "200", Command.SORT)
    desk.scan((TOTE, "TOTE1"))
    desk.answer("close")
    assert desk.types[0] == "ContainerClosed"
    assert act(supervise(desk), Reopen("TOTE404")) == ["supervise.unknown_container"]


def test_what_stands_on_a_pallet_stays_shut(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    sort(desk, unit)
    desk.answer("close")
    desk.scan((ScanKind.SSCC, "395200000000000021"))
    assert desk.types == ["ContainersConsolidated"]
    supervise(desk)
    for container in ("TOTE1", "395200000000000021"):
        assert act(desk, Reopen(container)) == ["supervise.not_closed"]


# --- troubles ---------------------------------------------------------------------------------------------------------


def test_a_trouble_is_settled_with_a_word_about_it(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    trouble = Trouble(kind="swap", subject_kind="unit", subject=unit)
    assert act(desk, Settle(trouble, "  ")) == ["supervise.note_first"]
    assert act(desk, Settle(trouble, "The shop sent the wrong one")) == ["TroubleSettled"]
    settled = desk.found(e.TroubleSettled)
    assert (settled.kind, settled.unit, settled.parcel, settled.note) == (
        "swap",
        unit,
        "",
        "The shop sent the wrong one",
    )


def test_what_is_unknown_or_mends_itself_is_not_settled(shirt: tuple[Desk, str]) -> None:
    desk, _ = shirt
    said_ = {
        Trouble(kind="printer", subject_kind="device", subject="labels"): "supervise.mends_itself",
        Trouble(kind="swap", subject_kind="unit", subject="RLU404"): "supervise.unknown_subject",
        Trouble(kind="wrong_tote", subject_kind="container", subject="TOTE404"): "supervise.unknown_subject",
        Trouble(kind="missing", subject_kind="parcel", subject="RLP404"): "supervise.unknown_subject",
        Trouble(kind="weather", subject_kind="parcel", subject="RLP404"): "supervise.unknown_trouble",
    }
    for trouble, why in said_.items():
        assert act(desk, Settle(trouble, "seen")) == [why]
    fork = Trouble(kind="fork", subject_kind="station", subject="dock-1")
    assert act(desk, Settle(fork, "The old machine is off", "task-7")) == ["TroubleSettled"]
    assert desk.found(e.TroubleSettled).task == "task-7"


# --- declared wrong ---------------------------------------------------------------------------------------------------


def seqs(desk: Desk, *kinds: type[e.Event]) -> tuple[int, ...]:
    return tuple(line.seq for line in desk.world.records.log if isinstance(line.event, kinds))


def test_an_earlier_input_is_declared_wrong_as_a_whole(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    sort(desk, unit)
    (placed,) = seqs(desk, e.UnitSorted)
    (opened,) = seqs(desk, e.ContainerOpened)
    supervise(desk)
    assert act(desk, Declare((placed,), "did_not_occur", "It lies elsewhere")) == ["CorrectionDeclared"]
    declared = desk.found(e.CorrectionDeclared)
    assert declared.corrects == (opened, placed), "the tote was opened by the same scan"
    assert (declared.units, declared.containers) == ((unit,), ("TOTE1",))
    assert (declared.reason, declared.note) == ("did_not_occur", "It lies elsewhere")
    assert record(desk, unit)[0] != "sorted"
    assert act(desk, Declare((placed,), "did_not_occur", "Once more")) == ["supervise.no_such_events"]
    desk.command(Command.UNDO)
    assert desk.types == ["undo.cancelled"]


def test_a_declaration_says_why_and_names_events_that_are_there(shirt: tuple[Desk, str]) -> None:
    desk, _ = shirt
    (placed,) = seqs(desk, e.UnitPlateConfirmed)
    assert act(desk, Declare((placed,), "", "no")) == ["supervise.why_first"]
    assert act(desk, Declare((placed,), "incorrect_data", "")) == ["supervise.note_first"]
    assert act(desk, Declare((9999,), "incorrect_data", "no")) == ["supervise.no_such_events"]
    assert act(desk, Declare((), "incorrect_data", "no")) == ["supervise.no_such_events"]
    assert act(desk, Declare(tuple(range(1, 200)), "incorrect_data", "no")) == ["supervise.no_such_events"]


def test_who_was_here_and_what_left_cannot_be_declared_away(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    for kind in (e.SignedIn, e.TaskChosen, e.SupervisionBegun):
        assert act(desk, Declare(seqs(desk, kind)[-1:], "did_not_occur", "no")) == ["supervise.stands"]
    sort(desk, unit)
    desk.answer("close")
    desk.answer("ship")
    desk.command(Command.OK)
    supervise(desk)
    assert act(desk, Declare(seqs(desk, e.ContainerShipped), "did_not_occur", "no")) == ["supervise.stands"]
    for seq in (*seqs(desk, e.UnitSorted), *seqs(desk, e.UnitIdentified)):
        assert act(desk, Declare((seq,), "did_not_occur", "no")) == ["supervise.left_already"]


def test_nothing_is_left_hanging_in_the_air(shirt: tuple[Desk, str]) -> None:
    """No events of a parcel that never came, and no unit that nobody can decide about any more."""
    desk, unit = shirt
    for kind in (e.ParcelReceived, e.ParcelOpened, e.UnitIdentified):
        assert act(desk, Declare(seqs(desk, kind), "did_not_occur", "no")) == ["supervise.built_upon"]
    assert act(desk, Declare(seqs(desk, e.DispositionDecided), "incorrect_data", "no")) == ["supervise.undecides"]
    sort(desk, unit)
    desk.answer("close")
    supervise(desk)
    assert act(desk, Declare(seqs(desk, e.UnitSorted), "did_not_occur", "no")) == ["supervise.built_upon"]
    assert act(desk, Declare(seqs(desk, e.ContainerClosed), "did_not_occur", "no")) == ["CorrectionDeclared"]
    assert act(desk, Declare(seqs(desk, e.UnitSorted), "did_not_occur", "no")) == ["CorrectionDeclared"]


def test_a_unit_that_was_booked_twice_is_declared_away_with_all_that_was_said_of_it() -> None:
    desk, unit = goods(SHIRT, "no", "fine")
    about = tuple(line.seq for line in desk.world.records.log if unit in e.subjects(line.event)[1])
    supervise(desk)
    assert act(desk, Declare(about, "did_not_occur", "Scanned twice")) == ["CorrectionDeclared"]
    assert desk.world.records.unit(unit) is None


# --- taken back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["override", "hold", "reassign", "reopen", "settle", "release"])
def test_an_act_is_taken_back_like_any_other_input(shirt: tuple[Desk, str], action: str) -> None:
    desk, unit = shirt
    sort(desk, unit)
    desk.answer("close")
    sign_in(desk, "200", Command.RECEIVE)
    parcel = receive(desk, ScanKind.TRACKING, "T5A")
    supervise(desk)
    if action == "release":
        act(desk, Hold(unit, "safety"))
    acts: dict[str, Action] = {
        "override": Override(unit, "outlet", "market"),
        "hold": Hold(unit, "safety"),
        "reassign": Reassign(parcel, "MIXED"),
        "reopen": Reopen("TOTE1"),
        "settle": Settle(Trouble(kind="swap", subject_kind="unit", subject=unit), "seen"),
        "release": Release(unit=unit),
    }
    records = desk.world.records
    before = (dict(records.units), dict(records.parcels), dict(records.containers), desk.session.state)
    act(desk, acts[action])
    assert desk.prompt.can_undo
    desk.command(Command.UNDO)
    assert desk.types == ["CorrectionDeclared"]
    assert (records.units, records.parcels, records.containers, desk.session.state) == before
    assert fold(initial(), records.log) == desk.session


def test_an_act_that_somebody_went_on_from_stands(shirt: tuple[Desk, str]) -> None:
    """At another station: this one still has it to take back."""
    desk, unit = shirt
    act(desk, Override(unit, "outlet", "market"))
    placed = e.UnitSorted(unit=unit, container="TOTE9", disposition="refurbish", client="acme")
    desk.record((e.ContainerOpened(container="TOTE9", disposition="refurbish", client="acme"), placed))
    desk.command(Command.UNDO)
    assert desk.types == ["undo.built_upon"]


# --- whatever is done -------------------------------------------------------------------------------------------------

_UNITS = st.sampled_from(["first", "second", "RLU404"])
_ACTS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Override, _UNITS, st.sampled_from([*OUTCOMES, "resell", "hold", "moon"]), st.sampled_from([*WHY, ""])),
    st.builds(Hold, _UNITS, st.sampled_from([*WHY, ""]), st.text(max_size=5)),
    st.builds(Release, _UNITS),
    st.builds(Approve, _UNITS),
    st.builds(Reopen, st.sampled_from(["TOTE1", "TOTE2", "TOTE404"])),
    st.builds(Reassign, st.sampled_from(["parcel", "RLP404"]), st.sampled_from(["WEAR", "TECH", "MIXED"])),
    st.builds(Declare, st.lists(st.integers(1, 80), max_size=3).map(tuple), st.just("did_not_occur"), st.just("no")),
)


@UNHURRIED
@given(st.lists(st.one_of(_ACTS, st.sampled_from(["sort first", "sort second", "undo", "close"])), max_size=25))
def test_whatever_is_done_a_dangerous_unit_never_flies_and_a_tote_holds_one_kind(steps: list[Action | str]) -> None:
    desk, first = goods(SHIRT, "no", "fine")
    second = swollen(desk)
    sign_in(desk, "200", Command.RECEIVE)
    names = {"first": first, "second": second, "parcel": receive(desk, ScanKind.TRACKING, "T5A")}
    supervise(desk)
    for step in steps:
        if isinstance(step, str):
            by_hand(desk, step, names)
            continue
        named = {
            field: names.get(value, value)
            for field in step.__struct_fields__
            if isinstance(value := getattr(step, field), str)
        }
        act(desk, replace(step, **named))
        for event in desk.last if not isinstance(desk.last, Refusal) else ():
            if isinstance(event, e.DispositionOverridden) and event.unit == second:
                assert "air" not in event.travels
                assert "shared" not in event.packs
    for container in desk.world.records.containers.values():
        inside = [desk.world.records.units[unit] for unit in container.units]
        assert all(unit.container == container.container for unit in inside)
        assert {unit.disposition for unit in inside} <= {container.disposition}


def by_hand(desk: Desk, step: str, names: dict[str, str]) -> None:
    if step == "undo":
        desk.command(Command.UNDO)
        return
    sign_in(desk, "200", Command.SORT)
    if step == "close":
        desk.scan((TOTE, "TOTE1"))
        desk.answer("close")
    else:
        desk.scan((UNIT, names[step.removeprefix("sort ")]))
        desk.scan((TOTE, "TOTE1"))
    desk.command(Command.ACK)
    desk.command(Command.CANCEL)
    supervise(desk)


def test_a_shoe_of_another_client_gets_a_bin_of_its_own_outcome() -> None:
    desk, unit = goods(BETA_SHOE, "no", "fine", rma="RMA5")
    supervise(desk)
    act(desk, Override(unit, "pallet", "client"))
    assert desk.found(e.DispositionOverridden).bin == "BHOLD", "no bin takes what is liquidated"
    assert desk.found(e.DispositionOverridden).client == "beta"


def test_a_session_with_acts_is_stored_and_read_back(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    act(desk, Hold(unit, "safety"))
    half = [line for line in desk.world.records.log if line.cause < desk.world.records.log[-1].cause]
    stored: Session = fold(initial(), half)
    assert fold(stored, desk.world.records.log[len(half) :]) == desk.session
