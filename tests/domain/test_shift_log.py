"""The shift log, read off the log: who was here when, with which breaks, and what was left for the next shift."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain import events as e
from rl_station.domain.kpi import HOUR_US, Shift
from rl_station.domain.shift_log import Note, Span, Stay, books, entries


def eight_hours(at: int) -> Shift:
    """Three shifts a day, from midnight."""
    number = at // (8 * HOUR_US)
    return Shift(("night", "early", "late")[number % 3], number * 8 * HOUR_US, (number + 1) * 8 * HOUR_US)


def log(*said: tuple[float, e.AnyEvent]) -> list[e.Recorded]:
    return [
        e.Recorded(
            station="dock-1",
            epoch="e",
            seq=seq,
            at=int(hour * HOUR_US),
            hlc=seq,
            operator=getattr(event, "operator", "mara"),
            cause=seq,
            event=event,
        )
        for seq, (hour, event) in enumerate(said, 1)
    ]


def come(operator: str) -> e.SignedIn:
    return e.SignedIn(operator=operator, name=operator.title(), language="en", roles=("worker",))


def go(operator: str) -> e.SignedOut:
    return e.SignedOut(operator=operator)


def pause(operator: str) -> e.BreakBegun:
    return e.BreakBegun(operator=operator)


def back(operator: str) -> e.BreakEnded:
    return e.BreakEnded(operator=operator)


def hour(value: float) -> int:
    return int(value * HOUR_US)


def test_a_shift_has_its_people_with_their_breaks_and_notes() -> None:
    found = books(
        log(
            (8.1, come("mara")),
            (10, pause("mara")),
            (10.25, back("mara")),
            (12, e.ShiftNoteWritten(text="Scale 2 is off")),
            (15.9, go("mara")),
            (16, come("jonas")),
        ),
        eight_hours,
    )
    assert [book.shift.name for book in found] == ["early", "late"]
    early, late = found
    breaks = (Span(hour(10), hour(10.25)),)
    assert early.stays == (Stay("mara", "Mara", Span(hour(8.1), hour(15.9)), breaks),)
    assert early.notes == (Note(hour(12), "mara", "Scale 2 is off"),)
    assert late.stays == (Stay("jonas", "Jonas", Span(hour(16))),)


def test_whoever_was_here_before_what_is_read_is_here_without_a_beginning() -> None:
    (book,) = books(log((9, back("mara")), (10, pause("mara")), (11, go("mara"))), eight_hours)
    (stay,) = book.stays
    assert stay.span == Span(None, hour(11))
    assert stay.breaks == (Span(None, hour(9)), Span(hour(10)))


def test_nothing_happened_is_no_shift() -> None:
    assert books([], eight_hours) == ()


COURSE = st.lists(st.sampled_from(["come", "go", "pause", "back", "note"]), max_size=30)


@given(COURSE)
def test_every_sign_in_is_one_stay_and_every_note_is_there(course: list[str]) -> None:
    made: dict[str, Callable[[str], e.AnyEvent]] = {"come": come, "go": go, "pause": pause, "back": back}
    said: list[tuple[float, e.AnyEvent]] = [
        (number / 2, e.ShiftNoteWritten(text=str(number)) if step == "note" else made[step]("mara"))
        for number, step in enumerate(course)
    ]
    found = [entry for _, entry in entries(log(*said))]
    stays = [entry for entry in found if isinstance(entry, Stay)]
    assert sum(stay.span.begins is not None for stay in stays) == course.count("come")
    assert sum(stay.span.ends is not None for stay in stays) == course.count("go")
    assert len(found) - len(stays) == course.count("note")
    assert sum(each.begins is not None for stay in stays for each in stay.breaks) == course.count("pause")
