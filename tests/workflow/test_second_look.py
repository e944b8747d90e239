"""A unit is graded again by somebody else, who sees nothing of what was found, and nothing of the unit changes."""

from __future__ import annotations

import pytest
from catalogue_check import check_prompt, spoken
from msgspec.structs import replace
from workflow_goods import CHECKLISTS, PHONE, RECALLED, SHIRT, WORK, WORK_RULES
from world import Desk, desk_at, inspect_unit, receive

from rl_station.domain import events as e
from rl_station.domain.checklist import Checklist, Option, Question, Scope
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.domain.second_look import WHOLE, SecondLookShares
from rl_station.workflow import Command, Tone, at_rest, fold, initial, said
from rl_station.workflow.knowledge import UnitRecord
from rl_station.workflow.state import LookedAgain, LookingAgain

UNIT, TOTE, BADGE = ScanKind.UNIT_PLATE, ScanKind.CONTAINER, ScanKind.BADGE
PRIYA, SVEN, MARA = "200", "300", "100"
EVERY = SecondLookShares(share=WHOLE, bin="BLOOK")


def bench(shares: SecondLookShares = EVERY) -> Desk:
    """Priya at the bench, the parcel of phone and shirts open."""
    desk = desk_at("receive", PRIYA)
    desk.world.second_look = shares
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    return desk


def phone(desk: Desk, swollen: str = "no", state: str = "fine") -> str:
    """Until its label is on; gives its plate."""
    desk.scan(Meaning(ScanKind.GTIN, PHONE, "gs1", (("21", "SN1"),)))
    unit = desk.found(e.UnitIdentified).unit
    for answer in (swollen, "yes", "no", state):
        if desk.step == "inspect.question":
            desk.answer(answer)
    if desk.step == "inspect.grade":
        desk.command(Command.OK)
    desk.command(Command.ACK)
    desk.scan((UNIT, unit))
    return unit


def hand_over(desk: Desk, badge: str = SVEN, task: Command = Command.SECOND_LOOK) -> None:
    """Somebody else comes to the station."""
    desk.command(Command.CANCEL)
    desk.scan((BADGE, badge))
    desk.command(task)


def look(desk: Desk, unit: str, *answers: str) -> None:
    desk.scan((UNIT, unit))
    for answer in answers:
        desk.answer(answer)


def refused(desk: Desk) -> Refusal:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last


def record(desk: Desk, unit: str) -> UnitRecord:
    found = desk.world.records.unit(unit)
    assert found is not None
    return found


def detail(desk: Desk) -> str:
    assert desk.prompt.detail is not None
    return spoken(desk.prompt.detail)


# --- which units, and what the bench says -----------------------------------------------------------------------------


def test_the_bench_says_where_a_chosen_unit_goes_once_its_plate_is_on_and_not_before() -> None:
    desk = bench()
    desk.scan((ScanKind.GTIN, SHIRT))
    unit = desk.found(e.UnitIdentified).unit
    shown: list[str] = []
    for answer in ("no", "fine"):
        desk.answer(answer)
        shown.append(repr(desk.prompt))
    desk.command(Command.OK)
    shown.append(repr(desk.prompt))
    assert not any("BLOOK" in each or "second_look" in each for each in shown)
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitPlateConfirmed", "SecondLookAsked"]
    assert "BLOOK" in detail(desk)
    check_prompt(desk.prompt)
    assert not isinstance(desk.last, Refusal)
    tone, line = said(desk.last)
    assert (tone, line.code) == (Tone.WARN, "done.SecondLookAsked")
    assert unit in spoken(line)


def test_without_a_place_for_them_a_chosen_unit_is_only_marked_and_goes_its_way() -> None:
    desk = bench(SecondLookShares(share=WHOLE))
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    assert desk.types == ["UnitPlateConfirmed", "SecondLookAsked"]
    assert unit not in detail(desk)
    hand_over(desk, PRIYA, Command.SORT)
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    assert any(fact.label.code == "fact.second_look" for fact in desk.prompt.facts)
    desk.scan((TOTE, "TOTE1"))
    assert desk.types[-1] == "UnitSorted"


def test_nobody_hears_of_second_looks_where_the_site_wants_none() -> None:
    desk = bench(SecondLookShares(bin="BLOOK"))
    inspect_unit(desk, SHIRT, "no", "fine")
    assert desk.types == ["UnitPlateConfirmed"]


@pytest.mark.parametrize(("who", "asked"), [("priya", True), ("sven", False)])
def test_the_share_is_that_of_whoever_graded_it(who: str, asked: bool) -> None:
    desk = bench(SecondLookShares(operators=((who, WHOLE),)))
    inspect_unit(desk, SHIRT, "no", "fine")
    assert ("SecondLookAsked" in desk.types) is asked


def test_the_share_can_be_that_of_a_grade() -> None:
    desk = bench(SecondLookShares(grades=(("F3", WHOLE),)))
    inspect_unit(desk, SHIRT, "no", "fine")
    assert desk.types == ["UnitPlateConfirmed"]
    inspect_unit(desk, SHIRT, "no", "bad")
    assert desk.types == ["UnitPlateConfirmed", "SecondLookAsked"]


def test_what_goes_on_hold_for_a_danger_is_not_handled_once_more() -> None:
    desk = bench()
    phone(desk, swollen="yes")
    assert desk.types == ["UnitPlateConfirmed"]


def test_taking_the_plate_back_takes_the_choice_back_with_it() -> None:
    desk = bench()
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    desk.command(Command.UNDO)
    assert desk.step == "inspect.plate"
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitPlateConfirmed", "SecondLookAsked"]


# --- the look itself --------------------------------------------------------------------------------------------------


@pytest.fixture
def shirt() -> tuple[Desk, str]:
    """A shirt that Priya graded, and Sven at the second look."""
    desk = bench()
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    hand_over(desk)
    return desk, unit


def test_the_same_questions_are_asked_again_and_both_answers_stand_side_by_side(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    before = record(desk, unit)
    look(desk, unit)
    begun = desk.found(e.SecondLookBegun)
    assert (begun.inspector, begun.looker, begun.chosen) == ("priya", "sven", True)
    assert spoken(desk.prompt.instruction) == "Sealed?"
    desk.answer("no")
    assert desk.types == ["SecondAnswerGiven"]
    assert spoken(desk.prompt.instruction) == "State?"
    desk.answer("bad")
    taken = desk.found(e.SecondLookTaken)
    assert (taken.inspector, taken.functional, taken.cosmetic, taken.packaging) == ("priya", "F3", "C1", "complete")
    assert taken.pairs == (
        ("apparel.sealed", "no", "no"),
        ("apparel.state", "fine", "bad"),
        ("functional", "F5", "F3"),
        ("cosmetic", "C6", "C1"),
        ("packaging", "complete", "complete"),
    )
    assert replace(record(desk, unit), troubles=()) == before
    assert [trouble.kind for trouble in record(desk, unit).troubles] == ["disagreement"]


def test_afterwards_the_screen_tells_where_it_goes_as_it_was_decided(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit, "no", "bad")
    assert desk.step == "second_look.place"
    assert desk.prompt.destination is not None
    assert spoken(desk.prompt.destination).endswith("BRESELL")
    assert at_rest(desk.session.state)
    check_prompt(desk.prompt)


def test_nothing_that_was_found_before_is_shown_while_it_is_looked_at(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit)
    for answer in ("no", "bad"):
        assert desk.step == "second_look.question"
        codes = {fact.label.code for fact in desk.prompt.facts}
        assert not codes & {
            "fact.functional",
            "fact.cosmetic",
            "fact.disposition",
            "fact.why",
            "fact.before",
            "fact.place",
        }
        assert desk.prompt.destination is None
        assert "priya" not in repr(desk.prompt).casefold()
        assert not any(word in repr(desk.prompt) for word in ("F5", "C6", "BRESELL"))
        check_prompt(desk.prompt)
        desk.answer(answer)


def test_a_phone_is_asked_about_dangers_and_data_like_the_first_time() -> None:
    desk = bench()
    unit = phone(desk)
    hand_over(desk)
    look(desk, unit)
    asked: list[str] = []
    for answer in ("no", "no", "no", "fine"):
        asked.append(spoken(desk.prompt.instruction))
        desk.answer(answer)
    assert asked == ["Swollen?", "Wiped?", "Sealed?", "State?"]
    pairs = {name: (one, other) for name, one, other in desk.found(e.SecondLookTaken).pairs}
    assert pairs["data.wiped"] == ("yes", "no")
    assert pairs["hazard.swollen"] == ("no", "no")


def test_a_question_that_only_one_of_them_was_asked_is_nothing_to_agree_on() -> None:
    desk = bench()
    unit = inspect_unit(desk, SHIRT, "yes")
    hand_over(desk)
    look(desk, unit, "no", "fine")
    names = [name for name, *_ in desk.found(e.SecondLookTaken).pairs]
    assert names == ["apparel.sealed", "functional", "cosmetic", "packaging"]


def test_the_questions_are_those_of_the_checklist_it_was_graded_by_and_not_todays() -> None:
    desk = bench()
    then = replace(CHECKLISTS["apparel"], version="1")
    desk.world.checklists = {**CHECKLISTS, "apparel": then}
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    today = Checklist(
        "apparel", "apparel", (Question("smell", "Smell?", (Option("no", "No"),)),), "2", Scope("apparel")
    )
    desk.world.checklists = {**CHECKLISTS, "apparel": today}
    desk.world.former = {("apparel", "1"): then}
    hand_over(desk)
    look(desk, unit)
    assert spoken(desk.prompt.instruction) == "Sealed?"
    desk.answer("no")
    assert desk.found(e.SecondAnswerGiven).version == "1"


def test_a_danger_that_the_first_look_missed_stops_everybody_and_the_unit() -> None:
    desk = bench()
    unit = phone(desk)
    hand_over(desk)
    look(desk, unit, "yes")
    taken = desk.found(e.SecondLookTaken)
    assert (taken.hazards, taken.functional, taken.cosmetic) == (("swelling",), "", "")
    assert ("hazard.swollen", "no", "yes") in taken.pairs
    assert ("functional", "F5", "") in taken.pairs
    assert desk.prompt.alarm is not None
    assert desk.prompt.alarm.message.code == "alarm.unit_hazard"
    desk.command(Command.ACK)
    assert desk.step == "second_look.danger"
    assert desk.prompt.destination is None
    check_prompt(desk.prompt)
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    assert (refused(desk).code, refused(desk).blocking) == ("sort.danger", True)


def test_a_supervisors_word_on_the_danger_lets_the_unit_go_on() -> None:
    desk = bench()
    unit = phone(desk)
    hand_over(desk)
    look(desk, unit, "yes")
    desk.command(Command.ACK)
    desk.follow(desk.record((e.TroubleSettled(kind="hazard", note="It was a dent.", unit=unit),)))
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitPresented"]


# --- put down, taken up, taken back -----------------------------------------------------------------------------------


def test_put_down_and_taken_up_by_the_same_person_it_goes_on_where_it_was(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit, "no")
    desk.command(Command.CANCEL)
    assert desk.types == ["SecondLookLeft"]
    assert at_rest(desk.session.state)
    assert desk.step == "second_look.unit"
    look(desk, unit)
    assert spoken(desk.prompt.instruction) == "State?"
    desk.answer("fine")
    assert [pair[0] for pair in desk.found(e.SecondLookTaken).pairs][:2] == ["apparel.sealed", "apparel.state"]


def test_whoever_takes_up_anothers_begun_look_begins_it_anew(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit, "no")
    desk.command(Command.CANCEL)
    look_of_another = e.SecondLookBegun(unit=unit, parcel=record(desk, unit).parcel, inspector="priya", looker="tomasz")
    desk.follow(desk.record((look_of_another,)))
    assert spoken(desk.prompt.instruction) == "Sealed?"


def test_a_unit_that_was_only_scanned_was_never_looked_at(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit)
    desk.command(Command.CANCEL)
    assert desk.types == ["CorrectionDeclared"]
    assert not any(isinstance(event, e.SecondLookBegun) for event in desk.world.records.unit_events(unit))


def test_undo_takes_back_answer_by_answer_and_the_look_with_the_last(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit, "no", "bad")
    desk.command(Command.UNDO)
    assert spoken(desk.prompt.instruction) == "State?"
    assert isinstance(desk.session.state.job, LookingAgain)
    desk.command(Command.UNDO)
    assert spoken(desk.prompt.instruction) == "Sealed?"
    desk.command(Command.UNDO)
    assert desk.step == "second_look.unit"
    look(desk, unit, "no", "fine")
    assert desk.found(e.SecondLookTaken).functional == "F5"


def test_undoing_the_danger_ends_its_alarm_and_opens_the_question_again() -> None:
    desk = bench()
    unit = phone(desk)
    hand_over(desk)
    look(desk, unit, "yes")
    desk.command(Command.UNDO)
    assert desk.prompt.alarm is None
    assert spoken(desk.prompt.instruction) == "Swollen?"


def test_after_a_crash_it_goes_on_from_the_log(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit, "no")
    assert fold(initial(), desk.world.records.log) == desk.session
    desk.answer("bad")
    assert fold(initial(), desk.world.records.log) == desk.session
    assert isinstance(desk.session.state.job, LookedAgain)


# --- refused ----------------------------------------------------------------------------------------------------------


def test_whoever_graded_it_cannot_look_at_it_again() -> None:
    desk = bench()
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    desk.command(Command.CANCEL)
    desk.command(Command.SECOND_LOOK)
    look(desk, unit)
    assert refused(desk).code == "second_look.own"
    assert "Priya" in spoken(refused(desk).message)


def test_a_unit_that_was_not_chosen_can_be_looked_at_and_it_is_said() -> None:
    desk = bench(SecondLookShares())
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    hand_over(desk)
    look(desk, unit)
    assert desk.found(e.SecondLookBegun).chosen is False
    assert not isinstance(desk.last, Refusal)
    tone, line = said(desk.last)
    assert (tone, line.code) == (Tone.WARN, "second_look.not_chosen")
    assert unit in spoken(line)
    desk.answer("no")
    desk.answer("fine")
    assert desk.step == "second_look.place"


def test_once_is_enough_for_a_grade(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    look(desk, unit, "no", "fine")
    look(desk, unit)
    assert refused(desk).code == "second_look.taken"
    assert "BRESELL" in spoken(refused(desk).message)


def test_sorted_and_shipped_units_are_left_where_they_are(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    desk.scan((TOTE, "TOTE1"))
    desk.command(Command.SECOND_LOOK)
    look(desk, unit)
    assert refused(desk).code == "second_look.sorted"
    assert "TOTE1" in spoken(refused(desk).message)
    desk.world.records.units[unit] = replace(record(desk, unit), status="shipped")
    look(desk, unit)
    assert refused(desk).code == "second_look.shipped"


def test_a_unit_on_hold_waits_for_a_supervisor_and_not_for_a_second_look() -> None:
    desk = bench()
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    desk.world.records.units[unit] = replace(record(desk, unit), held="condition")
    hand_over(desk)
    look(desk, unit)
    assert refused(desk).code == "second_look.on_hold"


def test_a_unit_without_a_grade_is_nothing_to_compare() -> None:
    desk = bench()
    unit = phone(desk, swollen="yes")
    hand_over(desk)
    desk.world.records.units[unit] = replace(record(desk, unit), disposition="destroy")
    look(desk, unit)
    assert refused(desk).code == "second_look.ungraded"


def test_a_recalled_unit_is_left_alone() -> None:
    desk = desk_at("receive", PRIYA)
    desk.world.second_look = EVERY
    receive(desk, ScanKind.SSCC, "395200000000000014")
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA6"))
    desk.scan((ScanKind.GTIN, RECALLED))
    unit = desk.found(e.UnitIdentified).unit
    desk.command(Command.ACK)
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitPlateConfirmed"]
    hand_over(desk)
    look(desk, unit)
    assert refused(desk).code == "second_look.recalled"


def test_unknown_units_other_codes_and_units_still_on_the_bench_are_refused_with_what_to_do() -> None:
    desk = bench()
    desk.scan((ScanKind.GTIN, SHIRT))
    unit = desk.found(e.UnitIdentified).unit
    desk.world.records.log.clear()
    desk.session = initial()
    desk.scan((BADGE, SVEN))
    desk.command(Command.SECOND_LOOK)
    look(desk, unit)
    assert refused(desk).code == "second_look.undecided"
    look(desk, "RLUX0000000000")
    assert refused(desk).code == "second_look.unknown_unit"
    desk.scan((TOTE, "TOTE1"))
    assert refused(desk).code == "scan.wrong_kind"
    desk.command(Command.CANCEL)
    assert refused(desk).code == "nothing.in_hand"
    desk.answer("no")
    assert refused(desk).code == "second_look.scan_unit_first"


def test_only_who_may_grade_may_grade_again() -> None:
    desk = desk_at("receive", MARA)
    desk.command(Command.SECOND_LOOK)
    assert refused(desk).code == "task.not_allowed"


# --- with other work --------------------------------------------------------------------------------------------------


def test_a_unit_graded_anew_after_rework_is_looked_at_again_for_its_new_grade() -> None:
    desk = bench()
    desk.world.rules, desk.world.rework = WORK_RULES, WORK
    unit = inspect_unit(desk, SHIRT, "no", "bad")
    assert "SecondLookAsked" in desk.types
    hand_over(desk)
    look(desk, unit, "no", "bad")
    desk.command(Command.REWORK)
    desk.scan((UNIT, unit))
    desk.command(Command.DONE)
    desk.command(Command.SECOND_LOOK)
    assert refused(desk).code == "task.finish_first"
    for answer in ("no", "fine"):
        desk.answer(answer)
    desk.command(Command.OK)
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitPlateConfirmed", "SecondLookAsked"]
    desk.command(Command.SECOND_LOOK)
    look(desk, unit)
    assert refused(desk).code == "second_look.own"
    desk.scan((BADGE, PRIYA))
    desk.command(Command.SECOND_LOOK)
    look(desk, unit, "no", "bad")
    assert desk.found(e.SecondLookTaken).inspector == "sven"
    assert ("functional", "F5", "F3") in desk.found(e.SecondLookTaken).pairs


def test_of_a_unit_that_another_station_graded_the_grades_are_compared(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.world.records.log[:] = [line for line in desk.world.records.log if unit not in e.subjects(line.event)[1]]
    look(desk, unit, "no", "fine")
    taken = desk.found(e.SecondLookTaken)
    assert taken.pairs == (
        ("functional", "F5", "F5"),
        ("cosmetic", "C6", "C6"),
        ("packaging", "complete", "complete"),
    )
