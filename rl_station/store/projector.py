"""Keeps the derived tables in step with the log: a working set of rows, folded in memory, written with `flush`.

Used in the transaction that appends events, and over the whole log by a rebuild; both give identical rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import Table, bindparam, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from rl_station.domain.events import CorrectionDeclared, Recorded, subjects
from rl_station.domain.projections import (
    ContainerRow,
    ParcelRow,
    PlateUse,
    UnitRow,
    fold_container,
    fold_parcel,
    fold_unit,
    plate_uses,
)
from rl_station.store import log, tables
from rl_station.store.codec import Codec
from rl_station.store.counting import Counts
from rl_station.store.database import Database, Params, prepare

Row = TypeVar("Row", bound=msgspec.Struct)
KINDS = ("parcel", "unit", "container")

_index = prepare(insert(tables.event_subject))
_mark = prepare(insert(tables.corrected))
_marked = prepare(select(tables.corrected.c.seq).where(tables.corrected.c.seq == bindparam("seq")))
_about = prepare(
    log.joined()
    .join(tables.event_subject, tables.event_subject.c.seq == tables.event.c.seq)
    .outerjoin(tables.corrected, tables.corrected.c.seq == tables.event.c.seq)
    .where(
        tables.event_subject.c.kind == bindparam("kind"),
        tables.event_subject.c.subject == bindparam("subject"),
        tables.event_subject.c.seq < bindparam("before"),
        tables.corrected.c.seq.is_(None),
    )
    .order_by(tables.event_subject.c.seq)
)
_key_add = prepare(upsert(tables.parcel_key).on_conflict_do_nothing())
_key_drop = prepare(
    delete(tables.parcel_key).where(
        *(tables.parcel_key.c[name] == bindparam(name) for name in ("kind", "value", "parcel"))
    )
)
_plates_insert = upsert(tables.plate_counter)
_plates = prepare(
    _plates_insert.on_conflict_do_update(
        index_elements=["prefix", "kind"],
        set_={"used": _plates_insert.excluded.used},
        where=_plates_insert.excluded.used > tables.plate_counter.c.used,
    )
)


class View(Generic[Row]):
    """One derived table whose rows are folded from their subject's events, with the rows in hand."""

    def __init__(
        self,
        table: Table,
        row_type: type[Row],
        fold: Callable[[Row | None, str, Recorded], Row | None],
    ) -> None:
        key = table.primary_key.columns[0]
        changed = upsert(table)
        self.codec = Codec(row_type)
        self.fold = fold
        self.load = prepare(select(*(table.c[name] for name in self.codec.names)).where(key == bindparam("id")))
        self.save = prepare(
            changed.on_conflict_do_update(
                index_elements=[key],
                set_={name: changed.excluded[name] for name in self.codec.names if name != key.name},
            )
        )
        self.drop = prepare(delete(table).where(key == bindparam("id")))


PARCELS = View(tables.parcel, ParcelRow, fold_parcel)
UNITS = View(tables.unit, UnitRow, fold_unit)
CONTAINERS = View(tables.container, ContainerRow, fold_container)


def by_clock(recorded: Recorded) -> Recorded:
    """The event with the hybrid clock in the place of its seq, so that rows of several stations compare (`sync_wire.Known`)."""
    return replace(recorded, seq=recorded.hlc)


class _Rows(Generic[Row]):
    """The rows of one view in hand: as they stand in the table, and as they shall."""

    def __init__(self, database: Database, view: View[Row]) -> None:
        self._database = database
        self._view = view
        self._stored: dict[str, Row | None] = {}
        self._now: dict[str, Row | None] = {}

    def apply(self, subject: str, recorded: Recorded) -> None:
        """An event `by_clock`, as those of `refold`."""
        row = self._now[subject] if subject in self._now else self._fetch(subject)
        self._now[subject] = self._view.fold(row, subject, recorded)

    def refold(self, subject: str, history: Iterable[Recorded]) -> None:
        self._fetch(subject)
        row: Row | None = None
        for recorded in history:
            row = self._view.fold(row, subject, recorded)
        self._now[subject] = row

    def flush(self) -> list[tuple[Row | None, Row | None]]:
        """Write what changed; gives each changed row before and after."""
        changes = [(self._stored[subject], row, subject) for subject, row in self._now.items()]
        changes = [change for change in changes if change[0] != change[1]]
        self._database.run_many(self._view.save, [self._view.codec.params(row) for _, row, _ in changes if row])
        self._database.run_many(self._view.drop, [{"id": subject} for _, row, subject in changes if row is None])
        self._stored.clear()
        self._now.clear()
        return [(before, after) for before, after, _ in changes]

    def _fetch(self, subject: str) -> Row | None:
        if subject not in self._stored:
            self._stored[subject] = self._database.row(self._view.load, self._view.codec.row, {"id": subject})
        return self._stored[subject]


class Projector:
    """A working set over one database. Everything it learns is in the tables only after `flush`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._parcels = _Rows(database, PARCELS)
        self._units = _Rows(database, UNITS)
        self._containers = _Rows(database, CONTAINERS)
        self._index: list[Params] = []
        self._plates: dict[tuple[str, str], int] = {}
        self._counts = Counts(database)

    def append(self, recorded: Iterable[Recorded]) -> None:
        """Events just written to the log, in order."""
        news = list(recorded)
        for each in news:
            self.index(each)
        self._flush_index()
        for each in news:
            if isinstance(each.event, CorrectionDeclared):
                self._correct(each, each.event)
            else:
                self.apply(each)

    def index(self, recorded: Recorded) -> None:
        """What even a corrected event leaves behind: its place in histories, the plate numbers it used up."""
        for kind, ids in zip(KINDS, subjects(recorded.event), strict=True):
            self._index.extend({"kind": kind, "subject": each, "seq": recorded.seq} for each in ids)
        for use in plate_uses(recorded.event):
            key = (use.prefix, use.kind)
            self._plates[key] = max(use.used, self._plates.get(key, 0))

    def apply(self, recorded: Recorded) -> None:
        """An event that stands."""
        parcels, units, containers = subjects(recorded.event)
        clocked = by_clock(recorded)
        for subject in parcels:
            self._parcels.apply(subject, clocked)
        for subject in units:
            self._units.apply(subject, clocked)
        for subject in containers:
            self._containers.apply(subject, clocked)
        self._counts.event(recorded, 1)

    def flush(self) -> None:
        self._flush_index()
        for before, after in self._parcels.flush():
            self._move_keys(before, after)
        for unit_before, unit_after in self._units.flush():
            self._counts.unit(unit_before, unit_after)
        self._containers.flush()
        self._database.run_many(_plates, [PlateUse(*key, used)._asdict() for key, used in sorted(self._plates.items())])
        self._plates.clear()
        self._counts.flush()

    def _correct(self, correction: Recorded, event: CorrectionDeclared) -> None:
        """Take back what the corrected events did: their subjects are folded again without them."""
        affected: dict[tuple[str, str], None] = {}
        for seq in sorted(set(event.corrects)):
            found = self._correctable(seq, correction.seq)
            if found is None:
                continue
            self._database.run(_mark, {"seq": seq, "by": correction.seq})
            self._counts.event(found, -1)
            for kind, ids in zip(KINDS, subjects(found.event), strict=True):
                affected.update(dict.fromkeys((kind, each) for each in ids))
        rows: dict[str, _Rows[ParcelRow] | _Rows[UnitRow] | _Rows[ContainerRow]]
        rows = {"parcel": self._parcels, "unit": self._units, "container": self._containers}
        for kind, subject in affected:
            rows[kind].refold(subject, self._history(kind, subject, correction.seq))

    def _correctable(self, seq: int, before: int) -> Recorded | None:
        """Only earlier facts, and once. A correction is final."""
        if seq >= before or self._database.row(_marked, int, {"seq": seq}) is not None:
            return None
        found = self._database.row(log.ONE, log.StoredEvent, {"seq": seq})
        if found is None or found.type == CorrectionDeclared.__name__:
            return None
        return found.recorded()

    def _history(self, kind: str, subject: str, before: int) -> list[Recorded]:
        found = self._database.rows(_about, log.StoredEvent, {"kind": kind, "subject": subject, "before": before})
        return [by_clock(row.recorded()) for row in found]

    def _move_keys(self, before: ParcelRow | None, after: ParcelRow | None) -> None:
        old = {(kind, value, before.parcel) for kind, value in before.keys} if before else set()
        new = {(kind, value, after.parcel) for kind, value in after.keys} if after else set()
        for statement, keys in ((_key_drop, old - new), (_key_add, new - old)):
            self._database.run_many(
                statement, [{"kind": kind, "value": value, "parcel": parcel} for kind, value, parcel in sorted(keys)]
            )

    def _flush_index(self) -> None:
        self._database.run_many(_index, self._index)
        self._index = []
