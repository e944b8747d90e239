"""Keeps the derived tables in step with the events, in the transaction that stores them.

Whatever order the stations' pushes arrive in, the rows come out the same: events count in the order of the hybrid clock, one from
the past of its subject or a correction has the subject folded anew, and work done is counted by adding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from rl_station.central import corrections, histories, items, positions, settlements, tables
from rl_station.central.conflict_tasks import settle
from rl_station.central.conflicts import Course
from rl_station.central.corrections import Key
from rl_station.central.database import copy_rows
from rl_station.central.departures import Moved, Places, follow
from rl_station.central.folding import NEVER, Order, Progress, Row, Taken, in_clock
from rl_station.central.positions import Head
from rl_station.central.standing import standing
from rl_station.central.subjects import Subject, about
from rl_station.central.tallies import Tallies
from rl_station.domain.events import CorrectionDeclared, Recorded
from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow

KINDS = ("parcel", "unit", "container")
_INDEX = ("site", "kind", "subject", "hlc", "stream", "seq")
_NO_CODES: frozenset[str] = frozenset()


class Read(msgspec.Struct, frozen=True, gc=False):
    """An event, all subjects that it is about, those under which it is listed, and itself as the folds take it."""

    taken: Taken
    subjects: Sequence[Subject]
    listed: Sequence[Subject]
    folded: Recorded


def project(connection: Connection, site: str, new: Sequence[Taken], now: int) -> None:
    """Put events to the derived tables, which are stored already in the same transaction. `now` microseconds since 1970 UTC.

    Holds the site's feed to the end of the transaction, so that positions come in the order of commits. What one push says by
    itself is worked out before: the feed is where the stations of a site wait for each other.
    """
    if new:
        projection = _Projection(connection, site, now)
        read = projection.listed(new)
        head = positions.lock(connection, site)
        projection.take(new, read)
        projection.write(head)


def refold(connection: Connection, site: str, subjects: Iterable[Subject], now: int) -> int:
    """Fold items anew from all their events; gives how many come out otherwise. Holds the site's feed as `project` does."""
    head = positions.lock(connection, site)
    projection = _Projection(connection, site, now)
    projection.again(subjects)
    return projection.write(head, every=False)


class _Before(NamedTuple):
    """An item as it was found: its row, whether stations knew of it, its last event, its value, what it has added to the counts.

    `counted` None: an older version wrote it.
    """

    row: Row | None
    told: bool
    newest: Order
    value: bytes
    counted: bytes | None


NEW = _Before(None, told=False, newest=NEVER, value=b"", counted=None)


class _Projection:
    """The working set of one transaction: the subjects that its events touch."""

    def __init__(self, connection: Connection, site: str, now: int) -> None:
        self._connection, self._site, self._now = connection, site, now
        self._subjects: dict[Subject, Progress] = {}
        self._before: dict[Subject, _Before] = {}
        self._tallies = Tallies()
        self._settled: set[str] = set()

    def listed(self, new: Sequence[Taken]) -> list[Read]:
        """What each event is about, written down for whoever looks up a subject's events; and counted, as if all of it stood."""
        read = [Read(taken, *about(taken.recorded.event), in_clock(taken.recorded)) for taken in new]
        rows = [
            (self._site, kind, subject, each.taken.recorded.hlc, each.taken.stream, each.taken.recorded.seq)
            for each in read
            for kind, subject in each.listed
        ]
        for taken in new:
            self._tallies.event(taken.recorded, 1)
        copy_rows(self._connection, tables.subject_event, _INDEX, rows)
        said = settlements.words(new)
        self._settled.update(map(settlements.named, said))
        settlements.listed(self._connection, self._site, said)
        return read

    def take(self, new: Sequence[Taken], read: Sequence[Read]) -> None:
        """Fold them into their subjects. The site's feed is held."""
        void, affected = self._corrected(new)
        self._load([subject for each in read for subject in each.subjects], affected)
        subjects_of = self._subjects
        for each in read:
            taken = each.taken
            for subject in each.subjects:
                subjects_of[subject].note(taken)
            order = taken.order
            if void and (taken.stream, taken.recorded.seq) in void:
                affected.extend((subject, order) for subject in each.listed)
                self._tallies.event(taken.recorded, -1)
                continue
            for subject in each.listed:
                subjects_of[subject].take(taken, each.folded, order)
        for subject, order in affected:
            subjects_of[subject].doubt(order)
        self._refold()
        settlements.follow(self._connection, self._site, self._settled - {""})

    def again(self, subjects: Iterable[Subject]) -> None:
        """All that is known of them, from the first event."""
        self._load(subjects, ())
        for progress in self._subjects.values():
            progress.doubt(NEVER)
        self._refold()

    def write(self, head: Head, *, every: bool = True) -> int:
        """Write the items, or only those with another value than before; gives their number."""
        places = self._places()
        changes = [
            _change(each, self._before.get(subject), places)
            for subject, each in self._subjects.items()
            if every or _changed(each, self._before.get(subject, NEW))
        ]
        items.write(self._connection, self._site, head, changes)
        for change in changes:
            before = self._before.get((change.kind, change.key), NEW)
            self._tallies.unit(before.counted, change.standing.counted)
        self._tallies.write(self._connection, self._site)
        follow(self._connection, places, self._site, self._moved(), set(self._subjects))
        return len(changes)

    def _places(self) -> Places:
        """The containers as they will stand, and those that the units lie in."""
        rows = [progress.row for progress in self._subjects.values()]
        boxes = {row.container: row for row in rows if isinstance(row, ContainerRow)}
        places = Places(self._connection, self._site, boxes)
        places.load(row.container for row in rows if isinstance(row, UnitRow) and row.status == "sorted")
        return places

    def _moved(self) -> Iterator[Moved]:
        for subject, progress in self._subjects.items():
            if progress.kind == "container":
                before, row = self._before.get(subject, NEW), progress.row
                yield Moved(_container(before.row), _container(row), before.newest)

    def _corrected(self, new: Sequence[Taken]) -> tuple[set[Key], list[tuple[Subject, Order]]]:
        """Which of the new events do not count, and what changes in the past of which subjects."""
        void = corrections.marked(self._connection, new)
        declared = [taken for taken in new if type(taken.recorded.event) is CorrectionDeclared]
        affected: list[tuple[Subject, Order]] = []
        if declared:
            fresh = {(taken.stream, taken.recorded.seq) for taken in new}
            for key, taken in corrections.mark(self._connection, self._site, declared).items():
                if key in fresh:
                    void.add(key)
                else:
                    self._tallies.event(taken.recorded, -1)
                    self._settled.add(settlements.named(taken))
                    affected.extend((subject, taken.order) for subject in about(taken.recorded.event)[1])
        return void, affected

    def _load(self, touched: Iterable[Subject], affected: Iterable[tuple[Subject, Order]]) -> None:
        for subject in (*touched, *(subject for subject, _ in affected)):
            if subject not in self._subjects:
                self._subjects[subject] = Progress(*subject)
        for kind in KINDS:
            keys = [key for of, key in self._subjects if of == kind]
            for found in items.load(self._connection, self._site, kind, keys):
                progress = self._subjects[kind, found.key]
                progress.load(found.value, found.state)
                self._before[kind, found.key] = _Before(
                    progress.row, not found.gone, progress.newest, found.value, found.counted
                )

    def _refold(self) -> None:
        stale = [progress for progress in self._subjects.values() if progress.stale]
        for kind in KINDS:
            here = [progress for progress in stale if progress.kind == kind]
            courses: dict[str, Course] = {}
            for progress, history in self._histories(kind, here):
                courses[progress.id] = progress.refold(history)
            settle(self._connection, self._site, kind, courses, self._now)

    def _histories(self, kind: str, stale: Sequence[Progress]) -> Iterable[tuple[Progress, list[tuple[Taken, bool]]]]:
        whole = [progress for progress in stale if progress.whole]
        found = histories.about(self._connection, self._site, kind, [progress.id for progress in whole])
        for progress in stale:
            if progress.whole:
                yield progress, found[progress.id]
            else:
                # A tote has a long past; only what happened since it was last empty matters.
                id_, since = progress.id, progress.begun[0]
                yield progress, histories.about(self._connection, self._site, kind, [id_], since)[id_]


def _changed(progress: Progress, before: _Before) -> bool:
    return before.counted is None or progress.value() != before.value


def _change(progress: Progress, before: _Before | None, places: Places) -> items.Change:
    row = progress.row
    old = _NO_CODES if before is None else items.codes(before.row)
    return items.Change(
        kind=progress.kind,
        key=progress.id,
        value=progress.value(),
        gone=row is None,
        told=before is not None and before.told,
        codes=(old, old if before is not None and row is before.row else items.codes(row)),
        status="" if row is None else row.status,
        disposition="" if row is None or isinstance(row, ParcelRow) else row.disposition,
        client="" if row is None else row.client,
        hlc=progress.hlc,
        final=places.finished(row),
        state=progress.state(),
        standing=standing(row),
    )


def _container(row: Row | None) -> ContainerRow | None:
    return row if isinstance(row, ContainerRow) else None
