"""A populated database of an earlier revision comes up to date whole, or stays as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from old_database import EPOCH, EVENTS, populated
from pysqlite3 import dbapi2
from store_world import HOUR, NOON, live, open_store

from rl_station.domain.kpi import SLOT_US
from rl_station.store import Reader, Store, StoreError, StoreFigures, check_folder, open_reader, schema
from rl_station.store.database import Database, Statement
from rl_station.store.folder import BACKUPS, DATABASE

HERE = Path(__file__).parent
SHAPE = Statement("SELECT name, sql FROM sqlite_schema ORDER BY name", {})


COLUMNS = "seq, epoch, at, hlc, cause, operator, type, schema, body, source, hash"
"""Those of the first revision."""


def log_rows(path: Path) -> list[tuple[object, ...]]:
    raw = dbapi2.connect(str(path))
    rows: list[tuple[object, ...]] = raw.execute(f"SELECT {COLUMNS} FROM event ORDER BY seq").fetchall()  # noqa: S608
    raw.close()
    return rows


def shape(database: Database) -> dict[str, str]:
    """Every table and index, without the white space of its definition."""
    return dict(database.rows(SHAPE, lambda name, sql: (str(name), "".join(str(sql).split()))))


def assert_migrated(store: Store) -> None:
    assert store.head.seq == EVENTS
    assert (store.epoch, store.epoch_reason) == (EPOCH, "new")
    report = store.check(projections=True)
    assert report.ok, report


def test_a_populated_database_is_migrated_with_every_row_of_its_log(tmp_path: Path) -> None:
    folder = populated(tmp_path)
    before = log_rows(folder / DATABASE)
    with open_store(folder) as store:
        assert_migrated(store)
        work = StoreFigures(store._database).work()
        received = {line.operator: line.count for line in work if line.stage == "received"}
        assert received == {"ada": 2, "bob": 1}
        assert {line.slot * SLOT_US // HOUR for line in work} == {NOON // HOUR}
        assert [unit.unit for unit in store.records.units_by_serial("SN000002")]
        assert store.checkpoint() == (EVENTS - 1, b"checkpoint of 0001")
        live(store, 4)
    assert log_rows(folder / DATABASE)[:EVENTS] == before
    with open_store(folder) as store:
        assert store.head.seq > EVENTS


def test_a_backup_of_the_old_database_is_made_first(tmp_path: Path) -> None:
    folder = populated(tmp_path)
    before = log_rows(folder / DATABASE)
    open_store(folder).close()
    (backup,) = (folder / BACKUPS).iterdir()
    assert log_rows(backup) == before
    database = Database(backup, read_only=True)
    assert schema.stored_revision(database) == "0001"
    database.close()


def test_migrated_and_new_databases_have_the_same_shape(tmp_path: Path) -> None:
    open_store(populated(tmp_path / "old")).close()
    open_store(tmp_path / "new").close()
    shapes = []
    for name in ("old", "new"):
        database = Database(tmp_path / name / DATABASE, read_only=True)
        shapes.append(shape(database))
        assert schema.stored_revision(database) == schema.HEAD
        database.close()
    assert shapes[0] == shapes[1]


def test_all_steps_from_nothing_make_the_shape_of_a_new_database(tmp_path: Path) -> None:
    grown = Database(tmp_path / "grown.db")
    with grown.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        schema.upgrade(connection)
        connection.commit()
    made = Database(tmp_path / "made.db")
    with made.transaction():
        schema.create(made)
    assert shape(grown) == shape(made)
    grown.close()
    made.close()


def test_the_known_revisions_are_those_of_the_steps() -> None:
    assert tuple(schema.script_revisions()) == schema.REVISIONS


@pytest.mark.slow
def test_a_migration_killed_at_any_statement_is_simply_run_again(tmp_path: Path) -> None:
    before = log_rows(populated(tmp_path / "reference") / DATABASE)
    ran = subprocess.run(
        [sys.executable, str(HERE / "kill_migration.py"), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    folders = [Path(line) for line in ran.stdout.splitlines()]
    assert len(folders) > 15
    for folder in folders[:-1]:
        database = Database(folder / DATABASE, read_only=True)
        assert schema.stored_revision(database) == "0001"
        database.close()
        assert log_rows(folder / DATABASE) == before
    for folder in folders:
        with open_store(folder) as store:
            assert_migrated(store)
        assert len(list((folder / BACKUPS).iterdir())) == 1


def test_a_migration_that_loses_an_event_is_taken_back(tmp_path: Path) -> None:
    folder = populated(tmp_path)
    before = log_rows(folder / DATABASE)
    raw = dbapi2.connect(str(folder / DATABASE), isolation_level=None)
    raw.execute("CREATE TRIGGER careless AFTER UPDATE ON alembic_version BEGIN DELETE FROM event WHERE seq = 56; END")
    with pytest.raises(StoreError) as refused:
        open_store(folder)
    assert refused.value.code == "failed"
    assert log_rows(folder / DATABASE) == before
    raw.execute("DROP TRIGGER careless")
    raw.close()
    with open_store(folder) as store:
        assert_migrated(store)


@pytest.mark.parametrize("read", [open_reader, check_folder])
def test_a_reader_of_an_earlier_revision_is_told_to_start_the_station(
    tmp_path: Path, read: Callable[[Path], Reader]
) -> None:
    with pytest.raises(StoreError) as refused:
        read(populated(tmp_path))
    assert refused.value.code == "older"
    assert "Start the station" in refused.value.fix


def test_a_store_that_is_up_to_date_opens_without_alembic(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; import store_world\n"
        "store_world.open_store(Path(sys.argv[1])).close(); store_world.open_store(Path(sys.argv[1])).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(HERE)], check=False)
    assert ran.returncode == 0
