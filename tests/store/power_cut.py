"""A station works on a watched disk; then the power is cut at any call, and the real store opens what is left."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from power_cut_disk import Call, Cut, Promise, Sync, SyncFolder, Tape, cuts, lay_out
from power_cut_vfs import watched
from store_world import open_store, parcel_life

from rl_station.domain import events as ev
from rl_station.store import Store, StoreError

FAT = ev.ScanRefused(code="scan.unknown", params=(("shown", "x" * 150_000),))
"""Fills the write-ahead log quickly, so that it is carried into the database while the station works."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder in memory where there is one: the disk is ours, so the real one need not be waited for."""
    memory = Path("/dev/shm")  # noqa: S108  # a folder of its own is made in it
    with tempfile.TemporaryDirectory(prefix="rl-power-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def promising(store: Store, tape: Tape, number: int, fat: int = 0) -> None:
    """A parcel's life, each input noted as promised when `append` has returned."""
    for events in [*parcel_life(number), *([FAT],) * fat]:
        store.append(events, operator="ada", checkpoint=b"x" * 500)
        tape.calls.append(Promise(store.head.seq, store.head.hash))


def a_day(folder: Path, *, synchronous: str = "FULL", fat: int = 60) -> Tape:
    """First start, a parcel, a restart (the log is carried over and deleted), and work until it is carried over at work."""
    tape = Tape()
    with watched(folder, tape):
        for first, heavy in ((1, 0), (3, fat)):
            with open_store(folder) as store:
                store._database.pragma(f"synchronous={synchronous}")
                for number in (first, first + 1):
                    promising(store, tape, number, heavy)
    return tape


def points(tape: Tape, count: int, chance: random.Random) -> Sequence[int]:
    """So many cut points: around every sync one time in four, the others anywhere."""
    critical = [at + side for at, call in enumerate(tape.calls) if _critical(call) for side in (0, 1)]
    return [
        chance.choice(critical) if chance.random() < 0.25 else chance.randrange(len(tape.calls)) for _ in range(count)
    ]


def _critical(call: Call) -> bool:
    return isinstance(call, Sync | SyncFolder)


def trouble(cut: Cut, folder: Path) -> str:
    """What is wrong with the store that starts after this cut; empty for nothing."""
    place = folder / "after"
    shutil.rmtree(place, ignore_errors=True)
    lay_out(cut.state, place)
    try:
        with open_store(place) as store:
            return _trouble(store, cut.promise)
    except StoreError as error:
        return f"does not open: {error.code}: {error.message}"


def _trouble(store: Store, promise: Promise | None) -> str:
    if promise is not None:
        found = {recorded.seq: link for recorded, link in store.entries(since=promise.seq - 1)}
        if promise.seq not in found:
            return f"lost: event {promise.seq} was promised and the log ends at {store.head.seq}"
        if found[promise.seq] != promise.hash:
            return f"another event stands at {promise.seq}"
        if store.epoch_reason != "new":
            return f"took itself for another log: {store.epoch_reason}"
    store.append([ev.SignedOut(operator="ada")], operator="ada")
    report = store.check(projections=promise is not None and promise.seq % 5 == 0)
    return "" if report.ok else f"damaged: {report.problems[0].message}"


def try_cuts(
    tape: Tape, after: Sequence[int], chance: random.Random, folder: Path, tell: Callable[[Cut, str], None]
) -> int:
    """Open the states of these cuts; each that is wrong is told. Gives how many were opened."""
    count = 0
    for cut in cuts(tape, after, chance):
        count += 1
        wrong = trouble(cut, folder)
        if wrong:
            tell(cut, wrong)
    return count
