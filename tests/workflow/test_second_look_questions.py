"""A second look at units whose checklist measures, times and takes texts."""

from __future__ import annotations

from catalogue_check import check_prompt, spoken
from workflow_goods import CHECKLISTS, SHIRT
from world import Desk, desk_at, receive

from rl_station.domain import events as e
from rl_station.domain.checklist import Checklist, Option, Question, Scope, names_of
from rl_station.domain.conditions import Condition, compile_condition
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import ScanKind
from rl_station.workflow import Command, fold, initial

SECOND = 1_000_000
NAMES = (names_of((("wear", "number"), ("soak", "timer"), ("note", "text"))),)


def condition(source: str, *names: dict[str, int]) -> Condition:
    return compile_condition(source, names or NAMES)


WEAR = Question(
    "wear",
    "Wear?",
    (),
    kind="number",
    most=100,
    bands=(
        Option("little", "Little", when=condition("answer < 20", {"answer": 0})),
        Option("much", "Much", cosmetic="C3", when=condition("answer >= 20", {"answer": 0})),
    ),
)
SOAK = Question(
    "soak", "Soak", (), kind="timer", seconds=40, when=condition("value_wear > 30"), bands=(Option("given", "-"),)
)
NOTE = Question("note", "Note?", (), kind="text", bands=(Option("given", "-", functional="F4"),))
APPAREL = Checklist("apparel", "Apparel", (WEAR, SOAK, NOTE), "v1", Scope("apparel"))


def graded(worn: str) -> tuple[Desk, str]:
    """A shirt that Priya measured, with Sven at the second look."""
    desk = desk_at("receive")
    desk.world.checklists = {**CHECKLISTS, "apparel": APPAREL}
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    desk.scan((ScanKind.GTIN, SHIRT))
    unit = desk.found(e.UnitIdentified).unit
    desk.scan((ScanKind.TEXT, worn))
    desk.scan((ScanKind.TEXT, "worn at the collar"))
    desk.command(Command.OK)
    desk.scan((ScanKind.UNIT_PLATE, unit))
    desk.command(Command.CANCEL)
    desk.scan((ScanKind.BADGE, "300"))
    desk.command(Command.SECOND_LOOK)
    desk.scan((ScanKind.UNIT_PLATE, unit))
    return desk, unit


def test_numbers_agree_by_their_bands_and_texts_by_being_there() -> None:
    desk, _ = graded("22")
    desk.scan((ScanKind.TEXT, "27"))
    desk.scan((ScanKind.TEXT, "collar"))
    assert desk.found(e.SecondAnswerGiven).value == "collar"
    taken = desk.found(e.SecondLookTaken)
    assert taken.pairs[:2] == (("apparel.wear", "much", "much"), ("apparel.note", "given", "given"))
    assert (taken.functional, taken.cosmetic) == ("F4", "C3")


def test_what_was_measured_now_decides_what_is_asked_and_not_what_was_measured_then() -> None:
    desk, _ = graded("22")
    desk.scan((ScanKind.TEXT, "35"))
    assert spoken(desk.prompt.instruction) == "Soak"


def test_a_timer_runs_on_while_the_unit_is_put_down_and_too_soon_is_refused() -> None:
    desk, unit = graded("22")
    desk.scan((ScanKind.TEXT, "35"))
    desk.world.now += SECOND
    desk.answer("timer_start")
    assert desk.types == ["UnitTimerStarted"]
    desk.world.now += 12 * SECOND
    assert desk.prompt.timed
    check_prompt(desk.prompt)
    desk.answer("timer_finished")
    assert isinstance(desk.last, Refusal)
    assert desk.last.code == "inspect.timer_early"
    desk.command(Command.CANCEL)
    assert desk.types == ["SecondLookLeft"]
    desk.world.now += 30 * SECOND
    desk.scan((ScanKind.UNIT_PLATE, unit))
    desk.answer("timer_finished")
    assert desk.found(e.SecondAnswerGiven).value == "42"
    assert fold(initial(), desk.world.records.log) == desk.session
    desk.scan((ScanKind.TEXT, "soaked"))
    assert [name for name, *_ in desk.found(e.SecondLookTaken).pairs] == [
        *("apparel.wear", "apparel.note"),
        *("functional", "cosmetic", "packaging"),
    ]


def test_what_is_no_answer_is_refused_as_at_the_bench() -> None:
    desk, unit = graded("22")
    for code, wanted in (("101", "inspect.number_range"), ("many", "inspect.number_range")):
        desk.scan((ScanKind.TEXT, code))
        assert desk.types == [wanted]
    desk.scan((ScanKind.UNIT_PLATE, unit))
    assert desk.types == ["scan.wrong_kind"]
    desk.answer("nonsense")
    assert desk.types == ["choice.unknown"]
    desk.command(Command.DONE)
    assert desk.types == ["inspect.expected_question"]
    desk.command(Command.SORT)
    assert desk.types == ["task.finish_first"]
