"""A session moves on by recorded inputs, each with its way back, and can be folded from the log at any time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import groupby

import msgspec

from rl_station.domain.events import (
    AlarmAcknowledged,
    BreakBegun,
    BreakEnded,
    CodeTraced,
    ContainerPresented,
    ContainerShipped,
    CorrectionDeclared,
    DevicesAsked,
    LabelPrintFailed,
    LabelRequested,
    PinRefused,
    Recorded,
    ScanRefused,
    ShiftNoteWritten,
    SignedIn,
    SignedOut,
    SupervisionBegun,
    SupervisionEnded,
    TagMismatchResolved,
    TagWriteRequested,
    TaskChosen,
    subjects,
)
from rl_station.workflow.announce import notice
from rl_station.workflow.evolve import evolve
from rl_station.workflow.state import Inspecting, Mark, Radio, Receiving, Session, State, Step, subject
from rl_station.workflow.tags.evolve import BY_RADIO, overwritten, with_written

LONGEST_TRAIL = 20
"""Inputs that can be taken back one after the other."""

_QUIET = (
    AlarmAcknowledged,
    BreakBegun,
    BreakEnded,
    CodeTraced,
    ContainerPresented,
    DevicesAsked,
    LabelPrintFailed,
    ScanRefused,
    ShiftNoteWritten,
    TagWriteRequested,
)
_FIXED = {
    SignedIn: "undo.sign_in",
    SignedOut: "undo.sign_in",
    TaskChosen: "undo.task",
    ContainerShipped: "undo.shipped",
    CorrectionDeclared: "undo.cancelled",
    PinRefused: "undo.pin",
    SupervisionBegun: "undo.pin",
    SupervisionEnded: "undo.pin",
}


def advance(session: Session, recorded: Sequence[Recorded]) -> Session:
    """The session after the events of one input. A correction of the last step goes back to the state before it."""
    if not recorded:
        return session
    events = [line.event for line in recorded]
    undone = _undone(session, recorded)
    if undone is not None:
        return Session(_still_seen(undone.before, session.state), session.trail[:-1], notice(events))
    state = reduce(evolve, events, session.state)
    lasting = tuple(line for line in recorded if not _quiet(line))
    state = msgspec.structs.replace(state, marks=_marks(session.state, state, lasting))
    if not lasting:
        return Session(state, session.trail, session.notice)
    trail = (*session.trail, _step(session.state, state, lasting))[-LONGEST_TRAIL:]
    return Session(state, trail, notice(events))


def fold(session: Session, recorded: Iterable[Recorded]) -> Session:
    """The session after a stretch of the log, input by input."""
    for _, group in groupby(recorded, key=lambda line: line.cause):
        session = advance(session, tuple(group))
    return session


def _undone(session: Session, recorded: Sequence[Recorded]) -> Step | None:
    if not session.trail:
        return None
    last = session.trail[-1]
    corrected = [line.event.corrects for line in recorded if isinstance(line.event, CorrectionDeclared)]
    return last if last.seqs in corrected else None


def _quiet(line: Recorded) -> bool:
    reprint = isinstance(line.event, LabelRequested) and line.event.reprint
    by_radio = isinstance(line.event, TagMismatchResolved) and line.event.verdict == "shipped_tag"
    return reprint or by_radio or isinstance(line.event, (*_QUIET, *BY_RADIO))


def _still_seen(before: State, now: State) -> State:
    """The state before, but what the readers saw of the same parcel meanwhile they saw, and what was noted is noted."""
    before = msgspec.structs.replace(before, departed=now.departed, pins=now.pins, notes=now.notes)
    match before.job, now.job:
        case (Receiving() | Inspecting() as old, Receiving() | Inspecting() as new) if (
            old.parcel == new.parcel and type(old) is type(new)
        ):
            job = msgspec.structs.replace(old, radio=_radio(old, new))
            return msgspec.structs.replace(before, job=with_written(job) if isinstance(job, Inspecting) else job)
        case _:
            return before


def _radio(old: Receiving | Inspecting, new: Receiving | Inspecting) -> Radio:
    """What the readers did stays done; what a tag is goes by the returns that are the parcel's now."""
    if old.rmas == new.rmas:
        return new.radio
    gone = overwritten(new.radio)
    return msgspec.structs.replace(new.radio, seen=tuple(tag for tag in old.radio.seen if tag.epc not in gone))


def _marks(before: State, after: State, lasting: Sequence[Recorded]) -> tuple[Mark, ...]:
    if not subject(after):
        return ()
    new = tuple(Mark(line.seq, type(line.event).__name__) for line in lasting)
    return (*before.marks, *new) if subject(after) == subject(before) else new


def _step(before: State, after: State, lasting: Sequence[Recorded]) -> Step:
    parcels, units, containers = zip(*(subjects(line.event) for line in lasting), strict=True)
    fixed = next((_FIXED[type(line.event)] for line in lasting if type(line.event) in _FIXED), "")
    return Step(
        seqs=tuple(line.seq for line in lasting),
        types=tuple(type(line.event).__name__ for line in lasting),
        before=before,
        parcels=_each(parcels),
        units=_each(units),
        containers=_each(containers),
        fixed=fixed,
        raised=after.alarms[len(before.alarms) :],
    )


def _each(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))
