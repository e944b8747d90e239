"""One connection to SQLite: opened with our settings, run with statements that were compiled once, errors made ours.

Statements are written in SQLAlchemy Core and compiled when their module is imported; on the scan path only the driver runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from pysqlite3 import dbapi2
from sqlalchemy import ColumnElement, Engine, StaticPool, bindparam, create_engine, func
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.sql import ClauseElement

from rl_station.store.errors import StoreError, from_database

Value = str | int | bytes | None
Params = Mapping[str, Value]
T = TypeVar("T")

SQLITE_GATE = (3, 51, 3)
"""The first SQLite without the WAL-reset corruption of 3.7.0 to 3.51.2."""

LOG_PRAGMAS = (
    # Plate numbers and hashes are forever: a page freed is a page reused, and moving pages would only cost writes.
    "PRAGMA auto_vacuum=NONE",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=2000",
    "PRAGMA journal_size_limit=33554432",
    "PRAGMA cache_size=-4000",
)
"""For the log: what is committed stays, whatever happens to the power."""
COPY_PRAGMAS = (
    "PRAGMA auto_vacuum=NONE",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA wal_autocheckpoint=1000",
    "PRAGMA journal_size_limit=16777216",
    "PRAGMA cache_size=-8000",
)
"""For what can be fetched again: a power cut may take the last commits, never the rest."""
_READER_PRAGMAS = ("PRAGMA query_only=ON",)

_dialect = pysqlite.dialect(paramstyle="named")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with named parameters, and those that the statement itself fixes."""

    sql: str
    fixed: Mapping[str, Value]


def prepare(statement: ClauseElement) -> Statement:
    """Compile a Core statement once. Parameters left open must be given with every run."""
    compiled = statement.compile(dialect=_dialect)
    given = {name: value for name, value in (compiled.params or {}).items() if value is not None}
    return Statement(str(compiled), given)


def among(name: str) -> ColumnElement[str]:
    """The texts of one parameter that holds many (`as_list`), to select from."""
    return func.json_each(bindparam(name)).table_valued("value").c.value


def as_list(texts: Collection[str]) -> str:
    """Many texts as one parameter."""
    return msgspec.json.encode(list(texts)).decode()


class Database:
    """An open connection. Used by one thread at a time; nothing is written outside `transaction`."""

    def __init__(
        self, path: Path, *, read_only: bool = False, untouched: bool = False, pragmas: Sequence[str] = LOG_PRAGMAS
    ) -> None:
        """Open it, or make it where there is none. Raises StoreError.

        `untouched`: read without leaving the smallest trace in the folder; only for a file that nobody is writing.
        """
        gate(dbapi2.sqlite_version_info)
        self.path = path
        uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}{'&immutable=1' if untouched else ''}"
        self.engine: Engine = create_engine(
            "sqlite+pysqlite://",
            module=dbapi2,
            creator=lambda: dbapi2.connect(
                uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10, cached_statements=256
            ),
            poolclass=StaticPool,
        )
        with self.errors():
            self._held = self.engine.raw_connection()
        # Untyped driver: rows leave this class only through typed makers.
        self._raw: Any = self._held.driver_connection
        try:
            self._configure(_READER_PRAGMAS if read_only else pragmas)
        except StoreError:
            self.close()
            raise

    def _configure(self, pragmas: Sequence[str]) -> None:
        with self.errors():
            for pragma in pragmas:
                self._raw.execute(pragma)

    def run(self, statement: Statement, params: Params | None = None) -> None:
        with self.errors():
            self._raw.execute(statement.sql, {**statement.fixed, **(params or {})})

    def run_many(self, statement: Statement, params: Sequence[Params]) -> None:
        """Once for each set of parameters; the statement fixes none itself."""
        if params:
            with self.errors():
                self._raw.executemany(statement.sql, params)

    def rows(self, statement: Statement, make: Callable[..., T], params: Params | None = None) -> list[T]:
        """All rows, each made from its columns in order."""
        with self.errors():
            return [make(*row) for row in self._raw.execute(statement.sql, {**statement.fixed, **(params or {})})]

    def each(self, statement: Statement) -> Iterator[tuple[Value, ...]]:
        """All rows as they stand, one at a time."""
        with self.errors():
            yield from self._raw.execute(statement.sql, statement.fixed)

    def row(self, statement: Statement, make: Callable[..., T], params: Params | None = None) -> T | None:
        """The first row, or None."""
        with self.errors():
            found = self._raw.execute(statement.sql, {**statement.fixed, **(params or {})}).fetchone()
        return None if found is None else make(*found)

    def pragma(self, text: str) -> list[tuple[Any, ...]]:
        """Run a PRAGMA and give what it answers."""
        with self.errors():
            return list(self._raw.execute(f"PRAGMA {text}").fetchall())

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy with SQLite's backup API, in one step so that a busy writer cannot make it start again."""
        try:
            other = dbapi2.connect(target.absolute().as_uri(), uri=True)
            try:
                self._raw.backup(other, pages=-1)
            finally:
                other.close()
        except dbapi2.Error as error:
            raise from_database(error, target.parent) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when the block ends without an error."""
        with self.errors():
            self._raw.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self.errors():
                self._raw.execute("COMMIT")
        except BaseException:
            self._undo()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Every read in the block sees the same moment; nothing is written."""
        with self.errors():
            self._raw.execute("BEGIN")
        try:
            yield
        finally:
            self._undo()

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except dbapi2.ProgrammingError as error:
            raise StoreError("closed", f"The database was used wrongly ({error}).", "Report this.") from error
        except dbapi2.Error as error:
            raise from_database(error, self.path.parent) from error

    def close(self) -> None:
        self._held.close()
        self.engine.dispose()

    def _undo(self) -> None:
        # SQLite itself rolls back after some errors (full disk, I/O).
        if self._raw.in_transaction:
            with self.errors():
                self._raw.execute("ROLLBACK")


def roll_back(path: Path) -> None:
    """Let SQLite take back a write that the rollback journal beside the file says was never finished. Raises StoreError."""
    try:
        connection = dbapi2.connect(path.absolute().as_uri(), uri=True)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        finally:
            connection.close()
    except dbapi2.Error as error:
        raise from_database(error, path.parent) from error


def gate(version: tuple[int, ...]) -> None:
    """Refuse a SQLite that can corrupt the log. Raises StoreError."""
    if version < SQLITE_GATE:
        raise StoreError(
            "sqlite_too_old",
            f"SQLite {'.'.join(map(str, version))} can corrupt the log; {'.'.join(map(str, SQLITE_GATE))} is needed.",
            "Install the locked environment (scripts/run does), which brings its own.",
        )
