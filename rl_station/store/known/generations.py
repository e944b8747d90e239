"""The rows of a generation: written with the codes that lead to them, and cleared away in small pieces."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from rl_station.domain.sync_wire import WORK_KINDS, Item
from rl_station.store.database import Database, Params, Statement, among, as_list, prepare
from rl_station.store.known import tables
from rl_station.store.known.codes import TrackingKeys, Understood, understood

_item, _code = tables.item, tables.code
_ITEM_KEY = [_item.c.generation, _item.c.kind, _item.c.key]
_CODE_KEY = list(_code.c)
_put_item = upsert(_item)
_PUT_ITEM = prepare(_put_item.on_conflict_do_update(index_elements=_ITEM_KEY, set_={"value": _put_item.excluded.value}))
_DROP_ITEM = prepare(delete(_item).where(*(column == bindparam(column.name) for column in _ITEM_KEY)))
_VALUES = prepare(
    select(_item.c.key, _item.c.value).where(
        _item.c.generation == bindparam("generation"),
        _item.c.kind == bindparam("kind"),
        _item.c.key.in_(select(among("keys"))),
    )
)
_PUT_CODE = prepare(upsert(_code).on_conflict_do_nothing())
_DROP_CODE = prepare(delete(_code).where(*(column == bindparam(column.name) for column in _CODE_KEY)))
_CLEARING = [
    (
        prepare(select(func.min(table.c.generation)).where(table.c.generation > bindparam("after"))),
        prepare(
            delete(table).where(
                tuple_(*key).in_(
                    select(*key).where(table.c.generation == bindparam("generation")).limit(bindparam("most"))
                )
            )
        ),
    )
    for table, key in ((_code, _CODE_KEY), (_item, _ITEM_KEY))
]

_log = logging.getLogger(__name__)


class Written(NamedTuple):
    """Whether an item of `tables.KEPT` changed, and the clocks of the work that came."""

    small: bool
    clocks: tuple[int, ...]


def write(database: Database, generation: int, items: Sequence[Item], tracking_keys: TrackingKeys) -> Written:
    """Put items in the place of those with the same keys, inside the caller's transaction. Raises StoreError."""
    newest: dict[str, dict[str, bytes | None]] = {}
    for item in items:
        newest.setdefault(item.kind, {})[item.key] = item.value
    clocks: list[int] = []
    for kind, values in newest.items():
        _forget(database, generation, kind, values, tracking_keys)
        found = {key: _meaning(kind, value, tracking_keys) for key, value in values.items()}
        kept = {key: meant for key, meant in found.items() if meant is not None}
        database.run_many(
            _PUT_ITEM,
            [{"generation": generation, "kind": kind, "key": key, "value": values[key]} for key in kept],
        )
        database.run_many(
            _PUT_CODE,
            [
                {"generation": generation, "field": field, "code": code, "at": at, "key": key}
                for key, meant in kept.items()
                for field, code, at in meant.codes
            ],
        )
        clocks += [meant.known.hlc for meant in kept.values() if meant.known is not None]
    return Written(any(kind in tables.KEPT for kind in newest), tuple(clocks))


def clear(database: Database, in_force: Collection[int], most: int) -> bool:
    """Delete at most so many rows of other generations, inside the caller's transaction; False where there were none."""
    for next_one, clear_some in _CLEARING:
        dead = _other(database, next_one, in_force)
        if dead is not None:
            database.run(clear_some, {"generation": dead, "most": most})
            return True
    return False


def _meaning(kind: str, value: bytes | None, tracking_keys: TrackingKeys) -> Understood | None:
    """None for what is not kept: work that nobody knows any more, and what this version does not understand.

    That there is a reference item no more is kept, so that the station's own settings do not bring it back.
    """
    if value is None:
        return None if kind in WORK_KINDS else Understood()
    found = understood(kind, value, tracking_keys)
    if found is None:
        _log.warning("the centre sent a %s that this version does not understand", kind)
    return found


def _forget(database: Database, generation: int, kind: str, keys: Collection[str], tracking_keys: TrackingKeys) -> None:
    """Delete what was there under these keys, and what led to it."""
    where: Params = {"generation": generation, "kind": kind, "keys": as_list(keys)}
    codes: list[Params] = []
    gone: list[Params] = []
    for key, value in database.rows(_VALUES, _pair, where):
        gone.append({"generation": generation, "kind": kind, "key": key})
        found = None if value is None else understood(kind, value, tracking_keys)
        codes += [{**code._asdict(), "generation": generation, "key": key} for code in (found.codes if found else ())]
    database.run_many(_DROP_CODE, codes)
    database.run_many(_DROP_ITEM, gone)


def _pair(key: str, value: bytes | None) -> tuple[str, bytes | None]:
    return key, value


def _other(database: Database, next_one: Statement, in_force: Collection[int]) -> int | None:
    """The first generation with rows that is not in force."""
    after = -1
    while True:
        found = database.row(next_one, lambda value: -1 if value is None else int(value), {"after": after})
        if found is None or found < 0:
            return None
        if found not in in_force:
            return found
        after = found
