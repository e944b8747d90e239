"""Work on a unit, step by step: timed, with parts and evidence, then graded and decided anew."""

from __future__ import annotations

import pytest
from catalogue_check import check_prompt, spoken
from workflow_goods import PHONE, SHIRT, WORK, WORK_RULES
from world import Desk, desk_at, inspect_unit, receive

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.rework import WorkTable
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.workflow import Command, at_rest, fold, initial
from rl_station.workflow.state import Reworking

UNIT, TOTE, TEXT = ScanKind.UNIT_PLATE, ScanKind.CONTAINER, ScanKind.TEXT
SECOND = 1_000_000


def refused(desk: Desk) -> Refusal:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last


def job(desk: Desk) -> Reworking:
    assert isinstance(desk.session.state.job, Reworking)
    return desk.session.state.job


def to_rework(desk: Desk) -> None:
    desk.command(Command.CANCEL)
    desk.command(Command.REWORK)


def bench() -> Desk:
    desk = desk_at("receive")
    desk.world.rules, desk.world.rework = WORK_RULES, WORK
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    return desk


@pytest.fixture
def phone() -> tuple[Desk, str]:
    """A phone with data on it, and the rework station."""
    desk = bench()
    desk.scan(Meaning(ScanKind.GTIN, PHONE, "gs1", (("21", "SN1"),)))
    unit = desk.found(e.UnitIdentified).unit
    for answer in ("no", "no", "no", "fine"):
        desk.answer(answer)
    desk.command(Command.OK)
    desk.scan((UNIT, unit))
    to_rework(desk)
    return desk, unit


@pytest.fixture
def shirt() -> tuple[Desk, str]:
    """A worn shirt that has to be cleaned, and the rework station."""
    desk = bench()
    unit = inspect_unit(desk, SHIRT, "no", "bad")
    to_rework(desk)
    return desk, unit


def wipe(desk: Desk) -> None:
    desk.answer("by_purge")
    desk.world.now += 61 * SECOND
    desk.command(Command.DONE)
    desk.scan((TEXT, "CERT-77"))


def test_a_phone_is_wiped_cleaned_and_repacked_then_graded_anew_and_resold(phone: tuple[Desk, str]) -> None:
    desk, unit = phone
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitTakenUp", "ReworkStepBegun"]
    assert [spoken(line.label) for line in desk.prompt.checklist] == ["Löschen", "Clean it", "Repack it"]
    wipe(desk)
    assert desk.types == ["ReworkStepEnded", "ReworkStepBegun"]
    desk.answer("not_needed")
    desk.world.now += 20 * SECOND
    desk.command(Command.DONE)
    assert desk.types == ["ReworkStepEnded", "RegradeBegun"]
    for answer in ("no", "yes", "no", "fine"):
        assert desk.step == "rework.question"
        check_prompt(desk.prompt)
        desk.answer(answer)
    desk.command(Command.OK)
    assert desk.types == ["DispositionDecided", "LabelRequested", "ReworkFinished"]
    finished = desk.found(e.ReworkFinished)
    assert (finished.before, finished.disposition) == ("refurbish", "resell")
    assert finished.grade == "F5 C6 complete"
    desk.scan((UNIT, unit))
    assert desk.types == ["UnitPlateConfirmed"]
    assert at_rest(desk.session.state)


def test_a_wipe_is_only_done_with_its_method_and_its_evidence(phone: tuple[Desk, str]) -> None:
    desk, unit = phone
    desk.scan((UNIT, unit))
    assert desk.step == "rework.method"
    desk.command(Command.DONE)
    assert refused(desk).code == "rework.expected_method"
    desk.answer("by_clear")
    desk.world.now += 60 * SECOND
    desk.command(Command.DONE)
    assert desk.types == ["ReworkResultSaid"]
    assert desk.step == "rework.evidence"
    desk.scan((TOTE, "TOTE1"))
    assert refused(desk).code == "scan.wrong_kind"
    desk.scan((TEXT, "X" * 300))
    assert refused(desk).code == "rework.evidence_too_long"
    desk.scan((TEXT, "CERT-77"))
    ended = desk.found(e.ReworkStepEnded)
    assert (ended.step, ended.method, ended.evidence, ended.seconds) == ("wipe", "clear", "CERT-77", 60)


def test_a_step_that_ends_too_soon_is_asked_about_and_says_how_long_it_took(phone: tuple[Desk, str]) -> None:
    desk, unit = phone
    desk.scan((UNIT, unit))
    desk.answer("by_clear")
    desk.world.now += 12 * SECOND
    desk.answer("done")
    assert desk.step == "rework.early"
    assert desk.prompt.detail is not None
    assert "12" in spoken(desk.prompt.detail)
    desk.answer("work_on")
    assert desk.step == "rework.work"
    desk.world.now += 3 * SECOND
    desk.answer("done")
    desk.answer("sure")
    assert desk.step == "rework.evidence"
    desk.scan((TEXT, "CERT-1"))
    ended = desk.found(e.ReworkStepEnded)
    assert (ended.seconds, ended.least, ended.result) == (15, 60, "done")


def test_a_step_that_failed_needs_neither_time_nor_evidence_and_leads_where_the_site_says(
    phone: tuple[Desk, str],
) -> None:
    desk, unit = phone
    desk.scan((UNIT, unit))
    desk.answer("by_clear")
    desk.answer("failed")
    assert desk.types == ["ReworkStepEnded", "RegradeBegun"]
    assert desk.found(e.ReworkStepEnded).steps == ()


def test_a_result_can_bring_in_another_step_before_the_rest(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.scan((UNIT, unit))
    desk.answer("failed")
    assert job(desk).steps == ("steam",)
    assert spoken(desk.prompt.instruction) == "Steam it"


def test_parts_are_scanned_or_chosen_and_counted(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.scan((UNIT, unit))
    desk.answer("part_cloth")
    desk.answer("part_cloth")
    desk.scan((TEXT, "SP-CABLE"))
    assert [spoken(found.value) for found in desk.prompt.facts if found.label.code == "fact.part"] == [
        "2 x Cloth",
        "1 x Cable",
    ]
    desk.command(Command.UNDO)
    desk.scan((TEXT, "SP-UNHEARD"))
    assert refused(desk).code == "rework.unknown_part"
    desk.command(Command.DONE)
    assert desk.found(e.ReworkStepEnded).parts == (("cloth", 2),)


def test_answers_from_before_the_work_are_shown_beside_the_questions(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.scan((UNIT, unit))
    desk.command(Command.DONE)
    desk.answer("no")
    before = next(found for found in desk.prompt.facts if found.label.code == "fact.before")
    assert spoken(before.value) == "Bad"


def test_the_label_stays_where_the_work_changed_nothing(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.scan((UNIT, unit))
    desk.command(Command.DONE)
    for answer in ("no", "bad"):
        desk.answer(answer)
    desk.command(Command.OK)
    assert "LabelRequested" not in desk.types
    assert desk.found(e.ReworkFinished).relabelled is False
    assert at_rest(desk.session.state)


def test_a_unit_whose_work_was_begun_is_not_sorted_and_says_where_it_belongs(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.scan((UNIT, unit))
    desk.answer("part_cloth")
    desk.command(Command.CANCEL)
    assert desk.types == ["ReworkSetAside"]
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    assert refused(desk).code == "sort.in_rework"
    assert "BREFURB" in spoken(refused(desk).message)


def test_work_that_was_put_aside_goes_on_where_it_was(phone: tuple[Desk, str]) -> None:
    desk, unit = phone
    desk.scan((UNIT, unit))
    wipe(desk)
    desk.command(Command.CANCEL)
    desk.scan((UNIT, unit))
    assert job(desk).steps == ("clean", "repack")
    desk.command(Command.DONE)
    desk.answer("failed")
    desk.answer("no")
    desk.command(Command.CANCEL)
    desk.scan((UNIT, unit))
    assert desk.step == "rework.question"
    assert spoken(desk.prompt.instruction) == "Wiped?"


def test_a_unit_that_was_only_looked_at_was_never_taken_up(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.scan((UNIT, unit))
    desk.command(Command.CANCEL)
    assert desk.types == ["CorrectionDeclared"]
    record = desk.world.records.unit(unit)
    assert record is not None
    assert record.status != "rework"


def test_a_unit_is_out_of_its_tote_while_it_is_worked_on_and_back_in_it_after_undo(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.command(Command.SORT)
    desk.scan((UNIT, unit))
    desk.scan((TOTE, "TOTE1"))
    desk.answer("close")
    desk.command(Command.REWORK)
    desk.scan((UNIT, unit))
    assert desk.world.records.containers["TOTE1"].units == ()
    desk.command(Command.UNDO)
    assert desk.world.records.containers["TOTE1"].units == (unit,)
    assert desk.session.notice is not None
    assert "TOTE1" in spoken(desk.session.notice)


def test_every_input_can_be_undone_back_to_the_scan(phone: tuple[Desk, str]) -> None:
    desk, unit = phone
    before = desk.session.state
    desk.scan((UNIT, unit))
    wipe(desk)
    desk.command(Command.DONE)
    desk.answer("failed")
    for answer in ("no", "yes", "no", "fine"):
        desk.answer(answer)
    desk.command(Command.OK)
    steps: list[str] = []
    while desk.session.state.job is not None:
        steps.append(desk.step)
        desk.command(Command.UNDO)
        assert desk.types == ["CorrectionDeclared"]
    assert steps[:3] == ["rework.plate", "rework.grade", "rework.question"]
    assert desk.session.state.job == before.job
    record = desk.world.records.unit(unit)
    assert record is not None
    assert (record.status, record.disposition) == ("decided", "refurbish")


def test_a_session_folded_from_the_log_stands_where_the_one_that_lived_does(phone: tuple[Desk, str]) -> None:
    desk, unit = phone
    desk.scan((UNIT, unit))
    wipe(desk)
    desk.answer("part_cloth")
    assert fold(initial(), desk.world.records.log).state == desk.session.state


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ((UNIT, "RLUX010000009Z"), "rework.unknown_unit"),
        ((TOTE, "TOTE1"), "scan.wrong_kind"),
        ((ScanKind.GTIN, SHIRT), "scan.wrong_kind"),
    ],
)
def test_only_a_unit_of_this_station_can_be_worked_on(
    shirt: tuple[Desk, str], code: tuple[ScanKind, str], said: str
) -> None:
    desk, _ = shirt
    desk.scan(code)
    assert refused(desk).code == said


def test_a_unit_that_the_log_no_longer_knows_is_put_down_again(shirt: tuple[Desk, str]) -> None:
    """Taken up before an old image was restored: nothing but an UNDO let the worker go."""
    desk, _ = shirt
    desk.follow(desk.record((e.UnitTakenUp(unit="RLUX010000009Z", parcel="RLPX01", work="approval"),)))
    desk.command(Command.DONE)
    assert refused(desk).code == "rework.scan_unit_first"
    assert desk.prompt.can_cancel
    desk.command(Command.CANCEL)
    assert desk.types == ["CorrectionDeclared"]
    assert at_rest(desk.session.state)


def test_a_unit_without_work_is_sent_to_its_bin(shirt: tuple[Desk, str]) -> None:
    desk, _ = shirt
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    unit = inspect_unit(desk, SHIRT, "no", "fine")
    to_rework(desk)
    desk.scan((UNIT, unit))
    assert refused(desk).code == "rework.nothing_to_do"
    assert "BRESELL" in spoken(refused(desk).message)


def test_a_step_that_the_site_no_longer_has_can_still_be_finished(shirt: tuple[Desk, str]) -> None:
    desk, unit = shirt
    desk.world.rework = WorkTable()
    desk.scan((UNIT, unit))
    assert spoken(desk.prompt.instruction) == "clean"
    desk.command(Command.DONE)
    assert "RegradeBegun" in desk.types


def test_somebody_who_may_not_grade_may_not_rework() -> None:
    desk = desk_at("receive", "100")
    desk.command(Command.REWORK)
    assert refused(desk).code == "task.not_allowed"
