"""A full or failing disk: what was acknowledged stays, the worker can finish, and work goes on when there is room."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_world import live, open_store

from rl_station.domain import events as ev
from rl_station.store import Store, StoreError, StoreFull

SIZE = 4 << 20
BIG = ev.ScanRefused(code="scan.unknown", params=(("shown", "x" * 3000),))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB, really."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk needs the right to mount one")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> Path:
    """Take every free byte."""
    filler = place / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(place).free == 0
    return filler


def append_until_full(store: Store) -> int:
    """Gives the last seq that was acknowledged."""
    while True:
        try:
            store.append([BIG], operator="ada")
        except StoreFull:
            return store.head.seq


def test_a_full_disk_refuses_keeps_everything_and_takes_the_next_scan_when_there_is_room(small_disk: Path) -> None:
    with open_store(small_disk / "data") as store:
        live(store, 1)
        filler = fill(small_disk)
        last = append_until_full(store)
        assert [each.seq for each in store.log()] == list(range(1, last + 1))
        with pytest.raises(StoreFull) as full:
            store.append([BIG], operator="ada")
        assert "full" in full.value.message
        filler.unlink()
        (stored,) = store.append([BIG], operator="ada")
        assert stored.seq == last + 1
        assert store.check(projections=True).ok
    with open_store(small_disk / "data") as store:
        assert store.head.seq == last + 1
        assert store.check(projections=True).ok


def test_the_ballast_lets_the_worker_finish_and_says_that_it_is_gone(small_disk: Path) -> None:
    with open_store(small_disk / "data", ballast=1 << 20) as store:
        live(store, 1)
        filler = fill(small_disk)
        while store.space().ballast:
            store.append([BIG], operator="ada")
        live(store, 2)
        assert store.space().low
        assert not store.replenish()
        filler.unlink()
        assert store.replenish()
        assert store.space().ballast
        assert store.check(projections=True).ok


def test_a_cold_start_on_a_full_disk_lives_on_the_ballast(small_disk: Path) -> None:
    with open_store(small_disk / "data", ballast=1 << 20) as store:
        live(store, 1)
    fill(small_disk)
    with open_store(small_disk / "data", ballast=1 << 20) as store:
        live(store, 2)
        assert not store.space().ballast
        assert store.check(projections=True).ok


def test_a_cold_start_on_a_full_disk_without_ballast_says_full(small_disk: Path) -> None:
    with open_store(small_disk / "data") as store:
        live(store, 1)
        done = store.head.seq
    filler = fill(small_disk)
    with pytest.raises(StoreFull):
        open_store(small_disk / "data")
    filler.unlink()
    with open_store(small_disk / "data") as store:
        assert store.head.seq == done


def test_a_backup_without_room_leaves_nothing_behind(small_disk: Path, tmp_path: Path) -> None:
    with open_store(tmp_path / "data") as store:
        live(store, *range(1, 30))
        target = small_disk / "backup.db"
        fill(small_disk)
        with pytest.raises(StoreFull):
            store.backup(target)
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Writes past `size` fail with EFBIG, which SQLite meets as an I/O error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_write_error_refuses_the_scan_and_the_store_recovers(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        wal = next(path for path in tmp_path.iterdir() if path.name.endswith("-wal"))
        with no_file_beyond(os.stat(wal).st_size + 2000):
            for _ in range(3):
                with pytest.raises(StoreError) as failed:
                    store.append([BIG], operator="ada")
                assert failed.value.code == "io"
        last = store.head.seq
        (stored,) = store.append([BIG], operator="ada")
        assert stored.seq == last + 1
        assert store.check(projections=True).ok
