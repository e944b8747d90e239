"""The file `known.db`: opened, made, or set aside where it is damaged or belongs to somebody else. It is never worth an error."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from rl_station.store.database import COPY_PRAGMAS, Database, Statement, prepare
from rl_station.store.errors import StoreError, from_system
from rl_station.store.known.tables import SCHEMA, TABLES, state

FILE, ASIDE, SUSPECT = "known.db", "known.aside", "known.suspect"
BESIDE = ("-wal", "-shm", "-journal")

_USELESS = ("damaged", "failed")
"""Errors of a file that is no database, or not one of ours."""

_log = logging.getLogger(__name__)


class KnownState(NamedTuple):
    """The row of `tables.state`, as it stands there."""

    owner: str
    current: int = 0
    cursor: str = ""
    loading: int = 0
    loading_cursor: str = ""
    last: int = 0
    small: int = 0
    contact_at: int = 0
    hlc: int = 0


_ROW = 1
_put = upsert(state)
_PUT = prepare(
    _put.on_conflict_do_update(index_elements=["one"], set_={name: _put.excluded[name] for name in KnownState._fields})
)
_STATE = prepare(select(*(state.c[name] for name in KnownState._fields)).where(state.c.one == bindparam("one")))


def read_state(database: Database) -> KnownState | None:
    return database.row(_STATE, KnownState, {"one": _ROW})


def put_state(database: Database, found: KnownState) -> None:
    database.run(_PUT, {"one": _ROW, **found._asdict()})


def owner(site: str, station: str, shape: str = "") -> str:
    """Whose copy a file is; `shape` stands for settings that decide under which codes items are found."""
    return f"{SCHEMA}|{site}|{station}|{shape}"


def open_known(folder: Path, whose: str) -> Database:
    """The file of this owner, made new where it is missing or of no use. Raises StoreError where the disk does not let us."""
    path = folder / FILE
    if (folder / SUSPECT).exists():
        set_aside(folder, "a reader found it damaged")
    try:
        return _opened(path, whose)
    except StoreError as error:
        if error.code not in _USELESS:
            raise
        set_aside(folder, error.message)
    return _opened(path, whose)


def set_aside(folder: Path, reason: str) -> None:
    """Out of the way under another name, and what belongs to it deleted. Raises StoreError."""
    path = folder / FILE
    _log.warning("%s is fetched anew: %s", path, reason)
    try:
        for suffix in BESIDE:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        if path.exists():
            os.replace(path, folder / ASIDE)
        (folder / SUSPECT).unlink(missing_ok=True)
    except OSError as error:
        raise from_system(error, folder) from error


def _opened(path: Path, whose: str) -> Database:
    """Raises StoreError, `damaged` or `failed` for a file that is of no use to us."""
    database = Database(path, pragmas=COPY_PRAGMAS)
    try:
        if not database.pragma("schema_version")[0][0]:
            _make(database, whose)
        found = read_state(database)
        if found is None or found.owner != whose:
            raise StoreError("damaged", f"It belongs to {found.owner if found else 'nobody'}.", "It is fetched again.")
    except BaseException:
        database.close()
        raise
    return database


def _make(database: Database, whose: str) -> None:
    with database.transaction():
        for table in TABLES:
            database.run(Statement(str(CreateTable(table).compile(dialect=database.engine.dialect)), {}))
        put_state(database, KnownState(whose))
