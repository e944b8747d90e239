"""Which units and containers have left the site: what no row says by itself, because a unit leaves with what it lies in.

`final` of their items is kept in step with the containers' rows, so that inventory and whole copies need not ask for each unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, update

from rl_station.central import histories, items, tables
from rl_station.central.folding import Order, Row, row_of
from rl_station.domain import departures, events
from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow

_item = tables.item
_MARK = (
    update(_item)
    .where(
        _item.c.site == bindparam("at_site"),
        _item.c.kind == bindparam("of"),
        _item.c.key == bindparam("which"),
        _item.c.final != bindparam("now"),
    )
    .values(final=bindparam("now"))
)


class Places:
    """Containers as they stand, looked up while one question is answered. Implements `domain.departures.Containers`."""

    def __init__(
        self, connection: Connection, site: str, rows: Mapping[str, ContainerRow | None] | None = None
    ) -> None:
        """`rows`: those that are in hand already."""
        self._connection, self._site = connection, site
        self._rows = dict(rows or {})

    def load(self, codes: Iterable[str]) -> None:
        """Many at once."""
        wanted = [code for code in dict.fromkeys(codes) if code and code not in self._rows]
        self._rows.update(dict.fromkeys(wanted))
        for found in items.load(self._connection, self._site, "container", wanted):
            row = row_of("container", found.value)
            self._rows[found.key] = row if isinstance(row, ContainerRow) else None

    def container(self, code: str) -> ContainerRow | None:
        if code not in self._rows:
            self.load([code])
        return self._rows.get(code)

    def finished(self, row: Row | None) -> bool:
        """Whether no more work is expected on this parcel, unit or container."""
        match row:
            case ParcelRow():
                return row.status == "closed"
            case UnitRow():
                return row.status == "sorted" and departures.left(row.container, row.placed_seq, self)
            case ContainerRow():
                return departures.shipped(row, self)
            case _:
                return False


class Moved(NamedTuple):
    """A container's row before and after; `newest`: the last event that had been in it before."""

    before: ContainerRow | None
    after: ContainerRow | None
    newest: Order

    def matters(self) -> bool:
        """Whether what lies in it may have left, or come back. A tote filled anew after it left changes nothing for the past."""
        before, after = self.before, self.after
        if before is None or after is None:
            return before is not None or after is not None
        if before.status == "shipped" and after.opened_seq > self.newest[0]:
            return False
        return _place(before) != _place(after)


def _place(row: ContainerRow) -> tuple[object, ...]:
    return row.status == "shipped", row.status == "consolidated", row.opened_seq, row.pallet, row.pallet_seq


class Contents(NamedTuple):
    """What has been put into a container or onto a pallet."""

    units: dict[str, None]
    containers: dict[str, None]


def put_into(connection: Connection, site: str, code: str, since: int) -> Contents:
    """What was put into it from clock value `since` on, corrected or not, by its events."""
    found = Contents({}, {})
    for taken, _ in histories.about(connection, site, "container", [code], since)[code]:
        match taken.recorded.event:
            case events.UnitSorted() as event if event.container == code:
                found.units[event.unit] = None
            case events.ContainersConsolidated() as event if event.container == code:
                found.containers.update(dict.fromkeys(event.contents))
    return found


def follow(
    connection: Connection, places: Places, site: str, moved: Iterable[Moved], done: set[tuple[str, str]]
) -> None:
    """Bring `final` of what lies in containers in step with them. `done`: items that are written with the right one anyway."""
    units: dict[str, None] = {}
    boxes: dict[str, None] = {}
    waiting = [
        (row.container, row.opened_seq) for each in moved if each.matters() for row in each[:2] if row is not None
    ]
    seen: dict[str, int] = {}
    while waiting:
        code, since = waiting.pop()
        if seen.get(code, since + 1) <= since:
            continue
        seen[code] = since
        inside = put_into(connection, site, code, since)
        units |= inside.units
        boxes |= inside.containers
        places.load(inside.containers)
        rows = (places.container(each) for each in inside.containers)
        waiting += [(row.container, row.opened_seq) for row in rows if row is not None]
    _mark(connection, places, site, "unit", [key for key in units if ("unit", key) not in done])
    _mark(connection, places, site, "container", [key for key in boxes if ("container", key) not in done])


def _mark(connection: Connection, places: Places, site: str, kind: str, keys: list[str]) -> None:
    rows = {found.key: row_of(kind, found.value) for found in items.load(connection, site, kind, keys)}
    places.load(row.container for row in rows.values() if isinstance(row, UnitRow))
    marks = [
        {"at_site": site, "of": kind, "which": key, "now": places.finished(row)}
        for key, row in rows.items()
        if row is not None
    ]
    if marks:
        connection.execute(_MARK, marks)
