"""The rows that supervisors' figures are made of, for a whole site: what was counted, and what waits. Read from indexes alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, cast, func, literal_column, select

from rl_station.central import histories, tables
from rl_station.central.folding import row_of
from rl_station.domain.kpi import DAY_US, HOUR_US, SHARES, SLOT_US, Decided, Looked, Waiting, Work
from rl_station.domain.projections import ParcelRow, UnitRow

MOST_WAITING = 1_000
"""Things of one list of what waits: those that wait longest."""

_END = (1 << 63) - 1

_work, _decided, _looked = tables.work.c, tables.decided.c, tables.looked.c
_WORK = select(*(_work[name] for name in Work.__struct_fields__)).where(
    _work.site == bindparam("at_site"), _work.slot >= bindparam("first"), _work.slot < bindparam("end")
)
_DECIDED = select(*(_decided[name] for name in Decided.__struct_fields__)).where(
    _decided.site == bindparam("at_site"), _decided.hour >= bindparam("first"), _decided.hour < bindparam("end")
)
_SHARED = (_decided.hour, *(_decided[name] for name in (*SHARES, "currency")))
_NOBODY: Mapping[str, Any] = {"station": "", "operator": "", "client": "", "category": ""}
_SUMS = ("units", "value", "valued", "expected", "known")
_SHARES = (
    select(*_SHARED, *(cast(func.sum(_decided[name]), BigInteger).label(name) for name in _SUMS))
    .where(_decided.site == bindparam("at_site"), _decided.hour >= bindparam("first"), _decided.hour < bindparam("end"))
    .group_by(*_SHARED)
)
_LOOKED = select(*(_looked[name] for name in Looked.__struct_fields__)).where(
    _looked.site == bindparam("at_site"), _looked.day >= bindparam("first"), _looked.day < bindparam("end")
)

_item = tables.item.c
_WAITING = (
    select(_item.queue, _item.kind, _item.key, _item.client, _item.since, _item.parcel, _item.received)
    .where(_item.site == bindparam("at_site"), _item.queue != literal_column("''"), ~_item.final, ~_item.gone)
    .order_by(_item.queue, _item.since, _item.key)
)
_LISTED = _WAITING.add_columns(_item.value).where(_item.queue == bindparam("at_queue")).limit(bindparam("most"))
# Not by a join: without statistics PostgreSQL would walk all parcels for every unit.
_CAME_IN = select(_item.key, _item.received).where(
    _item.site == bindparam("at_site"),
    _item.kind == literal_column("'parcel'"),
    _item.key.in_(bindparam("keys", expanding=True)),
)


def work(connection: Connection, site: str, since: int = 0, until: int = 0) -> tuple[Work, ...]:
    """Finished work of the slots that begin in the span (microseconds since 1970 UTC; `until` 0: open)."""
    return tuple(Work(*row) for row in connection.execute(_WORK, _span(site, since, until, SLOT_US)))


def decided(connection: Connection, site: str, since: int = 0, until: int = 0) -> tuple[Decided, ...]:
    """Units as they are decided now, of the hours that begin in the span."""
    rows = connection.execute(_DECIDED, _span(site, since, until, HOUR_US))
    return tuple(Decided(**dict(zip(Decided.__struct_fields__, row, strict=True))) for row in rows)


def decided_shares(connection: Connection, site: str, since: int = 0, until: int = 0) -> tuple[Decided, ...]:
    """The same as far as shares and recovery need it: added up over stations, people, clients and categories."""
    rows = connection.execute(_SHARES, _span(site, since, until, HOUR_US))
    names = ("hour", *SHARES, "currency", *_SUMS)
    return tuple(Decided(**_NOBODY, **dict(zip(names, row, strict=True))) for row in rows)


def looked(connection: Connection, site: str, since: int = 0, until: int = 0) -> tuple[Looked, ...]:
    """Second looks of the days that begin in the span."""
    return tuple(Looked(*row) for row in connection.execute(_LOOKED, _span(site, since, until, DAY_US)))


def waiting(connection: Connection, site: str) -> tuple[Waiting, ...]:
    """Everything that waits, as far as counting it needs: without names, lanes and stations. `due` is for `kpi.promised`."""
    rows = connection.execute(_WAITING, {"at_site": site}).all()
    came_in = _came_in(connection, site, rows)
    return tuple(
        Waiting(
            queue=row.queue,
            kind=row.kind,
            id=row.key,
            client=row.client,
            since=micros(row.since),
            received=came_in.get(row.parcel, row.received),
        )
        for row in rows
    )


def waiting_list(connection: Connection, site: str, queue: str, limit: int = MOST_WAITING) -> tuple[Waiting, ...]:
    """What waits in one queue, whole, what waits longest first."""
    rows = connection.execute(_LISTED, {"at_site": site, "at_queue": queue, "most": limit}).all()
    came_in = _came_in(connection, site, rows)
    found = []
    for row in rows:
        told = row_of(row.kind, row.value)
        assert isinstance(told, ParcelRow | UnitRow)  # noqa: S101  # nothing else waits
        found.append(
            Waiting(
                queue=row.queue,
                kind=row.kind,
                id=row.key,
                client=row.client,
                name=told.name if isinstance(told, UnitRow) else "",
                since=micros(row.since),
                lane=told.lane if isinstance(told, ParcelRow) else "",
                received=came_in.get(row.parcel, row.received),
                station=told.since_at,
            )
        )
    return tuple(found)


def _came_in(connection: Connection, site: str, rows: Sequence[Any]) -> Mapping[str, int]:
    """When the returns came in that these units belong to, by their parcels."""
    parcels = list(dict.fromkeys(row.parcel for row in rows if row.parcel))
    return {
        key: received
        for some in histories.chunks(parcels)
        for key, received in connection.execute(_CAME_IN, {"at_site": site, "keys": some})
    }


def micros(hlc: int) -> int:
    """The wall clock in a hybrid clock, microseconds since 1970 UTC."""
    return (hlc >> 16) * 1000


def _span(site: str, since: int, until: int, unit: int) -> Mapping[str, object]:
    """What begins at `since` or later and before `until`."""
    return {"at_site": site, "first": -(-since // unit), "end": -(-until // unit) if until else _END}
