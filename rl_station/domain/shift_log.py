"""The shift log: who was signed in when, their breaks, and what one shift told the next; read off the log, shift by shift."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec.structs import replace

from rl_station.domain.events import BreakBegun, BreakEnded, Recorded, ShiftNoteWritten, SignedIn, SignedOut
from rl_station.domain.kpi import Shift

EVENTS = (SignedIn, SignedOut, BreakBegun, BreakEnded, ShiftNoteWritten)
"""All that it is made of."""


class Span(msgspec.Struct, frozen=True):
    """From when to when, microseconds since 1970 UTC; None where that lies before what was read, or is not over."""

    begins: int | None
    ends: int | None = None


class Stay(msgspec.Struct, frozen=True):
    """One sign-in of an operator, with the breaks in it."""

    operator: str
    name: str
    span: Span
    breaks: tuple[Span, ...] = ()


class Note(msgspec.Struct, frozen=True):
    at: int
    operator: str
    text: str


class ShiftBook(msgspec.Struct, frozen=True):
    """What one shift has in the log: sign-ins that began in it, and notes written in it."""

    shift: Shift
    stays: tuple[Stay, ...] = ()
    notes: tuple[Note, ...] = ()


def books(recorded: Iterable[Recorded], shift_at: Callable[[int], Shift]) -> tuple[ShiftBook, ...]:
    """One for every shift that has anything, the oldest first. The events in the order of the log."""
    found: dict[Shift, ShiftBook] = {}
    for at, entry in entries(recorded):
        shift = shift_at(at)
        book = found.get(shift, ShiftBook(shift))
        if isinstance(entry, Stay):
            found[shift] = replace(book, stays=(*book.stays, entry))
        else:
            found[shift] = replace(book, notes=(*book.notes, entry))
    return tuple(sorted(found.values(), key=lambda book: book.shift.begins))


def entries(recorded: Iterable[Recorded]) -> Iterator[tuple[int, Stay | Note]]:
    """Sign-ins and notes, each with the moment it counts at; a sign-in once it is over, and the last one as far as it is."""
    here: Stay | None = None
    first = 0
    for line in recorded:
        first = first or line.at
        match line.event:
            case ShiftNoteWritten(text=text):
                yield line.at, Note(line.at, line.operator, text)
            case SignedIn(operator=operator, name=name):
                if here is not None:
                    yield _when(here, first), here
                here = Stay(operator, name, Span(line.at))
            case SignedOut(operator=operator):
                here = here or Stay(operator, "", Span(None))
                yield _when(here, first), replace(here, span=Span(here.span.begins, line.at))
                here = None
            case BreakBegun(operator=operator):
                here = here or Stay(operator, "", Span(None))
                here = replace(here, breaks=(*here.breaks, Span(line.at)))
            case BreakEnded(operator=operator):
                here = here or Stay(operator, "", Span(None))
                here = replace(here, breaks=_ended(here.breaks, line.at))
            case _:
                pass
    if here is not None:
        yield _when(here, first), here


def _when(stay: Stay, first: int) -> int:
    return first if stay.span.begins is None else stay.span.begins


def _ended(breaks: tuple[Span, ...], at: int) -> tuple[Span, ...]:
    """With the end of the last one; one whose beginning was not read has none."""
    if breaks and breaks[-1].ends is None:
        return (*breaks[:-1], Span(breaks[-1].begins, at))
    return (*breaks, Span(None, at))
