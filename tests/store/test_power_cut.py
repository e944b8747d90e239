"""The power goes at any moment and takes with it whatever was not synced. What was promised is there all the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from power_cut import a_day, points, promising, scratch, trouble, try_cuts
from power_cut_disk import Cut, Medium, Promise, Sync, SyncFolder, Tape, Truncate, Write, lay_out
from power_cut_vfs import FULL, IOERR_FSYNC, IOERR_WRITE, OK, available, watched
from store_world import open_store, parcel_life

from rl_station.store import StoreError, StoreFull
from rl_station.store.folder import DATABASE

pytestmark = pytest.mark.skipif(not available(), reason="this pysqlite3 hides its SQLite, which cannot be watched")


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as found:
        yield found


def wrongs(tape: Tape, count: int, folder: Path) -> tuple[int, list[str]]:
    """States opened, and what was wrong with some."""
    told: list[str] = []
    opened = try_cuts(
        tape,
        points(tape, count, random.Random(1)),  # noqa: S311  # no secret, only variety
        random.Random(2),  # noqa: S311
        folder,
        lambda cut, wrong: told.append(f"after {cut.after} calls, {cut.kind}: {wrong}"),
    )
    return opened, told


@pytest.mark.slow
def test_nothing_promised_is_lost_when_the_power_goes(folder: Path) -> None:
    tape = a_day(folder / "day")
    opened, told = wrongs(tape, 40, folder)
    assert opened > 100
    assert told == []


@pytest.mark.slow
def test_the_same_cuts_find_what_a_weaker_commit_loses(folder: Path) -> None:
    tape = a_day(folder / "day", synchronous="NORMAL")
    opened, told = wrongs(tape, 15, folder)
    assert sum("lost" in wrong for wrong in told) > opened // 10


@pytest.mark.slow
def test_a_kill_at_every_single_call_from_the_first_start_on_loses_nothing(folder: Path) -> None:
    tape = a_day(folder / "day", fat=0)
    medium = Medium()
    told: list[str] = []
    for after, call in enumerate(tape.calls[:400], start=1):
        medium.take(call)
        wrong = trouble(Cut(after, "killed", medium.everything(), tape.promised(after)), folder)
        told.extend([f"after {after} calls: {wrong}"] if wrong else [])
    assert told == []


@pytest.mark.slow
def test_a_power_cut_at_every_single_call_of_the_first_start_loses_nothing(folder: Path) -> None:
    tape = Tape()
    with watched(folder / "day", tape), open_store(folder / "day") as store:
        promising(store, tape, 1)
    told: list[str] = []
    chance = random.Random(3)  # noqa: S311
    opened = try_cuts(
        tape, range(1, 180), chance, folder, lambda cut, wrong: told.append(f"{cut.after} {cut.kind}: {wrong}")
    )
    assert opened == 4 * 179
    assert told == []


def test_a_first_start_whose_very_first_page_was_torn_is_simply_made_again(folder: Path) -> None:
    tape, medium = Tape(), Medium()
    with watched(folder / "day", tape), open_store(folder / "day"):
        database = tape.file(DATABASE)
    first = next(at for at, call in enumerate(tape.calls) if isinstance(call, Write) and call.file == database)
    for call in tape.calls[:first]:
        medium.take(call)
    lay_out({**medium.everything(), DATABASE: bytes(4096)}, folder / "after")
    assert (folder / "after" / f"{DATABASE}-journal").exists()
    with open_store(folder / "after") as store:
        assert store.epoch_reason == "new"
        assert store.check(projections=True).ok


def test_the_watch_sees_every_byte_of_the_files_it_watches(folder: Path) -> None:
    day = folder / "day"
    tape = Tape()
    with watched(day, tape), open_store(day) as store:
        promising(store, tape, 1)
        seen = Medium()
        for call in tape.calls:
            seen.take(call)
        for name, content in seen.everything().items():
            if name != "lock":
                assert (day / name).read_bytes() == content, name
        assert {DATABASE, f"{DATABASE}-wal", "epoch"} <= set(seen.everything())


def test_a_cut_keeps_what_was_synced_and_any_part_of_the_rest() -> None:
    tape = Tape()
    medium = Medium()
    file = tape.file("log")
    for call in [*tape.calls, SyncFolder(), Write(file, 0, b"a" * 1024), Sync(file), Write(file, 512, b"b" * 1024)]:
        medium.take(call)
    assert medium.nothing_more() == {"log": b"a" * 1024}
    assert medium.everything() == {"log": b"a" * 512 + b"b" * 1024}
    chance = random.Random(4)  # noqa: S311
    torn = {medium.some(chance, torn=True)["log"] for _ in range(50)}
    assert torn == {
        b"a" * 1024,
        b"a" * 512 + b"b" * 512,
        b"a" * 1024 + b"b" * 512,
        b"a" * 512 + b"b" * 1024,
    }
    medium.take(Truncate(file, 3))
    assert medium.everything() == {"log": b"aaa"}


def test_a_name_that_was_not_synced_may_be_gone() -> None:
    tape, medium = Tape(), Medium()
    file = tape.file("new")
    tape.rename("new", "old")
    for call in [*tape.calls, Write(file, 0, b"x"), Sync(file)]:
        medium.take(call)
    assert medium.nothing_more() == {}
    assert medium.everything() == {"old": b"x"}


def test_a_write_ahead_log_that_vanished_is_noticed(folder: Path) -> None:
    tape = Tape()
    with watched(folder / "day", tape):
        with open_store(folder / "day") as store:
            promising(store, tape, 1)
        with open_store(folder / "day") as store:
            promising(store, tape, 2)
            before = len(tape.calls)
    medium = Medium()
    for call in tape.calls[:before]:
        medium.take(call)
    left = {name: content for name, content in medium.everything().items() if not name.endswith("-wal")}
    lay_out(left, folder / "after")
    with open_store(folder / "after") as store:
        assert store.epoch_reason == "behind"
        assert store.check(projections=True).ok


@pytest.mark.slow
@pytest.mark.parametrize("answer", [FULL, IOERR_WRITE, IOERR_FSYNC])
@pytest.mark.parametrize("times", [1, 1_000_000])
def test_a_disk_that_fails_at_any_write_refuses_the_scan_and_keeps_every_other(
    folder: Path, answer: int, times: int
) -> None:
    kind = "sync" if answer == IOERR_FSYNC else "write"
    healthy = Tape()
    with watched(folder / "healthy", healthy), open_store(folder / "healthy") as store:
        promising(store, healthy, 1)
    count = sum(isinstance(call, Sync if kind == "sync" else Write) for call in healthy.calls)
    refused = 0
    for nth in range(0, count, 1 if kind == "sync" else 4):
        refused += _with_failing_disk(folder / f"{nth}", kind, range(nth, nth + times), answer)
    assert refused


def _with_failing_disk(folder: Path, kind: str, failing: range, answer: int) -> int:
    """The first inputs of a station whose disk fails at these calls of a kind; gives how many were refused."""
    tape = Tape()
    calls = iter(range(1 << 40))
    healed = False

    def verdict(call: str, name: str) -> int:
        return answer if call == kind and not healed and next(calls) in failing else OK

    refused = 0
    with watched(folder, tape, verdict):
        for events in parcel_life(1):
            try:
                with open_store(folder) as store:
                    store.append(events, operator="ada")
                    tape.calls.append(Promise(store.head.seq, store.head.hash))
            except StoreFull:
                assert answer == FULL
                refused += 1
            except StoreError as error:
                assert error.code == "io", error
                refused += 1
        healed = True
        wrong = trouble(Cut(0, "as it stands", _files(folder), tape.promised(len(tape.calls))), folder / "copy")
    assert wrong == ""
    return refused


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "lock"}
