"""Reads `known.db` for the engine, while the sync thread writes it: a look-up is part of every scan.

A file that is missing or damaged is a centre that says nothing.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple, TypeVar

from sqlalchemy import bindparam, select

from rl_station.store.database import Database, Params, among, as_list, prepare
from rl_station.store.errors import StoreError
from rl_station.store.known import tables
from rl_station.store.known.file import FILE, SUSPECT, KnownState, read_state

T = TypeVar("T")
V = TypeVar("V")

_log = logging.getLogger(__name__)

_item, _code = tables.item, tables.code
_current = select(tables.state.c.current).scalar_subquery()
_ITEM = prepare(
    select(_item.c.value).where(
        _item.c.generation == _current, _item.c.kind == bindparam("kind"), _item.c.key == bindparam("key")
    )
)
_ALL = prepare(
    select(_item.c.key, _item.c.value)
    .where(_item.c.generation == _current, _item.c.kind == bindparam("kind"))
    .order_by(_item.c.key)
)
_AMONG = prepare(
    select(_item.c.key).where(
        _item.c.generation == _current, _item.c.kind == bindparam("kind"), _item.c.key.in_(select(among("keys")))
    )
)
_VALUES = prepare(
    select(_item.c.key, _item.c.value).where(
        _item.c.generation == _current, _item.c.kind == bindparam("kind"), _item.c.key.in_(select(among("keys")))
    )
)
_ANY = prepare(select(_item.c.key).where(_item.c.generation == _current, _item.c.kind == bindparam("kind")).limit(1))
_LED_TO = prepare(
    select(_code.c.key, _code.c.at)
    .where(
        _code.c.generation == _current,
        _code.c.field == bindparam("field"),
        _code.c.code == bindparam("code"),
        _code.c.at >= bindparam("since"),
    )
    .order_by(_code.c.at, _code.c.key)
)


class LedTo(NamedTuple):
    """The key of an item that a code leads to, and its place among the others (see `codes.Code`)."""

    key: str
    at: int


class Said(NamedTuple):
    """What the centre says of a key: its value, or (None) that there is none any more."""

    value: bytes | None


class KnownReader:
    """For the engine's thread. `refresh` before each input; then everything that is asked for is what the centre says now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE
        self._database: Database | None = None
        self._inode = 0
        self._state = KnownState("")

    @property
    def there(self) -> bool:
        """Whether the centre has ever said everything it knows."""
        return self._state.current != 0

    @property
    def contact_at(self) -> int:
        """When the centre last answered, microseconds UTC of this station's clock; 0 for never."""
        return self._state.contact_at

    @property
    def hlc(self) -> int:
        """The newest hybrid clock heard of."""
        return self._state.hlc

    @property
    def small(self) -> tuple[int, int]:
        """Another one when an item of a kind in `tables.KEPT` may have changed."""
        return self._inode, self._state.small

    def refresh(self) -> None:
        """See what has come. Never raises."""
        try:
            inode = os.stat(self._path).st_ino
        except OSError:
            inode = 0
        if inode != self._inode:
            self.close()
        if inode:
            self._look(inode)

    def said(self, kind: str, key: str) -> Said | None:
        """None where the centre says nothing of it."""
        return self._asked(lambda database: database.row(_ITEM, Said, {"kind": kind, "key": key}))

    def every(self, kind: str) -> dict[str, bytes | None]:
        """All items of a kind by key, gone ones included; for kinds that are few."""
        return dict(self._asked(lambda database: database.rows(_ALL, _pair, {"kind": kind})) or ())

    def among(self, kind: str, keys: Collection[str]) -> set[str]:
        """Those of these keys of which the centre says anything."""
        where: Params = {"kind": kind, "keys": as_list(keys)}
        return set(self._asked(lambda database: database.rows(_AMONG, str, where)) or ()) if keys else set()

    def values(self, kind: str, keys: Collection[str]) -> dict[str, bytes | None]:
        """What the centre says of these keys, as far as it says anything; see `Said`."""
        where: Params = {"kind": kind, "keys": as_list(keys)}
        return dict(self._asked(lambda database: database.rows(_VALUES, _pair, where)) or ()) if keys else {}

    def any(self, kind: str) -> bool:
        """Whether the centre says anything of this kind."""
        return self._asked(lambda database: database.row(_ANY, str, {"kind": kind})) is not None

    def led_to(self, field: str, code: str, since: int = 0) -> list[LedTo]:
        """The items that a code leads to, in their order, from `since` on."""
        where: Params = {"field": field, "code": code, "since": since}
        return self._asked(lambda database: database.rows(_LED_TO, LedTo, where)) or []

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = None
        self._inode = 0
        self._state = KnownState("")

    def _look(self, inode: int) -> None:
        try:
            if self._database is None:
                self._database = Database(self._path, read_only=True)
            found = read_state(self._database)
        except StoreError as error:
            # Just being made, or damaged, which its writer is told.
            self._lost(error)
            return
        self._inode = inode
        self._state = found or KnownState("")

    def _asked(self, question: Callable[[Database], T]) -> T | None:
        if self._database is None or not self._state.current:
            return None
        try:
            return question(self._database)
        except StoreError as error:
            self._lost(error)
            return None

    def _lost(self, error: StoreError) -> None:
        self.close()
        if error.code == "damaged":
            _log.error("what the centre said cannot be read: %s", error)
            try:
                (self._folder / SUSPECT).touch()
            except OSError as touched:
                _log.warning("%s not written: %s", SUSPECT, touched)


def _pair(key: str, value: bytes | None) -> tuple[str, bytes | None]:
    return key, value
