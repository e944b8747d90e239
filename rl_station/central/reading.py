"""What programs and people ask of the centre: parcels, units, containers, their histories, codes, inventory, work done, tasks.

All of it is read from indexes of the derived tables; nothing counts events.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, bindparam, cast, func, literal_column, select

from rl_station.central import items, tables
from rl_station.central.code_readings import readings
from rl_station.central.departures import Places, put_into
from rl_station.central.folding import row_of
from rl_station.central.subjects import findable
from rl_station.domain.kpi import SLOT_US
from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow
from rl_station.domain.sync_wire import REFERENCE_KINDS, WORK_KINDS, Known

SLOTS = 3_600_000_000 // SLOT_US
"""Slots of work in an hour."""
MOST_SLOT = (1 << 63) - 1
MOST_FOUND = 100
"""Things that one code finds at most."""

_item, _lookup, _work = tables.item.c, tables.lookup.c, tables.work.c
_known = msgspec.json.Decoder(Known)
_KEYS = (
    select(_lookup.kind, _lookup.key)
    .where(_lookup.site == bindparam("at_site"), _lookup.code.in_(bindparam("codes", expanding=True)))
    .order_by(_lookup.kind, _lookup.key)
    .limit(MOST_FOUND)
)
_INSIDE = select(_lookup.key).where(
    _lookup.site == bindparam("at_site"), _lookup.code == bindparam("outer"), _lookup.kind == bindparam("of")
)
_FOUND = select(_item.kind, _item.key, _item.status, _item.disposition, _item.client).where(
    _item.site == bindparam("at_site"),
    _item.kind == bindparam("of"),
    _item.key.in_(bindparam("keys", expanding=True)),
    ~_item.gone,
)
_INVENTORY = (
    select(_item.disposition, _item.client, _item.status, func.count().label("units"))
    .where(_item.site == bindparam("at_site"), _item.kind == "unit", ~_item.final, ~_item.gone)
    .group_by(_item.disposition, _item.client, _item.status)
    .order_by(_item.disposition, _item.client, _item.status)
)
_hour = (_work.slot // literal_column(str(SLOTS), BigInteger)).label("hour")
_DONE = (
    select(_hour, _work.stage, _work.station, _work.operator, cast(func.sum(_work.count), BigInteger))
    .where(_work.site == bindparam("at_site"), _work.slot >= bindparam("since"))
    .group_by(_hour, _work.stage, _work.station, _work.operator)
    .order_by(_hour, _work.stage, _work.station, _work.operator)
)


class Seen(msgspec.Struct, frozen=True):
    """How far one life of a station's log is in an answer."""

    station: str
    epoch: str
    seq: int


class ParcelSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel and the units that came out of it. `changed_at` microseconds since 1970 UTC, by the clock of who changed it."""

    parcel: ParcelRow
    units: tuple[UnitRow, ...]
    changed_at: int
    seen: tuple[Seen, ...]


class UnitSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A unit; `status` says `shipped` where it left with its container."""

    unit: UnitRow
    status: str
    changed_at: int
    seen: tuple[Seen, ...]


class ContainerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A container with the units inside now, and the containers on it where it is a pallet."""

    container: ContainerRow
    status: str
    units: tuple[str, ...]
    contents: tuple[str, ...]
    changed_at: int
    seen: tuple[Seen, ...]


class Found(msgspec.Struct, frozen=True):
    """What a code stands for. `kind` as in the feed: parcel, unit, container, or a kind of reference data."""

    kind: str
    key: str
    status: str = ""
    disposition: str = ""
    client: str = ""


class Stock(msgspec.Struct, frozen=True):
    """Units on the site of one disposition, client and status."""

    disposition: str
    client: str
    status: str
    units: int


class Done(msgspec.Struct, frozen=True):
    """Work finished in one hour (hours since 1970 UTC)."""

    hour: int
    stage: str
    station: str
    operator: str
    count: int


def parcel(connection: Connection, site: str, plate: str) -> ParcelSeen | None:
    found = _one(connection, site, "parcel", plate)
    row = None if found is None else row_of("parcel", found.value)
    if not isinstance(row, ParcelRow):
        return None
    keys = connection.execute(_INSIDE, {"at_site": site, "outer": plate, "of": "unit"}).scalars().all()
    inside = [each for each in _units(connection, site, keys) if each.parcel == plate]
    return ParcelSeen(parcel=row, units=tuple(sorted(inside, key=lambda unit: unit.seq)), **_when(found))


def unit(connection: Connection, site: str, plate: str) -> UnitSeen | None:
    found = _one(connection, site, "unit", plate)
    row = None if found is None else row_of("unit", found.value)
    if not isinstance(row, UnitRow):
        return None
    status = "shipped" if Places(connection, site).finished(row) else row.status
    return UnitSeen(unit=row, status=status, **_when(found))


def container(connection: Connection, site: str, code: str) -> ContainerSeen | None:
    """What is inside is found by the events since it was last empty."""
    found = _one(connection, site, "container", code)
    row = None if found is None else row_of("container", found.value)
    if not isinstance(row, ContainerRow):
        return None
    places = Places(connection, site)
    inside = put_into(connection, site, code, row.opened_seq)
    units = _units(connection, site, inside.units)
    here = [each for each in units if each.container == code and each.placed_seq >= row.opened_seq]
    places.load(inside.containers)
    boxes = [box for box in map(places.container, inside.containers) if box is not None]
    upon = [box for box in boxes if box.pallet == code and box.pallet_seq >= row.opened_seq]
    return ContainerSeen(
        container=row,
        status="shipped" if places.finished(row) else row.status,
        units=tuple(each.unit for each in sorted(here, key=lambda each: each.placed_seq)),
        contents=tuple(each.container for each in sorted(upon, key=lambda each: (each.pallet_seq, each.container))),
        **_when(found),
    )


def search(connection: Connection, site: str, code: str) -> tuple[Found, ...]:
    """Everything of this id or found by this code, as it was typed or as a scanner reads it off a label."""
    codes = readings(code)
    wanted: dict[str, list[str]] = {kind: list(codes) for kind in (*WORK_KINDS, *REFERENCE_KINDS)}
    if codes:
        for kind, key in connection.execute(_KEYS, {"at_site": site, "codes": list(codes)}):
            wanted.setdefault(kind, []).append(key)
    found = [
        Found(*row)
        for kind, keys in wanted.items()
        for row in (connection.execute(_FOUND, {"at_site": site, "of": kind, "keys": keys}) if keys else ())
    ]
    return tuple(sorted(set(found), key=lambda each: (each.kind, each.key)))[:MOST_FOUND]


def inventory(connection: Connection, site: str) -> tuple[Stock, ...]:
    """Units that have not left, whatever has been decided on them."""
    return tuple(Stock(*row) for row in connection.execute(_INVENTORY, {"at_site": site}))


def work(connection: Connection, site: str, since: int) -> tuple[Done, ...]:
    """Work finished from an hour on (hours since 1970 UTC)."""
    return tuple(
        Done(*row) for row in connection.execute(_DONE, {"at_site": site, "since": min(since * SLOTS, MOST_SLOT)})
    )


def _one(connection: Connection, site: str, kind: str, key: str) -> Any:
    return next(items.load(connection, site, kind, [key]), None) if findable(key) else None


def _units(connection: Connection, site: str, keys: Sequence[str] | dict[str, None]) -> list[UnitRow]:
    rows = (row_of("unit", found.value) for found in items.load(connection, site, "unit", keys))
    return [row for row in rows if isinstance(row, UnitRow)]


def _when(found: Any) -> dict[str, Any]:
    known = _known.decode(found.value)
    return {"changed_at": (known.hlc >> 16) * 1000, "seen": tuple(Seen(*each) for each in known.seen)}
