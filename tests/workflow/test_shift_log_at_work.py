"""Breaks and words to the next shift: one scan each, and nothing of the work in hand is lost by them."""

from __future__ import annotations

from catalogue_check import check_prompt, spoken
from msgspec.structs import replace
from world import Desk, desk_at, receive, scan_of

from rl_station.domain import events as e
from rl_station.domain.messages import Refusal
from rl_station.domain.scan import Scan, ScanKind, ScanSource
from rl_station.workflow import Answered, Command, Commanded, Scanned, fold, initial, said
from rl_station.workflow.inputs import NoteTyped

BADGE = ScanKind.BADGE
MARA, PRIYA = "100", "200"


def code(desk: Desk) -> str:
    assert isinstance(desk.last, Refusal), desk.types
    return desk.last.code


def typed(text: str) -> Scan:
    """A code typed by hand."""
    scan = scan_of((ScanKind.TEXT, text))
    return replace(scan, source=ScanSource("keyboard", text, manual=True))


def test_a_break_begins_and_ends_with_the_same_code_and_the_parcel_stays_in_hand() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T1"))
    before = desk.session.state
    desk.scan((ScanKind.COMMAND, "BREAK"))
    assert desk.types == ["BreakBegun"]
    assert spoken(desk.prompt.instruction) == "Priya is on a BREAK"
    check_prompt(desk.prompt)
    for given in (Answered("intact"), Commanded(Command.UNDO), Commanded(Command.CANCEL)):
        desk.give(given)
        assert code(desk) == "break.end_first"
    desk.scan((ScanKind.COMMAND, "BREAK"))
    assert desk.types == ["BreakEnded"]
    assert replace(desk.session.state, doubt=None) == replace(before, doubt=None)
    desk.answer("intact")
    assert desk.types == ["ParcelConditionNoted"]


def test_the_menu_has_it_and_ones_own_badge_ends_it() -> None:
    desk = Desk()
    desk.scan((BADGE, MARA))
    desk.answer("BREAK")
    assert desk.types == ["BreakBegun"]
    desk.scan((BADGE, MARA))
    assert desk.types == ["BreakEnded"]


def test_whoever_comes_instead_signs_in_and_the_break_is_over() -> None:
    desk = Desk()
    desk.scan((BADGE, MARA))
    desk.answer("break")
    desk.scan((BADGE, PRIYA))
    assert desk.types == ["BreakEnded", "SignedOut", "SignedIn"]
    assert desk.found(e.BreakEnded).operator == "mara"


def test_whoever_leaves_for_the_day_from_a_break_ends_it() -> None:
    desk = Desk()
    desk.scan((BADGE, MARA))
    desk.command(Command.BREAK)
    desk.command(Command.SIGN_OUT)
    assert desk.types == ["BreakEnded", "SignedOut"]


def test_the_work_in_hand_of_somebody_on_a_break_is_nobody_elses() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T1"))
    desk.command(Command.BREAK)
    desk.scan((BADGE, MARA))
    assert code(desk) == "sign_in.finish_first"


def test_a_break_is_nothing_that_cancel_or_undo_take_back() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T1"))
    desk.answer("intact")
    for _ in range(2):
        desk.command(Command.BREAK)
    desk.command(Command.UNDO)
    assert desk.found(e.CorrectionDeclared).types == ("ParcelConditionNoted",)
    desk.command(Command.BREAK)
    desk.command(Command.BREAK)
    desk.command(Command.CANCEL)
    assert "BreakBegun" not in desk.found(e.CorrectionDeclared).types
    assert fold(initial(), desk.world.records.log) == desk.session


def test_nobody_takes_a_break_who_is_not_here() -> None:
    desk = Desk()
    desk.command(Command.BREAK)
    assert code(desk) == "sign_in.badge_first"
    desk.give(NoteTyped("hello"))
    assert code(desk) == "sign_in.badge_first"


def test_a_note_is_typed_kept_in_the_writers_words_and_shown_to_the_next_shift() -> None:
    desk = Desk()
    desk.scan((BADGE, MARA))
    desk.command(Command.NOTE)
    desk.give(Scanned(typed("  Scale 2 is off,\tring IT  ")))
    assert desk.found(e.ShiftNoteWritten).text == "Scale 2 is off, ring IT"
    assert spoken(said((desk.found(e.ShiftNoteWritten),))[1]) == "Noted for the next shift"
    check_prompt(desk.prompt)
    desk.command(Command.SIGN_OUT)
    desk.scan((BADGE, PRIYA))
    shown = [(spoken(fact.label), spoken(fact.value)) for fact in desk.prompt.facts]
    assert ("Mara", "Scale 2 is off, ring IT") in shown
    assert fold(initial(), desk.world.records.log) == desk.session


def test_a_code_that_is_scanned_by_mistake_is_no_note() -> None:
    desk = Desk()
    desk.scan((BADGE, MARA))
    desk.command(Command.NOTE)
    for given in (scan_of((ScanKind.TRACKING, "T1")), typed("  "), Scan(scan_of().source, ())):
        desk.give(Scanned(given))
        assert code(desk) == "note.type_it"
    desk.give(Scanned(typed("x" * 501)))
    assert code(desk) == "note.too_long"


def test_the_screen_may_send_a_note_from_anywhere_and_undo_takes_back_the_work_before_it() -> None:
    desk = desk_at("receive")
    desk.scan((ScanKind.TRACKING, "T1"))
    desk.answer("intact")
    desk.give(NoteTyped("The dock door sticks"))
    assert desk.types == ["ShiftNoteWritten"]
    desk.command(Command.UNDO)
    assert desk.found(e.CorrectionDeclared).types == ("ParcelConditionNoted",)
    assert desk.session.state.notes == (("Priya", "The dock door sticks"),)


def test_only_the_latest_notes_are_shown() -> None:
    desk = Desk()
    desk.scan((BADGE, MARA))
    for number in range(8):
        desk.give(NoteTyped(f"note {number}"))
    assert [text for _, text in desk.session.state.notes] == [f"note {number}" for number in range(3, 8)]


def test_an_alarm_is_heard_on_a_break() -> None:
    desk = desk_at("receive")
    receive(desk)
    desk.command(Command.BREAK)
    alarm = e.ScanRefused(code="sort.wrong_bin", params=(("bin", "B"), ("unit", "U"), ("wanted", "W")), blocking=True)
    desk.follow(desk.record((alarm,)))
    desk.command(Command.BREAK)
    assert code(desk) == "alarm.pending"
    desk.command(Command.ACK)
    assert desk.types == ["AlarmAcknowledged"]
    assert desk.session.state.resting
