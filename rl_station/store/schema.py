"""The shape of the database: made new in one go, or brought up from any earlier revision. A newer one is left alone.

Alembic is slow to import and only needed for a database of an earlier revision.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.schema import CreateIndex, CreateTable

from rl_station.domain.projections import FOLDS
from rl_station.store import facts, log, tables
from rl_station.store.backup import back_up_to
from rl_station.store.database import Database, Statement, prepare, roll_back
from rl_station.store.errors import StoreError
from rl_station.store.folder import BACKUPS, DATABASE, prepare_folder

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
HEAD = REVISIONS[-1]

_HAS_TABLE = Statement("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = :name", {})
_REVISION = prepare(select(tables.alembic_version.c.version_num))
_STAMP = prepare(insert(tables.alembic_version).values(version_num=bindparam("revision")))


class Peek(NamedTuple):
    """What a database says of itself."""

    revision: str
    station: str
    purpose: str
    folds: str


def peek(path: Path, *, locked: bool = False) -> Peek | None:
    """Read without changing anything; None where nothing has been made yet. Raises StoreError.

    `locked`: the caller holds the folder.
    """
    if locked and _journal(path).exists():
        # Only the first pages of all are not written by way of the WAL: the power went during the very first start.
        roll_back(path)
    if not path.exists() or path.stat().st_size == 0:
        return None
    database = Database(path, read_only=True, untouched=is_still(path, locked=locked))
    try:
        revision = stored_revision(database)
        if revision is None:
            return None
        check_known(revision, path)
        return Peek(revision, *(facts.get(database, name) for name in (facts.STATION, facts.PURPOSE, facts.FOLDED_BY)))
    finally:
        database.close()


def is_still(path: Path, *, locked: bool = False) -> bool:
    """Whether nobody can be writing the file, and it is whole as it stands: then a reader need leave no trace beside it.

    So it is for whoever holds the folder, and in a write-protected one, where a reader could leave none.
    """
    alone = locked or not os.access(path.parent, os.W_OK)
    return alone and not path.with_name(path.name + "-wal").exists() and not _journal(path).exists()


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def stored_revision(database: Database) -> str | None:
    if not database.row(_HAS_TABLE, int, {"name": tables.alembic_version.name}):
        return None
    return database.row(_REVISION, str)


def check_known(revision: str, path: Path) -> None:
    """Raises StoreError for a revision that this version has never heard of."""
    if revision not in REVISIONS:
        raise StoreError(
            "newer",
            f"The database {path} was written by a newer version (its revision is {revision}, this version knows {HEAD}).",
            "Install that version again; nothing was changed.",
        )


def create(database: Database) -> None:
    """All tables of the newest revision, inside the caller's transaction."""
    for table in tables.metadata.sorted_tables:
        database.run(Statement(str(CreateTable(table).compile(dialect=database.engine.dialect)), {}))
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            database.run(Statement(str(CreateIndex(index).compile(dialect=database.engine.dialect)), {}))
    database.run(_STAMP, {"revision": HEAD})


def migrate(database: Database) -> None:
    """Bring it up to the newest revision in one transaction, after a backup. Raises StoreError; then nothing has changed."""
    before = log.head(database)
    if before.seq:
        folder = database.path.parent / BACKUPS
        prepare_folder(folder)
        # A name for each log it was made of: a second attempt over the same log finds it done.
        target = folder / f"before-{HEAD}-at-{before.seq}-{before.hash.hex()[:8]}.db"
        if not target.exists():
            back_up_to(database, target)
    with database.errors(), database.engine.connect() as connection:
        # Foreign keys in force would let a rebuilt table take its children with it; the switch works outside transactions only.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        count = _count(connection)
        upgrade(connection)
        _compare(database, connection, before, count)
        connection.commit()


def upgrade(connection: Connection) -> None:
    """Run the missing steps inside the caller's transaction."""
    from alembic import command  # noqa: PLC0415  # half a second that only a migration pays

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def script_revisions() -> list[str]:
    """The revisions of the steps in `migrations`, oldest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # as above

    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return [step.revision for step in reversed(list(steps))]


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415  # as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _compare(database: Database, connection: Connection, before: log.Head, count: int) -> None:
    """The log must be what it was. Raises StoreError, which rolls everything back."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if log.head(database) != before or _count(connection) != count or broken:
        raise StoreError(
            "failed",
            f"Migrating {database.path} would have changed its log; it was left at its old revision.",
            f"Report this; a copy is in {database.path.parent / BACKUPS}.",
        )


def _count(connection: Connection) -> int:
    return int(connection.execute(text(log.COUNT.sql)).scalar_one())


def require_current(folder: Path, *, derived: bool = True) -> Path:
    """The database of a folder, if it (and what is `derived`) can be read as it stands.

    Raises StoreError: `no_store`, `older`, `newer`.
    """
    path = folder / DATABASE
    found = peek(path)
    if found is None:
        raise _no_store(folder)
    if found.revision != HEAD or (derived and found.folds != str(FOLDS)):
        raise StoreError(
            "older",
            f"The database {path} was last used by an older version.",
            "Start the station once, which brings it up to date.",
        )
    return path


def _no_store(folder: Path) -> StoreError:
    return StoreError(
        "no_store",
        f"There is no station database in {folder}.",
        f"Start the station once, or name the folder of {DATABASE}.",
    )
