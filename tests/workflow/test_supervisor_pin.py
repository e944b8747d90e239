"""Who gets to the supervisor's screen: badge, role and PIN; and how long nobody does after too many wrong ones."""

from __future__ import annotations

import msgspec
import pytest
from catalogue_check import check_prompt, spoken
from hypothesis import given
from hypothesis import strategies as st
from test_workflow_properties import ANSWERS, BARCODES, COMMANDS, SCANS, UNHURRIED
from workflow_goods import SHIRT
from world import Desk, inspect_unit, receive, scan_of

from rl_station.domain import events as e
from rl_station.domain.kpi import Trouble
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import ScanKind
from rl_station.i18n.workflow_texts import TEXTS
from rl_station.workflow import Answered, Command, Input, Scanned, Session, Tone, fold, initial, said
from rl_station.workflow.actions import Action, Approve, Declare, Hold, Override, Reassign, Release, Reopen, Settle
from rl_station.workflow.inputs import Acted, NoteTyped, PinChecked

BADGE = ScanKind.BADGE
MARA, PRIYA, SVEN = "100", "200", "300"
MINUTE = 60_000_000
RIGHT, WRONG = PinChecked("sven", ok=True), PinChecked("sven", ok=False)
ACTIONS: tuple[Action, ...] = (
    Approve("U"),
    Override("U", "hold", "safety"),
    Hold("U", "safety"),
    Release(unit="U"),
    Release(parcel="P"),
    Reassign("P", "WEAR"),
    Reopen("TOTE1"),
    Settle(Trouble(kind="missing", subject_kind="parcel", subject="P"), "seen"),
    Declare((1,), "did_not_occur", "no"),
)


def at_the_pin() -> Desk:
    """Sven, a supervisor, whose PIN is asked for."""
    desk = Desk()
    desk.scan((BADGE, SVEN))
    desk.command(Command.SUPERVISE)
    assert desk.step == "supervise.pin"
    return desk


def supervising() -> Desk:
    desk = at_the_pin()
    desk.give(RIGHT)
    assert desk.step == "supervise.overview"
    return desk


def code(desk: Desk) -> str:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last.code


def test_badge_task_and_pin_open_the_screen() -> None:
    desk = supervising()
    assert desk.types == ["SupervisionBegun"]
    assert desk.world.records.log[-1].operator == "sven"
    check_prompt(desk.prompt)


def test_the_menu_offers_it_to_supervisors_alone() -> None:
    desk = Desk()
    for badge, offered in ((MARA, False), (PRIYA, False), (SVEN, True)):
        desk.scan((BADGE, badge))
        assert ("supervise" in [choice.id for choice in desk.prompt.choices]) is offered
        assert ("SUPERVISE" in [choice.command for choice in desk.prompt.choices]) is offered


def test_it_is_offered_at_stations_that_do_something_else() -> None:
    desk = Desk()
    desk.world.tasks = ("sort",)
    desk.scan((BADGE, SVEN))
    assert desk.session.state.task == "sort"
    desk.command(Command.SUPERVISE)
    assert desk.step == "supervise.pin"


def test_a_supervisor_without_a_pin_is_told_who_sets_one() -> None:
    desk = Desk()
    desk.world.pins = set()
    desk.scan((BADGE, SVEN))
    desk.command(Command.SUPERVISE)
    assert code(desk) == "pin.none"
    assert desk.session.state.task == ""


def test_a_wrong_pin_is_counted_said_and_taken_back_by_the_right_one() -> None:
    desk = at_the_pin()
    desk.give(WRONG)
    desk.give(WRONG)
    assert isinstance(desk.last, tuple)
    tone, told = said(desk.last)
    assert (tone, spoken(told)) == (Tone.BAD, "WRONG PIN, 2 in a row. Try again")
    desk.give(RIGHT)
    assert desk.session.state.pins == ()


def test_ten_wrong_ones_in_a_row_lock_for_a_quarter_of_an_hour_and_say_until_when() -> None:
    desk = at_the_pin()
    desk.world.now = 1_000 * MINUTE
    for _ in range(10):
        desk.give(WRONG)
    assert desk.found(e.PinRefused).locked_until == 1_015 * MINUTE
    assert isinstance(desk.last, tuple)
    assert "locked until" in spoken(said(desk.last)[1])
    assert desk.prompt.detail is not None
    assert dict(desk.prompt.detail.params)["when"] == 1_015 * MINUTE
    desk.world.now += 15 * MINUTE - 1
    desk.give(RIGHT)
    assert code(desk) == "pin.locked"
    assert not desk.session.state.supervising
    desk.world.now += 1
    desk.give(RIGHT)
    assert desk.session.state.supervising


def test_while_it_is_locked_no_attempt_counts() -> None:
    desk = at_the_pin()
    for _ in range(25):
        desk.give(WRONG)
    (tries,) = desk.session.state.pins
    assert tries.failures == 10


def test_each_further_ten_lock_twice_as_long_up_to_a_day() -> None:
    desk = at_the_pin()
    locks = []
    for _ in range(10):
        for _ in range(10):
            desk.give(WRONG)
        locks.append((desk.found(e.PinRefused).locked_until - desk.world.now) // MINUTE)
        desk.world.now = desk.found(e.PinRefused).locked_until
    assert locks == [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]


def test_the_lock_is_one_persons_and_outlasts_signing_out_other_people_and_a_restart() -> None:
    desk = at_the_pin()
    for _ in range(10):
        desk.give(WRONG)
    desk.command(Command.SIGN_OUT)
    desk.scan((BADGE, PRIYA))
    desk.command(Command.RECEIVE)
    receive(desk)
    stored = msgspec.json.decode(msgspec.json.encode(desk.session), type=Session)
    assert stored.state.pins == fold(initial(), desk.world.records.log).state.pins
    desk.session = stored
    desk.scan((BADGE, SVEN))
    desk.command(Command.SUPERVISE)
    desk.give(RIGHT)
    assert code(desk) == "pin.locked"


def test_undo_takes_back_no_pin_and_no_wrong_one() -> None:
    desk = at_the_pin()
    desk.give(WRONG)
    desk.command(Command.UNDO)
    assert code(desk) == "undo.pin"
    assert not desk.prompt.can_undo
    desk.give(RIGHT)
    desk.command(Command.UNDO)
    assert code(desk) == "undo.pin"
    assert desk.session.state.supervising


def test_a_pin_that_was_somebody_elses_question_opens_nothing() -> None:
    """It was typed, and while it was checked another badge came."""
    desk = at_the_pin()
    desk.scan((BADGE, PRIYA))
    desk.give(RIGHT)
    assert code(desk) == "pin.not_asked"
    desk.give(PinChecked("priya", ok=True))
    assert code(desk) == "pin.not_asked"


def test_what_is_scanned_while_the_pin_is_asked_for_is_not_named() -> None:
    desk = at_the_pin()
    desk.scan((ScanKind.TEXT, "271828"))
    assert code(desk) == "pin.type_it"
    assert "271828" not in str(desk.last)
    desk.answer("271828")
    assert "271828" not in str(desk.world.records.log)
    assert desk.prompt.accepts == ()


@pytest.mark.parametrize(
    ("doing", "after"),
    [
        (Command.SIGN_OUT, ["SupervisionEnded", "SignedOut"]),
        (Command.MENU, ["SupervisionEnded", "TaskChosen"]),
        (Command.RECEIVE, ["SupervisionEnded", "TaskChosen"]),
        (Command.BREAK, ["SupervisionEnded", "TaskChosen", "BreakBegun"]),
    ],
)
def test_whoever_goes_somewhere_else_closes_the_screen(doing: Command, after: list[str]) -> None:
    desk = supervising()
    desk.command(doing)
    assert desk.types == after
    assert not desk.session.state.supervising


def test_another_badge_closes_the_screen_and_does_not_inherit_it() -> None:
    desk = supervising()
    desk.scan((BADGE, PRIYA))
    assert desk.types == ["SupervisionEnded", "SignedOut", "SignedIn"]
    assert desk.step == "menu.task"
    desk.scan((BADGE, SVEN))
    desk.command(Command.SUPERVISE)
    assert desk.step == "supervise.pin"


def test_a_code_shows_its_history_on_the_screen() -> None:
    desk = Desk()
    desk.scan((BADGE, PRIYA))
    desk.command(Command.RECEIVE)
    parcel = receive(desk)
    desk.scan((BADGE, SVEN))
    desk.command(Command.SUPERVISE)
    desk.give(RIGHT)
    desk.scan((ScanKind.PARCEL_PLATE, parcel))
    assert desk.step == "supervise.subject"
    assert desk.prompt.facts
    check_prompt(desk.prompt)


# --- no way in for anybody else ---------------------------------------------------------------------------------------

ANYTHING: st.SearchStrategy[Input] = st.one_of(
    SCANS.filter(lambda given: (BADGE, SVEN) not in {(each.kind, each.value) for each in given.scan.meanings}),
    ANSWERS,
    COMMANDS,
    BARCODES,
    st.sampled_from([*range(1, 10), *"ABCDEF"]).map(lambda key: Answered(str(key))),
    st.sampled_from(["SUPERVISE", "supervise", "F11", "PIN"]).map(Answered),
    st.sampled_from(["SUPERVISE", "NOTE", "BREAK"]).map(lambda body: Scanned(scan_of((ScanKind.COMMAND, body)))),
    st.builds(PinChecked, st.sampled_from(["mara", "priya", "sven", ""]), st.booleans()),
    st.sampled_from([Acted(action) for action in ACTIONS]),
    st.text(max_size=20).map(NoteTyped),
)


@UNHURRIED
@given(st.lists(ANYTHING, min_size=5, max_size=40), st.sampled_from([MARA, PRIYA]))
def test_no_input_of_an_operator_opens_the_screen_or_acts(steps: list[Input], badge: str) -> None:
    """Whatever is scanned, typed, answered or commanded, by people whose role it is not, PIN or no PIN."""
    desk = Desk()
    desk.world.pins = {"mara", "priya", "sven"}
    desk.scan((BADGE, badge))
    for step in steps:
        desk.give(step)
        assert not desk.session.state.supervising
        assert desk.prompt.workflow != "supervise"
        assert desk.session.state.task != "supervise"
        if isinstance(step, Acted):
            assert isinstance(desk.last, Refusal)
        if isinstance(desk.last, Refusal):
            assert desk.last.code in TEXTS
            assert spoken(desk.last.message).isprintable()
        check_prompt(desk.prompt)
    kinds = {type(line.event) for line in desk.world.records.log}
    opened = {e.SupervisionBegun, e.DispositionOverridden, e.UnitHeld, e.UnitReleased, e.ParcelReassigned}
    assert not kinds & (opened | {e.ParcelReleased, e.ContainerReopened, e.TroubleSettled, e.PinRefused})


@UNHURRIED
@given(st.lists(ANYTHING.filter(lambda given: given != RIGHT), min_size=5, max_size=40))
def test_nothing_but_the_right_pin_opens_it_to_a_supervisor(steps: list[Input]) -> None:
    desk = at_the_pin()
    for step in steps:
        desk.give(step)
        assert not desk.session.state.supervising
        if isinstance(step, Acted):
            assert isinstance(desk.last, Refusal)


def test_every_action_is_taken_from_the_open_screen_alone() -> None:
    desk = at_the_pin()
    for action in ACTIONS:
        desk.give(Acted(action))
        assert code(desk) == "supervise.not_open"
    desk.give(RIGHT)
    for action in ACTIONS:
        desk.give(Acted(action))
        assert code(desk) != "supervise.not_open"


def test_an_action_is_not_taken_from_the_trace_of_the_same_supervisor() -> None:
    desk = Desk()
    desk.scan((BADGE, PRIYA))
    desk.command(Command.RECEIVE)
    receive(desk)
    desk.command(Command.INSPECT)
    desk.scan((ScanKind.RMA, "RMA1"))
    unit = inspect_unit(desk, SHIRT, "yes")
    desk.command(Command.CANCEL)
    desk.scan((BADGE, SVEN))
    desk.command(Command.TRACE)
    desk.give(Acted(Hold(unit, "safety")))
    assert code(desk) == "supervise.not_open"
