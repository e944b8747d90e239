"""What waits and what is wrong, read from the indexes over just these rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import literal_column, select

from rl_station.domain.departures import left
from rl_station.domain.kpi import Trouble, Waiting
from rl_station.domain.projections import OpenTrouble
from rl_station.store import tables
from rl_station.store.database import Database, prepare
from rl_station.store.rows import Rows, StoreRows

_parcel, _unit = tables.parcel.c, tables.unit.c
_PARCELS = prepare(
    select(
        *(_parcel.queue, _parcel.parcel, _parcel.client, _parcel.since, _parcel.since_at),
        *(_parcel.received_at, _parcel.rmas, _parcel.lane),
    ).where(tables.waits(tables.parcel))
)
_waiting_units = (
    select(
        *(_unit.queue, _unit.unit, _unit.client, _unit.since, _unit.since_at),
        *(_parcel.received_at, _parcel.rmas, _unit.name),
    )
    .outerjoin(tables.parcel, _parcel.parcel == _unit.parcel)
    .where(tables.waits(tables.unit))
)
_UNITS = prepare(_waiting_units.where(_unit.status != literal_column("'sorted'")))
_SORTED = prepare(
    _waiting_units.add_columns(_unit.container, _unit.placed_seq).where(_unit.status == literal_column("'sorted'"))
)
_TROUBLED = {
    table.name: prepare(
        select(table.c[table.name], table.c.client, table.c.troubles)
        .where(tables.troubled(table))
        .order_by(table.c[table.name])
    )
    for table in (tables.parcel, tables.unit, tables.container)
}
_decoder = msgspec.json.Decoder(tuple[OpenTrouble, ...])


def micros(hlc: int) -> int:
    """The wall clock in a hybrid clock, microseconds since 1970 UTC."""
    return (hlc >> 16) * 1000


class _Troubled(NamedTuple):
    """A subject with open troubles, which stand there as JSON."""

    subject: str
    client: str
    troubles: str


class Others(Rows, Protocol):
    """Rows as they are once other stations' work is counted in, as far as it is known here."""

    def shared(self, kind: str, ids: Collection[str]) -> set[str]:
        """Those of these parcels, units or containers that other stations have worked on, too."""
        ...


def waiting(database: Database, others: Others | None = None) -> list[Waiting]:
    """In no particular order. What left with its container waits no more, nor what `others` have gone on with."""
    rows: Rows = others or StoreRows(database)
    gone: dict[tuple[str, int], bool] = {}
    found = [*database.rows(_PARCELS, _parcel_waits), *database.rows(_UNITS, _unit_waits)]
    for unit, place in database.rows(_SORTED, _sorted_waits):
        if place not in gone:
            gone[place] = left(*place, rows)
        if not gone[place]:
            found.append(unit)
    return found if others is None else list(_left_to_us(found, others))


def _left_to_us(found: Sequence[Waiting], others: Others) -> Iterator[Waiting]:
    """What still waits in the same queue, and came into it where our own log says."""
    for kind in ("parcel", "unit"):
        those = [each for each in found if each.kind == kind]
        shared = others.shared(kind, [each.id for each in those])
        yield from (each for each in those if each.id not in shared or _waits_on(each, others))


def _waits_on(each: Waiting, others: Others) -> bool:
    row = others.parcel(each.id) if each.kind == "parcel" else others.unit(each.id)
    return row is not None and (row.queue, row.since_at) == (each.queue, each.station)


def troubles(database: Database, others: Others | None = None) -> Iterator[Trouble]:
    """Of parcels, units and containers; without what `others` have mended or settled."""
    for kind, statement in _TROUBLED.items():
        troubled = database.rows(statement, _Troubled)
        shared = others.shared(kind, [found.subject for found in troubled]) if others else set()
        for found in troubled:
            still = _open(others, kind, found.subject) if others and found.subject in shared else None
            for each in _decoder.decode(found.troubles):
                if still is not None and each.kind not in still:
                    continue
                yield Trouble(
                    kind=each.kind,
                    subject_kind=kind,
                    subject=found.subject,
                    since=micros(each.since),
                    client=found.client,
                    station=each.station,
                    operator=each.operator,
                    detail=each.detail,
                )


def _open(others: Others, kind: str, subject: str) -> set[str]:
    row = {"parcel": others.parcel, "unit": others.unit, "container": others.container}[kind](subject)
    return {each.kind for each in row.troubles} if row is not None else set()


def _parcel_waits(  # noqa: PLR0913, PLR0917  # the columns of `_PARCELS`
    queue: str, plate: str, client: str, since: int, station: str, received_at: int, rmas: str, lane: str
) -> Waiting:
    return Waiting(
        queue=queue,
        kind="parcel",
        id=plate,
        client=client,
        since=micros(since),
        station=station,
        received=received_at if rmas != "[]" else 0,
        lane=lane,
    )


def _unit_waits(  # noqa: PLR0913, PLR0917  # those of `_UNITS`
    queue: str, plate: str, client: str, since: int, station: str, received_at: int | None, rmas: str, name: str
) -> Waiting:
    """Its return came in with its parcel, if anybody here knows that, and it was announced."""
    return Waiting(
        queue=queue,
        kind="unit",
        id=plate,
        client=client,
        since=micros(since),
        station=station,
        received=received_at if received_at and rmas != "[]" else 0,
        name=name,
    )


def _sorted_waits(*columns: Any) -> tuple[Waiting, tuple[str, int]]:
    """And the container that it lies in, with when it went there."""
    *unit, container, placed = columns
    return _unit_waits(*unit), (container, placed)
