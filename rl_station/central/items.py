"""Rows of the table of items as the server changes them: one value a row, and the codes it is found by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from rl_station.central import histories, positions, tables
from rl_station.central.database import upsert
from rl_station.central.positions import Head
from rl_station.central.subjects import findable
from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow
from rl_station.domain.recalls import Recall
from rl_station.domain.reference import AnnouncedReturn, Operator, Product

_item, _lookup = tables.item, tables.lookup
_LOAD = select(_item.c.key, _item.c.value, _item.c.state, _item.c.gone).where(
    _item.c.site == bindparam("at_site"),
    _item.c.kind == bindparam("of"),
    _item.c.key.in_(bindparam("keys", expanding=True)),
)
_UNFIND = delete(_lookup).where(
    _lookup.c.site == bindparam("at_site"),
    _lookup.c.code == bindparam("old_code"),
    _lookup.c.kind == bindparam("old_kind"),
    _lookup.c.key == bindparam("old_key"),
)
_UPDATED = ("position", "status", "disposition", "client", "hlc", "final", "value", "gone", "state")


class Change(NamedTuple):
    """An item as it shall stand. `told`: stations knew of it before; `codes` before and after."""

    kind: str
    key: str
    value: bytes
    gone: bool
    told: bool
    codes: tuple[frozenset[str], frozenset[str]]
    status: str = ""
    disposition: str = ""
    client: str = ""
    hlc: int = 0
    final: bool = False
    state: bytes | None = None


def load(connection: Connection, site: str, kind: str, keys: Iterable[str]) -> Iterator[Any]:
    """Rows with `key`, `value`, `state` and `gone` of those items that are there."""
    for some in histories.chunks(list(keys)):
        yield from connection.execute(_LOAD, {"at_site": site, "of": kind, "keys": some})


def write(connection: Connection, site: str, head: Head, changes: Sequence[Change]) -> Head:
    """Write items, each with the next position where stations have to hear of it; gives the new end of the feed."""
    rows: list[Mapping[str, object]] = []
    said: list[tuple[str, str, bytes | None]] = []
    for change in changes:
        heard = change.told or not change.gone
        if heard:
            said.append((change.kind, change.key, None if change.gone else change.value))
        rows.append(_row(site, change, head.position + len(said) if heard else 0))
    upsert(connection, _item, rows, update=_UPDATED)
    _find(connection, site, changes)
    return positions.advance(connection, site, head, said)


def _row(site: str, change: Change, position: int) -> Mapping[str, object]:
    return {
        "site": site,
        "kind": change.kind,
        "key": change.key,
        "position": position,
        "status": change.status,
        "disposition": change.disposition,
        "client": change.client,
        "hlc": change.hlc,
        "final": change.final,
        "value": change.value,
        "gone": change.gone,
        "state": change.state,
    }


def _find(connection: Connection, site: str, changes: Sequence[Change]) -> None:
    old = [
        {"at_site": site, "old_code": code, "old_kind": change.kind, "old_key": change.key}
        for change in changes
        for code in sorted(change.codes[0] - change.codes[1])
    ]
    if old:
        connection.execute(_UNFIND, old)
    new = [
        {"site": site, "code": code, "kind": change.kind, "key": change.key}
        for change in changes
        for code in sorted(change.codes[1] - change.codes[0])
    ]
    upsert(connection, _lookup, new)


# --- codes ------------------------------------------------------------------------------------------------------------


def codes(value: object) -> frozenset[str]:
    """What a thing is found by besides its own id. What is inside a container is found through the container's events."""
    read = _CODES.get(type(value))
    return frozenset(code for code in read(value) if code and findable(code)) if read else frozenset()


def _of_return(announced: AnnouncedReturn) -> Iterator[str]:
    yield announced.order
    yield from announced.tracking
    yield from announced.sscc
    for line in announced.lines:
        yield from line.serials
        yield from line.epcs


def _of_parcel(row: ParcelRow) -> Iterator[str]:
    yield from (value for _, value in row.keys)
    yield from row.rmas


def _of_unit(row: UnitRow) -> tuple[str, ...]:
    return row.parcel, row.serial, row.epc


def _of_container(row: ContainerRow) -> tuple[str, ...]:
    return (row.pallet,)


_CODES: Mapping[type, Callable[[Any], Iterable[str]]] = {
    ParcelRow: _of_parcel,
    UnitRow: _of_unit,
    ContainerRow: _of_container,
    AnnouncedReturn: _of_return,
    Product: lambda product: (product.sku, *product.gtins),
    Operator: lambda operator: (operator.badge,),
    Recall: lambda recall: (recall.reference, *recall.gtins),
}
