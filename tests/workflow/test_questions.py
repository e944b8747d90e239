"""Questions that are more than a choice: measured, typed, scanned, photographed, timed; and those that depend on others."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from workflow_goods import CHECKLISTS, SHIRT, SHOE_TAG, TOY
from world import Desk, desk_at, receive, scan_of

from rl_station.domain import events as e
from rl_station.domain.checklist import Checklist, Option, Question, Scope, names_of
from rl_station.domain.conditions import Condition, compile_condition
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import ScanKind
from rl_station.workflow.inputs import Command

SECOND = 1_000_000
IDS = (("wear", "number"), ("note", "text"), ("tag", "scan"), ("photo", "photo"), ("soak", "timer"), ("look", "choice"))


def when(source: str) -> Condition:
    return compile_condition(source, (names_of(IDS),))


def band(id_: str, source: str, **effect: str) -> Option:
    return Option(id_, id_, when=compile_condition(source, ({"answer": 0},)), **effect)  # type: ignore[arg-type]  # all texts


WEAR = Question(
    "wear",
    "Wear?",
    (Option("unknown", "Not shown"),),
    kind="number",
    unit="%",
    most=100,
    bands=(band("little", "answer < 20"), band("much", "answer >= 20", cosmetic="C3", command="MUCH")),
)
NOTE = Question("note", "Note?", (), kind="text", bands=(Option("given", "-", flags=("noted",)),))
TAG = Question("tag", "Tag?", (), kind="scan", codes=("epc",), bands=(Option("given", "-"),))
PHOTO = Question("photo", "Photo?", (Option("none", "None"),), kind="photo", bands=(Option("given", "-"),))
SOAK = Question("soak", "Soak", (Option("broke", "Broke"),), kind="timer", seconds=40, bands=(Option("given", "-"),))
LOOK = Question("look", "Look?", (Option("good", "Good", functional="F5"), Option("bad", "Bad", functional="F1")))


def apparel(*questions: Question, version: str = "v1") -> Mapping[str, Checklist]:
    return {**CHECKLISTS, "apparel": Checklist("apparel", "Apparel", questions, version, Scope("apparel"))}


def bench(*questions: Question, code: str = SHIRT, parcel: str = "T1") -> Desk:
    """A shirt on the bench whose checklist has these questions."""
    desk = desk_at("inspect")
    desk.world.checklists = apparel(*questions)
    desk.command(Command.RECEIVE)
    plate = receive(desk, value=parcel)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.PARCEL_PLATE, plate))
    desk.scan((ScanKind.GTIN, code))
    return desk


@pytest.mark.parametrize("said", ["37", "37 %", "37%", " 037 "])
def test_a_number_is_typed_or_scanned_with_or_without_its_unit(said: str) -> None:
    desk = bench(WEAR, LOOK)
    desk.scan((ScanKind.TEXT, said))
    answered = desk.found(e.UnitQuestionAnswered)
    assert (answered.answer, answered.value, answered.version) == ("much", "37", "v1")
    desk.answer("good")
    assert desk.found(e.UnitGraded).cosmetic == "C3"


def test_the_ends_of_the_range_are_taken() -> None:
    for number, wanted in (("0", "little"), ("19", "little"), ("20", "much"), ("100", "much")):
        desk = bench(WEAR)
        desk.scan((ScanKind.TEXT, number))
        assert desk.found(e.UnitQuestionAnswered).answer == wanted


@pytest.mark.parametrize("said", ["101", "-1", "3.5", "many", "", "٣", "9" * 5000])
def test_what_is_no_number_of_the_range_is_refused_and_the_question_stays(said: str) -> None:
    desk = bench(WEAR)
    assert isinstance(desk.scan((ScanKind.TEXT, said)), Refusal)
    assert desk.types == ["inspect.number_range"]
    assert desk.step == "inspect.question"


def test_a_band_can_be_chosen_by_key_and_by_command_where_nothing_is_typed() -> None:
    for answer in ("2", "MUCH", "ANSWER2"):
        desk = bench(WEAR)
        desk.answer(answer)
        answered = desk.found(e.UnitQuestionAnswered)
        assert (answered.answer, answered.value) == ("much", "")


def test_a_way_out_of_a_number_is_the_last_key() -> None:
    desk = bench(WEAR)
    assert [choice.id for choice in desk.prompt.choices] == ["little", "much", "unknown"]
    desk.answer("3")
    assert desk.found(e.UnitQuestionAnswered).answer == "unknown"


def test_a_plate_is_no_number() -> None:
    desk = bench(WEAR)
    desk.scan(scan_of((ScanKind.CONTAINER, "37")))
    assert desk.types == ["scan.wrong_kind"]


def test_a_text_is_kept_as_it_was_typed() -> None:
    desk = bench(NOTE, LOOK)
    desk.scan((ScanKind.TEXT, "E04 = pump"))
    answered = desk.found(e.UnitQuestionAnswered)
    assert (answered.answer, answered.value) == ("given", "E04 = pump")
    assert desk.prompt.instruction.params == (("text", "Look?"),)


def test_only_a_code_of_the_kind_answers_a_scan_question() -> None:
    desk = bench(TAG)
    desk.scan((ScanKind.GTIN, TOY))
    assert desk.types == ["scan.wrong_kind"]
    desk.scan((ScanKind.EPC, SHOE_TAG))
    assert desk.found(e.UnitQuestionAnswered).value == SHOE_TAG


def test_a_photo_is_named_or_not_taken() -> None:
    desk = bench(PHOTO)
    desk.scan((ScanKind.TEXT, "IMG_0417.jpg"))
    assert desk.found(e.UnitQuestionAnswered).value == "IMG_0417.jpg"
    desk = bench(PHOTO)
    desk.answer("none")
    assert (desk.found(e.UnitQuestionAnswered).answer, desk.found(e.UnitQuestionAnswered).value) == ("none", "")


def test_a_timer_counts_from_its_start_and_is_not_over_before_its_time() -> None:
    desk = bench(SOAK, LOOK)
    desk.world.now = 5 * SECOND
    assert not desk.prompt.timed
    desk.answer("START")
    assert desk.found(e.UnitTimerStarted).at == 5 * SECOND
    desk.world.now = 44 * SECOND
    assert desk.prompt.timed
    assert dict(desk.prompt.detail.params if desk.prompt.detail else ()) == {"seconds": 39, "least": 40}
    desk.answer("FINISHED")
    assert desk.types == ["inspect.timer_early"]
    desk.world.now = 45 * SECOND
    desk.answer("FINISHED")
    assert desk.found(e.UnitQuestionAnswered).value == "40"
    assert not desk.prompt.timed


def test_a_timer_has_its_ways_out_before_and_while_it_runs() -> None:
    desk = bench(SOAK)
    desk.world.now = SECOND
    assert [choice.id for choice in desk.prompt.choices] == ["timer_start", "broke"]
    desk.answer("1")
    assert [choice.id for choice in desk.prompt.choices] == ["timer_finished", "broke"]
    desk.answer("broke")
    assert desk.found(e.UnitQuestionAnswered).answer == "broke"


def test_undo_takes_back_the_start_of_a_timer() -> None:
    desk = bench(SOAK)
    desk.world.now = SECOND
    desk.answer("START")
    desk.command(Command.UNDO)
    assert [choice.id for choice in desk.prompt.choices] == ["timer_start", "broke"]


def test_a_clock_set_back_while_a_timer_runs_is_not_over_at_once() -> None:
    desk = bench(SOAK)
    desk.world.now = 1000 * SECOND
    desk.answer("START")
    desk.world.now = SECOND
    desk.answer("FINISHED")
    assert desk.types == ["inspect.timer_early"]


@pytest.mark.parametrize(
    ("source", "said", "asked"),
    [
        ('answer_wear == "much"', "50", True),
        ('answer_wear == "much"', "5", False),
        ("value_wear > 50", "51", True),
        ("value_wear > 50", "50", False),
        ('client == "acme" && value >= 3000', "5", True),
        ('client == "beta"', "5", False),
        ('"noted" in flags', "5", False),
    ],
)
def test_a_question_is_asked_only_while_its_condition_holds(source: str, said: str, asked: bool) -> None:
    desk = bench(WEAR, Question("look", "Look?", LOOK.options, when=when(source)))
    desk.scan((ScanKind.TEXT, said))
    assert desk.step == ("inspect.question" if asked else "inspect.grade")


def test_flags_of_an_earlier_answer_are_known_to_the_next() -> None:
    desk = bench(NOTE, Question("look", "Look?", LOOK.options, when=when('"noted" in flags')))
    desk.scan((ScanKind.TEXT, "scorched"))
    assert desk.step == "inspect.question"


def test_what_was_begun_is_finished_under_the_version_it_was_begun_with() -> None:
    desk = bench(WEAR, LOOK)
    desk.scan((ScanKind.TEXT, "5"))
    old = desk.world.checklists["apparel"]
    desk.world.former = {("apparel", "v1"): old}
    desk.world.checklists = apparel(LOOK, PHOTO, NOTE, version="v2")
    assert desk.prompt.instruction.params == (("text", "Look?"),)
    desk.answer("bad")
    assert desk.step == "inspect.grade"
    assert desk.found(e.UnitGraded).functional == "F1"


def test_what_was_not_begun_is_asked_as_it_is_now() -> None:
    desk = bench(WEAR, LOOK)
    desk.world.former = {("apparel", "v1"): desk.world.checklists["apparel"]}
    desk.world.checklists = apparel(PHOTO, version="v2")
    assert desk.prompt.instruction.params == (("text", "Photo?"),)


def test_a_narrower_checklist_goes_before_the_one_of_the_category() -> None:
    desk = bench(LOOK)
    for scope, title in (
        (Scope("apparel", client="acme"), "Client?"),
        (Scope("apparel", client="acme", product="SHIRT"), "Product?"),
        (Scope("apparel", client="beta"), "Product?"),
        (Scope("apparel", client="acme", product="CASE"), "Product?"),
    ):
        made = Checklist(title, title, (Question("q", title, LOOK.options),), "v", scope)
        desk.world.checklists = {**desk.world.checklists, f"{scope}": made}
        assert desk.prompt.instruction.params == (("text", title),)


def stated(*, sure: bool = True) -> Checklist:
    options = (Option("confirmed", "Yes"), Option("not_found", "No"))
    condition = when("" if sure else '"noted" in flags')
    return Checklist("reason", "Reason", (Question("NA", "As the customer says?", options, when=condition),), "r1")


@pytest.mark.parametrize("said", ["confirmed", "not_found"])
def test_the_stated_reason_is_asked_last_and_goes_to_the_rules(said: str) -> None:
    desk = bench(LOOK)
    desk.world.checklists = {**desk.world.checklists, "reason": stated()}
    desk.answer("good")
    assert desk.step == "inspect.question"
    desk.answer(said)
    checked = desk.found(e.UnitReasonChecked)
    assert (checked.reason, checked.found) == ("NA", said)
    desk.command(Command.OK)
    assert ("reason_found", said) in desk.found(e.DispositionDecided).inputs


def test_no_reason_is_asked_of_what_nobody_announced_or_the_condition_leaves_out() -> None:
    desk = bench(LOOK, code=TOY)
    desk.world.checklists = {**desk.world.checklists, "reason": stated()}
    for answer in ("no", "yes"):
        desk.answer(answer)
    assert desk.step == "inspect.grade"
    desk = bench(LOOK)
    desk.world.checklists = {**desk.world.checklists, "reason": stated(sure=False)}
    desk.answer("good")
    assert desk.step == "inspect.grade"
    desk.command(Command.OK)
    assert "reason_found" not in dict(desk.found(e.DispositionDecided).inputs)
