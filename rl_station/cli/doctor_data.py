"""The data folder, the database in it, and the disk below both."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from pysqlite3 import dbapi2

from rl_station.cli.doctor_finding import Finding, fail, fine, warn
from rl_station.settings import Site
from rl_station.station.clocks import rfc3339
from rl_station.store import Reader, StoreError, holder, open_reader
from rl_station.store.database import gate
from rl_station.store.folder import BALLAST, DATABASE
from rl_station.store.space import measure

QUICK_CHECK_BYTES = 2_000_000_000
"""A larger file would keep whoever called the doctor waiting; `db check` looks at all of it."""
SYNCS = 40
SYNC_BYTES = 4096
SLOW_SYNC_MS = 50.0
MOST_BACK_S = 300.0
SET_CLOCK = "Set it right before more is recorded: sudo timedatectl set-ntp true"

_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph"})


def sqlite() -> Finding:
    """Below the gate a database can be damaged by SQLite itself."""
    try:
        gate(dbapi2.sqlite_version_info)
    except StoreError as error:
        return fail("sqlite", error.message, error.fix, version=dbapi2.sqlite_version)
    return fine("sqlite", f"SQLite {dbapi2.sqlite_version}", version=dbapi2.sqlite_version)


def data(folder: Path, site: Site | None) -> Iterator[Finding]:
    """The folder first, then what is in it."""
    there = _nearest(folder)
    running = holder(folder)
    if not there.is_dir():
        yield fail("data", f"{there} is not a folder", "Choose a folder for the station's data with --data.")
        return
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=True):
        fix = "Give the station's user the right to write there, or choose another folder with --data."
        yield fail("data", f"{folder} cannot be written", fix)
        return
    if folder != there:
        yield fine("data", f"{folder} is made at the first start")
    else:
        told = f"a station is running in it (process {running})" if running else "no station is running in it"
        yield fine("data", f"{folder}; {told}", running=running or 0)
    yield from disk(there, folder)
    if (folder / DATABASE).is_file():
        yield from database(folder, site)


def database(folder: Path, site: Site | None) -> Iterator[Finding]:
    """Whose it is, whether it is sound, and what it has not handed on."""
    try:
        with open_reader(folder) as reader:
            yield _owner(reader, site)
            yield _soundness(reader, folder)
            yield from _last_event(reader)
            yield _unsent(reader)
    except StoreError as error:
        # An older database is brought up by the next start: nothing is wrong with it.
        make = warn if error.code == "older" else fail
        yield make("database", error.message, error.fix, code=error.code)


def _owner(reader: Reader, site: Site | None) -> Finding:
    told = f"station {reader.station}, {reader.purpose} work"
    elsewhere = "Choose this station's folder with --data."
    if reader.purpose != "live":
        return warn("owner", f"{told}: `run` needs a folder for live work", elsewhere, purpose=reader.purpose)
    if site is not None and reader.station != site.station.id:
        return fail("owner", f"{told}; this is station {site.station.id}", elsewhere, purpose=reader.purpose)
    return fine("owner", told, purpose=reader.purpose)


def _soundness(reader: Reader, folder: Path) -> Finding:
    events, size = reader.head().seq, (folder / DATABASE).stat().st_size
    told = f"{events} events, {size // 1_000_000} MB"
    if size > QUICK_CHECK_BYTES:
        return fine(
            "database", f"{told}; too large for a quick look, `rl-station db check` reads it all", events=events
        )
    if problems := reader.quick_check():
        fix = "Stop the station, keep a copy of the data folder, then run `rl-station db check`."
        return fail("database", f"{told}; damaged: {problems[0]}", fix, events=events)
    return fine("database", f"{told}, sound", events=events)


def _last_event(reader: Reader) -> Iterator[Finding]:
    """A clock that was set back is told by the log alone where there is no central server to compare with."""
    head = reader.head()
    for last in reader.log(head.seq - 1) if head.seq else ():
        ahead_s = last.at / 1_000_000 - time.time()
        if ahead_s > MOST_BACK_S:
            told = f"event {last.seq} was recorded at {rfc3339(last.at)}, {ahead_s / 60:.0f} min later than it is now"
            yield warn("last event", f"{told}: the clock is wrong now, or was then", SET_CLOCK, seconds=ahead_s)


def _unsent(reader: Reader) -> Finding:
    waiting, oldest = reader.unsynced()
    told = f"{waiting} events wait for the central server"
    since = f", the oldest since {rfc3339(oldest)}" if oldest is not None else ""
    return fine("unsent", told + since, waiting=waiting)


# --- disk -------------------------------------------------------------------------------------------------------------


def disk(there: Path, folder: Path) -> Iterator[Finding]:
    """`there`: the data folder, or the nearest folder above it that exists."""
    kind = filesystem(there)
    if kind in _IN_MEMORY:
        fix = "Choose a folder on a disk with --data."
        yield fail("disk", f"{there} is {kind}, in memory: everything is lost when the machine goes off", fix)
    elif kind in _NETWORK:
        fix = "Choose a folder on a disk of this machine with --data."
        yield fail("disk", f"{there} is on a network file system ({kind}): the database does not work there", fix)
    yield _space(there, folder)
    try:
        p50, p99 = sync_latency(there)
    except OSError as error:
        yield fail("sync", f"{there}: {error.strerror}", "Check the disk.")
        return
    told = f"writing and syncing 4 KiB takes {p50:.2f} ms, one in a hundred {p99:.2f} ms"
    if p99 > SLOW_SYNC_MS:
        fix = "Every scan waits for this. Look for a busy or dying disk; an SD card is too slow."
        yield warn("sync", told, fix, p50_ms=p50, p99_ms=p99)
    else:
        yield fine("sync", told, p50_ms=p50, p99_ms=p99)


def _space(there: Path, folder: Path) -> Finding:
    database = folder / DATABASE
    if database.is_file():
        with_ballast = (folder / BALLAST).exists()
        space = measure(database, _events(folder), ballast=with_ballast)
        free, hours, low = space.free_bytes, space.hours, space.low
    else:
        free = shutil.disk_usage(there).free
        hours, low = 0.0, free < QUICK_CHECK_BYTES
    told = f"{free / 1e9:.1f} GB free" + (f", {hours:.0f} hours of work" if hours else "")
    if low:
        return warn("space", told, "Free some space on it, or move the data folder.", free=free)
    return fine("space", told, free=free)


def _events(folder: Path) -> int:
    try:
        with open_reader(folder) as reader:
            return reader.head().seq
    except StoreError:
        # Said better by the database's own line.
        return 0


def sync_latency(folder: Path, syncs: int = SYNCS) -> tuple[float, float]:
    """Median and 99th percentile, in ms, of 4 KiB written and made durable in this folder. Raises OSError."""
    took: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(syncs):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), bytes(SYNC_BYTES), 0)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    cuts = quantiles(took, n=100, method="inclusive")
    return cuts[49], cuts[98]


def filesystem(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system a folder is on, such as ext4; an empty string where it cannot be told."""
    try:
        lines = [line.split(" ") for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    place = folder.resolve()
    above = {str(place), *map(str, place.parents)}
    # Of two mounts on the same point the later one is in sight.
    found = [
        (len(point), at, kind) for at, (_, point, kind, *_) in enumerate(lines) if point.replace("\\040", " ") in above
    ]
    return max(found, default=(0, 0, ""))[2]


def _nearest(folder: Path) -> Path:
    return next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
