"""Opening says clearly what is wrong, and then has changed nothing."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from store_world import live, open_store

from rl_station.domain import events as ev
from rl_station.store import StoreError
from rl_station.store.database import gate
from rl_station.store.folder import BALLAST, DATABASE

NOBODY = 65534


def refused(folder: Path, **changes: object) -> StoreError:
    with pytest.raises(StoreError) as found:
        open_store(folder, **changes)
    return found.value


def contents(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.name != "lock"
    }


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder owned by nobody, and this process without root's rights, where it has them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        was = os.geteuid()
        if was == 0:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        yield folder
        if was == 0:
            os.seteuid(was)
        folder.chmod(0o755)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    with open_store(tmp_path / "new" / "data") as store:
        live(store, 1)
    assert (tmp_path / "new" / "data" / DATABASE).exists()


def test_a_second_process_is_told_who_has_the_folder(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; import store_world\n"
            "store = store_world.open_store(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()",
            str(tmp_path),
            str(Path(__file__).parent),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        error = refused(tmp_path)
        holder.send_signal(signal.SIGKILL)
    assert error.code == "locked"
    assert f"pid {holder.pid}" in error.message
    open_store(tmp_path).close()


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    target = tmp_path / "data"
    target.write_text("mine")
    error = refused(target)
    assert error.code == "not_a_folder"
    assert str(target) in error.message
    assert target.read_text() == "mine"
    assert refused(target / "below").code == "not_a_folder"


def test_a_read_only_folder_is_named(unprivileged: Path) -> None:
    unprivileged.chmod(0o555)
    error = refused(unprivileged)
    assert error.code == "read_only"
    assert str(unprivileged) in error.message
    assert list(unprivileged.iterdir()) == []


def test_a_read_only_database_is_named(unprivileged: Path) -> None:
    with open_store(unprivileged) as store:
        live(store, 1)
    (unprivileged / DATABASE).chmod(0o444)
    assert refused(unprivileged).code == "read_only"


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
    raw = dbapi2.connect(str(tmp_path / DATABASE), isolation_level=None)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    before = contents(tmp_path)
    error = refused(tmp_path)
    assert error.code == "newer"
    assert "9999" in error.message
    assert contents(tmp_path) == before


def test_a_replay_never_writes_into_a_live_store(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
    before = contents(tmp_path)
    error = refused(tmp_path, purpose="replay")
    assert error.code == "wrong_purpose"
    assert contents(tmp_path) == before


def test_another_stations_folder_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    error = refused(tmp_path, station="dock-02")
    assert error.code == "wrong_station"
    assert "dock-01" in error.message
    assert "dock-02" in error.message


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"holiday photographs" * 1000)
    before = contents(tmp_path)
    assert refused(tmp_path).code == "damaged"
    assert contents(tmp_path) == before


def test_an_empty_file_left_by_an_interrupted_start_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    with open_store(tmp_path) as store:
        live(store, 1)
        assert store.check(projections=True).ok


def test_a_refused_opening_lets_the_next_one_in(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    refused(tmp_path, purpose="demo")
    open_store(tmp_path).close()


def test_a_sqlite_that_can_corrupt_the_log_is_refused() -> None:
    gate((3, 51, 3))
    with pytest.raises(StoreError) as found:
        gate((3, 51, 2))
    assert found.value.code == "sqlite_too_old"
    assert "3.51.2" in found.value.message


def test_commits_are_synced_and_the_file_keeps_its_pages(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        pragmas = {name: store._database.pragma(name) for name in ("journal_mode", "synchronous", "auto_vacuum")}
    assert pragmas == {"journal_mode": [("wal",)], "synchronous": [(2,)], "auto_vacuum": [(0,)]}


def test_the_ballast_is_put_there_at_the_start(tmp_path: Path) -> None:
    with open_store(tmp_path, ballast=1 << 20) as store:
        assert store.space().ballast
        assert (tmp_path / BALLAST).stat().st_blocks * 512 >= 1 << 20
        store.append([ev.TaskChosen(task="sort")], operator="ada")
