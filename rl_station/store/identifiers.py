"""Fresh licence plates: the station's prefix and the next number that no event has used."""

from __future__ import annotations

from sqlalchemy import Column, Table, bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from rl_station.domain import site_codes
from rl_station.store import tables
from rl_station.store.database import Database, Statement, prepare

UNKNOWN_LOSS = 10_000
"""Numbers skipped when nobody can say how many a lost file had used."""

_floor_insert = upsert(tables.plate_floor)
_FLOOR_SET = prepare(
    _floor_insert.on_conflict_do_update(
        index_elements=["prefix", "kind"],
        set_={"floor": _floor_insert.excluded.floor},
        where=_floor_insert.excluded.floor > tables.plate_floor.c.floor,
    )
)


def _number(table: Table, column: str) -> Statement:
    return prepare(
        select(table.c[column]).where(table.c.prefix == bindparam("prefix"), table.c.kind == bindparam("kind"))
    )


def _taken(key: Column[str]) -> Statement:
    return prepare(select(key).where(key == bindparam("plate")))


_USED = _number(tables.plate_counter, "used")
_FLOOR = _number(tables.plate_floor, "floor")
_TAKEN = {
    site_codes.PARCEL_PLATE: _taken(tables.parcel.c.parcel),
    site_codes.UNIT_PLATE: _taken(tables.unit.c.unit),
}


class StoreIdentifiers:
    """Implements `knowledge.Identifiers`. Nothing is reserved: the event that carries a plate uses it up."""

    def __init__(self, database: Database, prefix: str) -> None:
        self._database = database
        self._prefix = prefix

    def parcel_plate(self, ahead: int = 0) -> str:
        return self._free(site_codes.PARCEL_PLATE, ahead)

    def unit_plate(self, ahead: int = 0) -> str:
        return self._free(site_codes.UNIT_PLATE, ahead)

    def _free(self, kind: str, ahead: int) -> str:
        """The free plate that comes `ahead` places after the next; preprinted ones that arrived are passed over."""
        number = used(self._database, self._prefix, kind)
        while True:
            number += 1
            plate = site_codes.plate(kind, self._prefix, number)
            if self._database.row(_TAKEN[kind], str, {"plate": plate}) is not None:
                continue
            if ahead == 0:
                return plate
            ahead -= 1


def used(database: Database, prefix: str, kind: str) -> int:
    """The highest number that is or may be used."""
    where = {"prefix": prefix, "kind": kind}
    return max(database.row(_USED, int, where) or 0, database.row(_FLOOR, int, where) or 0)


def skip(database: Database, prefix: str, lost: int, taken: int = 0) -> None:
    """After a restore: pass over numbers that lost events may have used, one for each event at most.

    `taken`: numbers up to this one were taken before the lost events, whatever the database says.
    """
    for kind in _TAKEN:
        floor = max(taken, used(database, prefix, kind)) + lost
        database.run(_FLOOR_SET, {"prefix": prefix, "kind": kind, "floor": floor})


def highest(database: Database, prefix: str) -> int:
    """The highest number of any kind of plate that is or may be used."""
    return max(used(database, prefix, kind) for kind in _TAKEN)
