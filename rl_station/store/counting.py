"""Counts that are kept in step with the log by adding and taking off: finished work, decided units, second looks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, delete
from sqlalchemy.dialects.sqlite import insert as upsert

from rl_station.domain.events import Recorded
from rl_station.domain.kpi import Decided, Looked
from rl_station.domain.projections import UnitRow, WorkDone, looked, tally, work_done
from rl_station.store import tables
from rl_station.store.database import Database, Params, Value, prepare

Key = tuple[Value, ...]


class _Sums:
    """A table of sums: each primary key with its numbers, and none where the first of them is 0."""

    def __init__(self, table: Table) -> None:
        self.keys = tuple(column.name for column in table.primary_key)
        self.sums = tuple(column.name for column in table.columns if not column.primary_key)
        adding = upsert(table)
        self._add = prepare(
            adding.on_conflict_do_update(
                index_elements=self.keys, set_={name: table.c[name] + adding.excluded[name] for name in self.sums}
            )
        )
        self._none = prepare(
            delete(table).where(
                *(table.c[name] == bindparam(name) for name in self.keys), table.c[self.sums[0]] == bindparam("zero")
            )
        )

    def write(self, database: Database, changes: dict[Key, list[int]]) -> None:
        rows: list[dict[str, Value]] = [
            {**dict(zip(self.keys, key, strict=True)), **dict(zip(self.sums, sums, strict=True))}
            for key, sums in changes.items()
            if any(sums)
        ]
        database.run_many(self._add, rows)
        fewer: list[Params] = [
            {**dict(zip(self.keys, key, strict=True)), "zero": 0} for key, sums in changes.items() if sums[0] < 0
        ]
        database.run_many(self._none, fewer)


_WORK, _DECIDED, _LOOKED = _Sums(tables.throughput), _Sums(tables.decided), _Sums(tables.looked)


class Counts:
    """What changes in a working set; in the tables only after `flush`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._work: Counter[WorkDone] = Counter()
        self._looked: Counter[Looked] = Counter()
        self._decided: dict[Key, list[int]] = {}

    def event(self, recorded: Recorded, by: int) -> None:
        """An event that stands (`by` 1), or that is taken back (-1)."""
        work = work_done(recorded)
        if work is not None:
            self._work[work] += by
        for each in looked(recorded):
            self._looked[each] += by

    def unit(self, before: UnitRow | None, after: UnitRow | None) -> None:
        """A unit's row has changed."""
        was, now = tally(before), tally(after)
        if was != now:
            self._add(was, -1)
            self._add(now, 1)

    def flush(self) -> None:
        _WORK.write(self._database, {tuple(work): [count] for work, count in self._work.items()})
        _LOOKED.write(self._database, {_key(each, _LOOKED): [count] for each, count in self._looked.items()})
        _DECIDED.write(self._database, self._decided)
        self._work.clear()
        self._looked.clear()
        self._decided = {}

    def _add(self, found: Decided | None, by: int) -> None:
        if found is not None:
            sums = self._decided.setdefault(_key(found, _DECIDED), [0] * len(_DECIDED.sums))
            for place, name in enumerate(_DECIDED.sums):
                sums[place] += by * getattr(found, name)


def _key(row: msgspec.Struct, sums: _Sums) -> Key:
    values: Any = (getattr(row, name) for name in sums.keys)
    return tuple(values)
