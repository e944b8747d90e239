"""One row out of two: what the centre says of a subject, and what this station did since. Pure.

The outcome is what the centre will say once it has this station's events: they are folded over its row. Only where these are from
before the newest that the centre knows, or take back what it knows already, is it a best guess until the centre answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from rl_station.domain.events import CorrectionDeclared, DispositionDecided, Recorded
from rl_station.domain.projections import (
    ContainerRow,
    ParcelRow,
    UnitRow,
    fold_container,
    fold_parcel,
    fold_unit,
)
from rl_station.domain.projections.queues import parcel_queue, unit_queue
from rl_station.domain.sync_wire import Life
from rl_station.store import OwnEvent

Row = TypeVar("Row", bound=msgspec.Struct)
Seen = tuple[tuple[str, str, int], ...]
"""Station, epoch and the last seq in it, as in `sync_wire.Known`."""

_REPEATED = frozenset({"client", "rmas", "disposition"})
"""What an opening or a sorting says over again: taking that back does not take back where it was said first."""


class OwnLog(NamedTuple):
    """This station's log as the centre keys it: the last seq that is ours in each of its epochs."""

    station: str
    ends: Mapping[str, int]

    @staticmethod
    def of(station: str, lives: Sequence[Life], head: int) -> OwnLog:
        """`lives` oldest first, and the log's last seq."""
        ends = [*(life.starts - 1 for life in lives[1:]), head]
        return OwnLog(station, {life.epoch: end for life, end in zip(lives, ends, strict=True)})

    def covered(self, seen: Seen) -> int:
        """The last seq of our own that is in there."""
        ours = (min(seq, self.ends.get(epoch, 0)) for station, epoch, seq in seen if station == self.station)
        return max(ours, default=0)

    def others(self, seen: Seen) -> Seen:
        """What is in there besides: other stations' work, and that of another copy of this log."""
        return tuple(each for each in seen if each[0] != self.station or each[2] > self.ends.get(each[1], 0))


@dataclass(frozen=True, slots=True)
class Kind(Generic[Row]):
    """A kind of subject: how its row is folded, and the row of one of which nothing is known.

    `status`: how far the work is, by what it has led to. `queue`: where it waits, by its row; containers wait nowhere.
    """

    name: str
    fold: Callable[[Row | None, str, Recorded], Row | None]
    blank: Callable[[str], Row]
    status: Callable[[Row], str]
    queue: Callable[[Row], str] | None = None


PARCEL = Kind(
    "parcel",
    fold_parcel,
    lambda parcel: ParcelRow(parcel=parcel, status=""),
    lambda row: "opened" if not row.received_at else "received" if row.lane else "receiving",
    lambda row: parcel_queue(row.status),
)
UNIT = Kind(
    "unit",
    fold_unit,
    lambda unit: UnitRow(unit=unit, status=""),
    lambda row: "decided" if row.disposition else "graded" if row.functional else "identified",
    lambda row: unit_queue(row.status, disposition=row.disposition, held=row.held, steps=row.steps),
)
CONTAINER = Kind(
    "container", fold_container, lambda container: ContainerRow(container=container, status=""), lambda row: "open"
)


class Centre(NamedTuple, Generic[Row]):
    """The centre's row, its hybrid clock, and the last seq of our own log that is in it."""

    row: Row
    clock: int
    since: int


def merged(
    kind: Kind[Row], subject: str, centre: Centre[Row], news: Sequence[OwnEvent], ours: Callable[[], Sequence[OwnEvent]]
) -> Row | None:
    """The centre's row with our `news`, the events since; `ours` gives all our events on the subject, from the first."""
    row: Row | None = centre.row
    if any(_reaches_back(each, centre.since) for each in news):
        row = _taken_back(kind, subject, centre, ours())
    standing = [each.recorded for each in news if _stands(each)]
    late = [recorded for recorded in standing if recorded.hlc > centre.clock]
    if row is not None and len(late) < len(standing):
        row = _filled(row, _folded(kind, subject, (each for each in ours() if _stands(each)), None))
    for recorded in late:
        row = kind.fold(row, subject, recorded)
    return row


def _stands(each: OwnEvent) -> bool:
    return each.corrected_by is None and not isinstance(each.recorded.event, CorrectionDeclared)


def _reaches_back(each: OwnEvent, since: int) -> bool:
    event = each.recorded.event
    return isinstance(event, CorrectionDeclared) and any(seq <= since for seq in event.corrects)


def _folded(kind: Kind[Row], subject: str, events: Iterable[OwnEvent], row: Row | None) -> Row | None:
    for each in events:
        row = kind.fold(row, subject, each.recorded)
    return row


def _filled(row: Row, other: Row | None) -> Row:
    """The row with what it lacks and another of the same subject has. Lists are joined."""
    changes: dict[str, object] = {}
    for field in msgspec.structs.fields(row) if other is not None else ():
        mine, its = (getattr(each, field.name) for each in (row, other))
        if isinstance(mine, tuple) and mine and its:
            changes[field.name] = tuple(dict.fromkeys((*mine, *its)))
        elif mine == field.default and its != field.default:
            changes[field.name] = its
    return replace(row, **changes)


def _taken_back(kind: Kind[Row], subject: str, centre: Centre[Row], ours: Sequence[OwnEvent]) -> Row:
    """The centre's row without what we took back since: fields that say what we had said by then say what is left of it."""
    early = [
        each for each in ours if each.seq <= centre.since and not isinstance(each.recorded.event, CorrectionDeclared)
    ]
    taken = [each for each in early if each.corrected_by is not None and each.corrected_by > centre.since]
    then = _folded(kind, subject, (each for each in early if each in taken or _stands(each)), kind.blank(subject))
    left = _folded(kind, subject, (each for each in early if _stands(each)), kind.blank(subject))
    undecided = any(isinstance(each.recorded.event, DispositionDecided) for each in taken)
    changes: dict[str, object] = {}
    for field in msgspec.structs.fields(centre.row):
        was, now, theirs = (getattr(each, field.name) for each in (then, left, centre.row))
        repeated = field.name in _REPEATED and not (undecided and field.name == "disposition")
        if was not in (now, field.default) and was == theirs and not (repeated and now == field.default):
            changes[field.name] = now
    if changes.get("status") == "":
        changes["status"] = kind.status(replace(centre.row, **changes))
    return _queued(kind, replace(centre.row, **changes), left)


def _queued(kind: Kind[Row], row: Row, left: Row | None) -> Row:
    """The row in the queue that it now belongs to, since when our own log says (`left`), if it says so."""
    queue = kind.queue(row) if kind.queue is not None else ""
    if kind.queue is None or queue == getattr(row, "queue", ""):
        return row
    ours = left is not None and getattr(left, "queue", "") == queue
    since = (
        {name: getattr(left, name) for name in ("since", "since_at")}
        if ours and queue
        else {"since": 0, "since_at": ""}
    )
    return replace(row, queue=queue, **since)
