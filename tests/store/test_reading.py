"""Reading and copying a store while a station works in it, from another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from store_world import live, open_store, parcel_plate

from rl_station.store import StoreError, check_folder, open_reader
from rl_station.store.folder import DATABASE

READER = """
import sys
from pathlib import Path
from rl_station.store import check_folder, open_reader
with open_reader(Path(sys.argv[1])) as reader:
    print(sum(1 for _ in reader.log()), reader.head().seq, reader.records.parcel(sys.argv[2]).status)
    print(reader.station, reader.purpose, reader.epochs()[0].token, reader.unsynced().waiting)
    print(check_folder(Path(sys.argv[1]), projections=True).ok)
"""


def test_another_process_reads_while_the_station_works(tmp_path: Path) -> None:
    with open_store(tmp_path, epoch="life") as store:
        live(store, 1)
        ran = subprocess.run(
            [sys.executable, "-c", READER, str(tmp_path), parcel_plate(1)], capture_output=True, text=True, check=True
        )
        live(store, 2)
    assert ran.stdout.split() == ["17", "17", "closed", "dock-01", "live", "life", "17", "True"]


def test_a_reader_sees_what_is_appended_after_it_opened(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, open_reader(tmp_path) as reader:
        live(store, 1)
        assert reader.head() == store.head
        assert list(reader.log(since=3)) == list(store.log(since=3))


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
    with open_reader(tmp_path) as reader, pytest.raises(StoreError), reader._database.transaction():
        raise AssertionError("a transaction began")


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: (folder / DATABASE).touch()])
def test_reading_where_there_is_no_store_says_so(tmp_path: Path, make: object) -> None:
    make(tmp_path)
    with pytest.raises(StoreError) as refused:
        open_reader(tmp_path)
    assert refused.value.code == "no_store"
    assert str(tmp_path) in refused.value.message


def test_a_backup_taken_while_appending_goes_on_is_whole(tmp_path: Path) -> None:
    with open_store(tmp_path / "data") as store:
        live(store, 1)
        head = store.backup(tmp_path / "backup.db")
        assert head == store.head
        live(store, 2)
    (tmp_path / "restored").mkdir()
    (tmp_path / "backup.db").rename(tmp_path / "restored" / DATABASE)
    report = check_folder(tmp_path / "restored", projections=True)
    assert report.ok
    assert report.events == head.seq


def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("precious")
    with open_store(tmp_path / "data") as store:
        live(store, 1)
        with pytest.raises(StoreError) as refused:
            store.backup(target)
    assert refused.value.code == "exists"
    assert target.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.db", "data"]


def test_a_backup_into_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with open_store(tmp_path / "data") as store, pytest.raises(StoreError) as refused:
        store.backup(tmp_path / "no" / "backup.db")
    assert refused.value.code == "not_a_folder"


def test_a_copy_that_is_not_sound_is_not_kept(tmp_path: Path) -> None:
    with open_store(tmp_path / "data") as store:
        live(store, 1)
    raw = dbapi2.connect(str(tmp_path / "data" / DATABASE), isolation_level=None)
    raw.execute("DELETE FROM event WHERE seq = 5")
    raw.close()
    with open_reader(tmp_path / "data") as reader, pytest.raises(StoreError) as refused:
        reader.backup(tmp_path / "backup.db")
    assert refused.value.code == "damaged"
    assert not (tmp_path / "backup.db").exists()
