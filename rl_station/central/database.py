"""The server's database: SQLite or anything that speaks PostgreSQL. Transactions that try again, rows by the thousand.

Only row locks and ON CONFLICT are used: no advisory locks, no LISTEN/NOTIFY, nothing that a distributed SQL database lacks.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    LargeBinary,
    Table,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from rl_station.central import migrating, tables

T = TypeVar("T")
Row = Sequence[object]

SQLITE_GATE = (3, 51, 3)
"""The first SQLite without the WAL-reset corruption of 3.7.0 to 3.51.2."""
ATTEMPTS = 8
"""How often a transaction is tried before the caller hears that the database is busy."""

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA cache_size=-16000",
)
_POSTGRESQL_OPTIONS = (
    "-c statement_timeout=60s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s -c synchronous_commit=on"
)
_AGAIN = ("40001", "40P01", "55P03", "23505", "42P07")
"""Serialization failure, deadlock, lock not available; another made the same row or table first."""
_UNSTORABLE = "22"
"""Class of SQLSTATE: data exception, such as NUL in a text."""
_SQLITE_BUSY, _SQLITE_LOCKED = 5, 6


class DatabaseError(Exception):
    """The database did not do it; nothing of the transaction is stored.

    `code`: `away`, `busy`, `unstorable`, `newer`, `wrong_url`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Again(Exception):  # noqa: N818  # not an error: the work asks for another try
    """Raised by a transaction's work that lost a race and wants to see what the other has done."""


def open_engine(url: str, *, connections: int = 16) -> Engine:
    """Connect lazily to `sqlite:///FILE` or `postgresql://...`. Raises DatabaseError: `wrong_url`."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(
            "wrong_url", f"{url!r} is no database URL; sqlite:///FILE or postgresql://... are."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, connections)
    if parsed.get_backend_name() != "postgresql":
        raise DatabaseError("wrong_url", f"{parsed.get_backend_name()} is not supported; sqlite and postgresql are.")
    try:
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=20,
            connect_args={"connect_timeout": 5, "application_name": "rl-station", "options": _POSTGRESQL_OPTIONS},
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise DatabaseError("wrong_url", "PostgreSQL needs psycopg: pip install 'rl-station[postgresql]'.") from error


def _sqlite(url: URL, connections: int) -> Engine:
    from pysqlite3 import dbapi2  # noqa: PLC0415  # a server on PostgreSQL does without

    if dbapi2.sqlite_version_info < SQLITE_GATE:
        raise DatabaseError("wrong_url", f"SQLite {dbapi2.sqlite_version} can corrupt a database: 3.51.3 is needed.")
    engine = create_engine(
        url,
        module=dbapi2,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=20,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 20, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    _writing[engine] = threading.Lock()
    return engine


_writing: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
"""SQLite has one writer at a time; within a process they queue here, since its own waiting is by polling."""


def create_schema(engine: Engine) -> None:
    """Make what is not there yet, and bring up what an older version of this server made.

    Raises DatabaseError: `newer` where a newer version made the tables.
    """

    def create(connection: Connection) -> None:
        tables.metadata.create_all(connection)
        upsert(connection, tables.server_fact, [{"name": "schema", "value": str(tables.SCHEMA)}])
        found = int(fact(connection, "schema", lock=True))
        if found > tables.SCHEMA:
            raise DatabaseError("newer", f"The tables are of schema {found}; this version knows {tables.SCHEMA}.")
        if found < tables.SCHEMA:
            migrating.bring_up(connection)
            put_fact(connection, "schema", str(tables.SCHEMA))

    transaction(engine, create)


def fact(connection: Connection, name: str, *, lock: bool = False) -> str:
    """What `server_fact` says, empty where it says nothing. `lock`: nobody else may change it until the end."""
    wanted = select(tables.server_fact.c.value).where(tables.server_fact.c.name == name)
    return connection.execute(wanted.with_for_update() if lock else wanted).scalar_one_or_none() or ""


def put_fact(connection: Connection, name: str, value: str) -> None:
    upsert(connection, tables.server_fact, [{"name": name, "value": value}], update=["value"])


# --- transactions -----------------------------------------------------------------------------------------------------


def transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do the work in one transaction, which is committed and durable when this returns.

    Tried again from the start where the database asks for it (serialization failure, deadlock, busy) or the work does (`Again`).
    Raises DatabaseError; whatever else the work raises passes through. Nothing of it is stored then.
    """
    for attempt in range(ATTEMPTS):
        try:
            with _writing.get(engine) or nullcontext(), translated(engine), engine.begin() as connection:
                return work(connection)
        except Again:
            pass
        except DatabaseError as error:
            if error.code != "busy" or attempt == ATTEMPTS - 1:
                raise
            _wait(attempt)
    raise DatabaseError("busy", "Others kept changing the same rows.")


def reading(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do work that only reads. Raises DatabaseError."""
    with translated(engine), engine.connect().execution_options(reads=True) as connection:
        return work(connection)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Errors of the driver and of SQLAlchemy become DatabaseError."""
    driver: Any = engine.dialect.dbapi
    try:
        yield
    except (SQLAlchemyError, driver.Error) as error:
        found = _meaning(error.orig if isinstance(error, DBAPIError) else error, driver)
        if found.code == "away":
            # Whatever it was, the other connections of the pool have most likely lost theirs too.
            engine.dispose()
        raise found from error


def _meaning(cause: BaseException | None, driver: Any) -> DatabaseError:
    state = str(getattr(cause, "sqlstate", None) or "")
    code = int(getattr(cause, "sqlite_errorcode", 0) or 0) & 0xFF
    if state in _AGAIN or code in (_SQLITE_BUSY, _SQLITE_LOCKED):
        return DatabaseError("busy", f"The database is busy: {_short(cause)}")
    if state.startswith(_UNSTORABLE) or isinstance(cause, driver.DataError):
        return DatabaseError("unstorable", f"The database cannot store that: {_short(cause)}")
    return DatabaseError("away", f"The database cannot be used: {_short(cause)}")


def _short(error: BaseException | None) -> str:
    return str(error or "").strip().partition("\n")[0][:200]


def _wait(attempt: int) -> None:
    time.sleep(random.uniform(0.2, 1.0) * min(0.5, 0.005 * 2**attempt))  # noqa: S311  # jitter is no secret


# --- rows by the thousand ---------------------------------------------------------------------------------------------


def copy_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows that are all new, each with its values in the order of `columns`: COPY where there is one."""
    if not rows:
        return
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        raw.executemany(_insert_text(table, tuple(columns)), rows)
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)') as copy:
        copy.set_types([_type_name(table.c[name]) for name in columns])
        write = copy.write_row
        for row in rows:
            write(row)


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    update: Sequence[str] = (),
    add: Sequence[str] = (),
) -> None:
    """Insert rows by their key. Of a row that is there already, `update` are overwritten and `add` are added to; else it stays.

    All rows have the same columns, and no two the same key.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    raw: Any = connection.connection.driver_connection
    statement = _upsert_text(table, columns, tuple(update), tuple(add), connection.dialect.name)
    if connection.dialect.name == "sqlite":
        raw.executemany(statement, [tuple(row[name] for name in columns) for row in rows])
    else:
        with raw.cursor() as cursor:
            cursor.execute(statement, [[row[name] for row in rows] for name in columns])


@lru_cache(maxsize=256)
def _insert_text(table: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608  # our own names


@lru_cache(maxsize=256)
def _upsert_text(
    table: Table, columns: tuple[str, ...], update: tuple[str, ...], add: tuple[str, ...], dialect: str
) -> str:
    """PostgreSQL takes all rows in one statement, as an array for each column; binary ones need no escaping."""
    names = ", ".join(f'"{name}"' for name in columns)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    changes = [f'"{name}" = excluded."{name}"' for name in update]
    changes += [f'"{name}" = "{table.name}"."{name}" + excluded."{name}"' for name in add]
    then = f"DO UPDATE SET {', '.join(changes)}" if changes else "DO NOTHING"
    if dialect == "sqlite":
        return f"{_insert_text(table, columns)} ON CONFLICT ({keys}) {then}"
    arrays = ", ".join(f"%b::{_type_name(table.c[name])}[]" for name in columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT ({keys}) {then}'  # noqa: S608


def _type_name(column: Column[Any]) -> str:
    if isinstance(column.type, BigInteger):
        return "int8"
    if isinstance(column.type, LargeBinary):
        return "bytea"
    return "bool" if isinstance(column.type, Boolean) else "text"


def insert_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert one row; False where its key is taken, which is then left as it is."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(table).values(row).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(statement).rowcount == 1
