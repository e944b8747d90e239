"""What waits and what is wrong, read from the indexes over just these rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from rl_station.domain.kpi import Trouble, Waiting
from rl_station.domain.projections import OpenTrouble
from rl_station.store import tables
from rl_station.store.database import Database, prepare
from rl_station.store.departures import left
from rl_station.store.rows import StoreRows

_parcel, _unit = tables.parcel.c, tables.unit.c
_PARCELS = prepare(
    select(
        *(_parcel.queue, _parcel.parcel, _parcel.client, _parcel.since, _parcel.since_at),
        *(_parcel.received_at, _parcel.rmas, _parcel.lane),
    )
    .where(tables.waits(tables.parcel))
    .order_by(_parcel.queue, _parcel.since, _parcel.parcel)
)
_UNITS = prepare(
    select(
        *(_unit.queue, _unit.unit, _unit.client, _unit.since, _unit.since_at),
        *(_parcel.received_at, _parcel.rmas, _unit.name, _unit.status, _unit.container, _unit.placed_seq),
    )
    .outerjoin(tables.parcel, _parcel.parcel == _unit.parcel)
    .where(tables.waits(tables.unit))
    .order_by(_unit.queue, _unit.since, _unit.unit)
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


class _Parcel(NamedTuple):
    """The columns of `_PARCELS`."""

    queue: str
    parcel: str
    client: str
    since: int
    since_at: str
    received_at: int
    rmas: str
    lane: str


class _Unit(NamedTuple):
    """The columns of `_UNITS`. `received_at` and `rmas` are its parcel's, None where nobody here knows that."""

    queue: str
    unit: str
    client: str
    since: int
    since_at: str
    received_at: int | None
    rmas: str | None
    name: str
    status: str
    container: str
    placed_seq: int


class _Troubled(NamedTuple):
    """A subject with open troubles, which stand there as JSON."""

    subject: str
    client: str
    troubles: str


def waiting(database: Database) -> Iterator[Waiting]:
    """Parcels, then units; by queue, what waits longest first. What left with its container waits no more."""
    for parcel in database.rows(_PARCELS, _Parcel):
        yield Waiting(
            queue=parcel.queue,
            kind="parcel",
            id=parcel.parcel,
            client=parcel.client,
            since=micros(parcel.since),
            lane=parcel.lane,
            received=_announced(parcel.received_at, parcel.rmas),
            station=parcel.since_at,
        )
    for unit in _still_here(database.rows(_UNITS, _Unit), StoreRows(database)):
        yield Waiting(
            queue=unit.queue,
            kind="unit",
            id=unit.unit,
            client=unit.client,
            name=unit.name,
            since=micros(unit.since),
            received=_announced(unit.received_at, unit.rmas),
            station=unit.since_at,
        )


def troubles(database: Database) -> Iterator[Trouble]:
    """Of parcels, units and containers."""
    for kind, statement in _TROUBLED.items():
        for found in database.rows(statement, _Troubled):
            for each in _decoder.decode(found.troubles):
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


def _still_here(units: Iterable[_Unit], rows: StoreRows) -> Iterator[_Unit]:
    """Each container is looked at once."""
    gone: dict[tuple[str, int], bool] = {}
    for unit in units:
        place = (unit.container, unit.placed_seq)
        if unit.status == "sorted" and place not in gone:
            gone[place] = left(*place, rows)
        if unit.status != "sorted" or not gone[place]:
            yield unit


def _announced(received_at: int | None, rmas: str | None) -> int:
    """When the return came in, 0 where none was announced for the parcel."""
    return received_at or 0 if rmas != "[]" else 0
