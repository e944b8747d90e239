"""How fast a backlog gets to the centre: stations, server and database each in processes of their own, all on this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace
from sqlalchemy import text

from benchmarks import bulk, processes, sync_station
from benchmarks.bench import Bench
from benchmarks.bench_site import load, make_site
from benchmarks.central_process import CentralProcess
from benchmarks.enrolling import enrol
from benchmarks.figure import CannotMeasureError, Figure, at_least, percentile
from benchmarks.postgresql import Postgresql
from rl_station.central.database import open_engine

Kind = Literal["postgresql", "sqlite"]

NAMES = (
    "uplink_1_station_eps",
    "uplink_8_stations_eps",
    "uplink_1_station_sqlite_eps",
    "uplink_8_stations_sqlite_eps",
)
BARS = {"uplink_1_station_eps": 15_000.0, "uplink_8_stations_eps": 30_000.0}
BACKLOG = 100_000
"""Events of each station."""
_MANY = 8


@dataclass(frozen=True, slots=True)
class Course:
    """One way to measure: so many stations, so many server processes, a kind of database."""

    stations: int
    kind: Kind
    workers: int = 1


COURSES = {
    NAMES[0]: Course(1, "postgresql"),
    NAMES[1]: Course(_MANY, "postgresql", workers=2),
    NAMES[2]: Course(1, "sqlite"),
    NAMES[3]: Course(_MANY, "sqlite"),
}


@dataclass(frozen=True, slots=True)
class Drain:
    """What all stations together did, and the seconds of CPU of each part."""

    seconds: float
    sent: tuple[sync_station.Sent, ...]
    server_cpu_s: float
    database_cpu_s: float
    server_mib: float
    database_bytes: int

    @property
    def events(self) -> int:
        return sum(each.events for each in self.sent)


def measure(name: str, bench: Bench) -> list[Figure]:
    course = COURSES[name]
    with bench.folder("sync") as folder:
        backlog = backlogs(bench, folder, course.stations, bench.samples(BACKLOG))
        return [_figure(bench, name, course, backlog)]


def _figure(bench: Bench, name: str, course: Course, backlog: Sequence[Path]) -> Figure:
    bench.say(f"sending from {course.stations} to {course.kind}")
    with bench.folder("central") as folder, central(folder, course.kind, course.workers) as (server, database_pid):
        drain = drained(server, database_pid, folder, backlog)
    pushes = [each for sent in drain.sent for each in sent.pushes_ms]
    events = drain.events
    detail = {
        "stations": course.stations,
        "server_workers": course.workers,
        "events": events,
        "seconds": drain.seconds,
        "wire_bytes_per_event": sum(each.wire_bytes for each in drain.sent) / events,
        "events_per_push": events / len(pushes),
        "push_p50_ms": percentile(pushes, 50),
        "push_p99_ms": percentile(pushes, 99),
        "pushes": len(pushes),
        "refused": sum(each.refused for each in drain.sent),
        "stations_cpu_us_per_event": sum(each.cpu_s for each in drain.sent) / events * 1e6,
        "server_cpu_us_per_event": drain.server_cpu_s / events * 1e6,
        "database_cpu_us_per_event": drain.database_cpu_s / events * 1e6,
        "database_bytes_per_event": drain.database_bytes / events,
        "server_peak_mib": drain.server_mib,
    }
    figure = Figure(name, events / drain.seconds, "1/s", detail=detail)
    return at_least(figure, BARS[name]) if name in BARS else figure


# --- the parts --------------------------------------------------------------------------------------------------------


def backlogs(bench: Bench, folder: Path, stations: int, events: int) -> list[Path]:
    """So many events each, none sent yet: data folders that are named after their stations."""
    site = load(make_site(folder))
    made = []
    for number in range(1, stations + 1):
        bench.say(f"writing the log of station {number} of {stations}")
        station = replace(site.station, id=f"bench-{number}", prefix=f"Q{number:02d}")
        place = folder / station.id
        bulk.build(place, replace(site, station=station), events)
        made.append(place)
    return made


@contextmanager
def central(folder: Path, kind: Kind, workers: int = 1) -> Iterator[tuple[CentralProcess, int | None]]:
    """The server as a process, and the process of its database where that is one."""
    with ExitStack() as stack:
        database_pid = None
        url = f"sqlite:///{folder / 'central.sqlite3'}"
        if kind == "postgresql":
            folder.chmod(0o755)
            (folder / "cluster").mkdir()
            postgresql = Postgresql(folder / "cluster")
            stack.callback(postgresql.remove)
            postgresql.start()
            url = stack.enter_context(postgresql.database("central"))
            database_pid = postgresql.pid
        server = CentralProcess(url, workers=workers)
        stack.callback(server.close)
        server.start()
        yield server, database_pid


def drained(server: CentralProcess, database_pid: int | None, folder: Path, backlog: Sequence[Path]) -> Drain:
    """Copy the backlogs, enrol their stations and let them all send at once."""
    with ExitStack() as stack:
        running = []
        for source in backlog:
            place = folder / source.name
            shutil.copytree(source, place)
            enrol(server, place, source.name)
            running.append(stack.enter_context(_station(place, f"Q{source.name.rpartition('-')[2]:0>2}")))
        for process in running:
            _line(process)
        before = server.cpu_seconds(), processes.cpu_seconds(database_pid) if database_pid else 0.0
        began = time.monotonic()
        for process in running:
            assert process.stdin is not None  # noqa: S101 - asked for
            process.stdin.write("go\n")
            process.stdin.flush()
        sent = tuple(msgspec.json.decode(_line(process), type=sync_station.Sent) for process in running)
        seconds = time.monotonic() - began
        return Drain(
            seconds,
            sent,
            server.cpu_seconds() - before[0],
            (processes.cpu_seconds(database_pid) if database_pid else 0.0) - before[1],
            server.peak_mib(),
            _size(server.database, folder),
        )


def _size(database: str, folder: Path) -> int:
    """Bytes of everything the database keeps, indexes included."""
    engine = open_engine(database, connections=1)
    try:
        if engine.dialect.name == "sqlite":
            return sum(file.stat().st_size for file in folder.glob("central.sqlite3*"))
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    finally:
        engine.dispose()


@contextmanager
def _station(folder: Path, prefix: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks.sync_station", str(folder), folder.name, prefix],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101 - asked for
    said = process.stdout.readline()
    if not said:
        raise CannotMeasureError("a station has ended before its backlog")
    return said
