"""What supervisors' figures are made of, as this station's own log says: counted rows, what waits, what is wrong.

Everything is found by an index over just the rows that are asked for: it costs what is shown, however long the log is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import msgspec
from sqlalchemy import Table, bindparam, select

from rl_station.domain.kpi import DAY_US, HOUR_US, SLOT_US, Decided, Looked, Selection, Subject, Trouble, Waiting, Work
from rl_station.store import attention, selections, tables
from rl_station.store.attention import Others
from rl_station.store.database import Database, Statement, Value, prepare

T = TypeVar("T", bound=msgspec.Struct)


def _span(table: Table, made: type[msgspec.Struct]) -> Statement:
    """Rows whose first key is in a span."""
    names = [field.name for field in msgspec.structs.fields(made)]
    by = table.c[names[0]]
    span = (by >= bindparam("first"), by < bindparam("end"))
    return prepare(select(*(table.c[name] for name in names)).where(*span).order_by(*table.primary_key.columns))


def _made(made: type[T]) -> Callable[..., T]:
    names = [field.name for field in msgspec.structs.fields(made)]
    return lambda *row: made(**dict(zip(names, row, strict=True)))


_WORK, _DECIDED, _LOOKED = (
    _span(table, made)
    for table, made in ((tables.throughput, Work), (tables.decided, Decided), (tables.looked, Looked))
)
_decided = _made(Decided)


class StoreFigures:
    """Implements `kpi.Counted` over one connection."""

    def __init__(self, database: Database, others: Others | None = None) -> None:
        self._database = database
        self._others = others

    def beside(self, others: Others) -> StoreFigures:
        """The same, less what other stations have gone on with, as the site knows it."""
        return StoreFigures(self._database, others)

    def at_once(self) -> AbstractContextManager[None]:
        """Everything asked for in the block is true of the same moment."""
        return self._database.snapshot()

    def work(self, since: int = 0, until: int = 0) -> list[Work]:
        """Of the slots that begin in the span: microseconds since 1970 UTC, `until` 0 for open, as in the next two."""
        return self._database.rows(_WORK, Work, _within(since, until, SLOT_US))

    def decided(self, since: int = 0, until: int = 0) -> list[Decided]:
        """By the hours of the decisions."""
        return self._database.rows(_DECIDED, _decided, _within(since, until, HOUR_US))

    def looked(self, since: int = 0, until: int = 0) -> list[Looked]:
        """By days."""
        return self._database.rows(_LOOKED, Looked, _within(since, until, DAY_US))

    def waiting(self) -> list[Waiting]:
        """See `attention.waiting`."""
        return attention.waiting(self._database, self._others)

    def troubles(self) -> list[Trouble]:
        return list(attention.troubles(self._database, self._others))

    def selected(self, selection: Selection) -> tuple[Subject, ...]:
        """At most `kpi.MOST_SUBJECTS`; see `selections`."""
        return selections.selected(self._database, selection, self)


def _within(since: int, until: int, length: int) -> dict[str, Value]:
    """The numbers of what begins at `since` or later and before `until`."""
    return {"first": -(-since // length), "end": -(-until // length) if until else selections.FOREVER}
