"""Stations, servers and their database as processes, and the comparison of what both ends have."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.central_process import CentralProcess
from benchmarks.enrolling import SITE, enrol
from sqlalchemy import Engine, select

from rl_station.central import identity, tables
from rl_station.central.calls import Context
from rl_station.central.database import open_engine
from rl_station.station.clocks import SystemClock
from rl_station.store import open_reader
from rl_station.sync.state import read_state

PATIENCE_S = 120.0
_AT_WORK = 20
"""Events."""
_WORKING = Path(__file__).with_name("working_station.py")


class WorkingStation:
    """A `working_station` process. `durable` are the events that it has ever said are, by seq."""

    def __init__(self, folder: Path, station: str, prefix: str) -> None:
        self.folder = folder
        self.name = station
        self.durable: dict[int, str] = {}
        self.drained = threading.Event()
        self._prefix = prefix
        self._before = 0
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None

    def enrol(self, server: CentralProcess, url: str = "") -> None:
        """`url`: where the station is to find the server, if not at its own address."""
        self.folder.mkdir(exist_ok=True)
        enrol(server, self.folder, self.name, url=url)

    def copy(self, folder: Path) -> None:
        """Begin with what another folder holds."""
        shutil.copytree(folder, self.folder)

    @property
    def at_work(self) -> bool:
        """Whether some scans became durable since it was started."""
        return len(self.durable) > self._before + _AT_WORK

    def start(self) -> None:
        self._before = len(self.durable)
        self._process = subprocess.Popen(
            [sys.executable, str(_WORKING), str(self.folder), self.name, self._prefix],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, args=(self._process,))
        self._listener.start()

    def kill(self) -> None:
        if self._process is not None and self._listener is not None:
            self._process.kill()
            self._listener.join()
            self._process.communicate()
            self._process = self._listener = None

    def rest(self) -> None:
        """No more work: only sync, until the centre has everything."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write("rest\n")
        self._process.stdin.flush()

    def wait_until_drained(self) -> None:
        """Until it says that the centre has everything. Fails at once where it has ended instead."""
        assert self._process is not None
        deadline = time.monotonic() + PATIENCE_S
        while not self.drained.wait(0.05):
            assert self._process.poll() is None, f"{self.name} has ended"
            assert time.monotonic() < deadline, f"{self.name} still has to send: {read_state(self.folder)}"

    def log(self) -> dict[int, str]:
        """Its whole log by seq: hashes."""
        with open_reader(self.folder) as reader:
            return {recorded.seq: link.hex() for recorded, link in reader.entries()}

    def trouble(self) -> str:
        """What keeps it from syncing, as `sync status` tells it; empty where nothing does."""
        found = read_state(self.folder).trouble
        return found.code if found is not None else ""

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            seq, _, link = line.strip().partition(" ")
            if link and len(link) == 64:  # a kill may cut the last line
                self.durable[int(seq)] = link
            elif seq == "drained":
                self.drained.set()


class Centre:
    """What the server's database holds, read past the server."""

    def __init__(self, database: str) -> None:
        self._engine: Engine = open_engine(database, connections=1)

    def log(self, station: str) -> dict[int, str]:
        """A station's events by seq: hashes. Of a seq that is there twice, in two epochs, a list would be needed: fails."""
        event, stream = tables.event.c, tables.stream.c
        wanted = (
            select(event.seq, event.hash)
            .join(tables.stream, stream.stream == event.stream)
            .where(stream.station == station)
            .order_by(event.seq)
        )
        with self._engine.connect() as connection:
            rows = [(int(seq), bytes(link).hex()) for seq, link in connection.execute(wanted)]
        assert len(dict(rows)) == len(rows), "an event is there twice"
        return dict(rows)

    def watermark(self, station: str) -> int:
        wanted = select(tables.stream.c.seq).where(tables.stream.c.station == station)
        with self._engine.connect() as connection:
            return int(max(connection.execute(wanted).scalars(), default=0))

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def centre(database: str) -> Iterator[Centre]:
    made = Centre(database)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def servers(database: str, number: int) -> Iterator[list[CentralProcess]]:
    """Replicas on one database."""
    made = [CentralProcess(database) for _ in range(number)]
    try:
        for server in made:
            server.start(wait=False)
        for server in made:
            server.wait_until_ready()
        yield made
    finally:
        for server in made:
            server.close()


def revoke(server: CentralProcess, station: str) -> None:
    engine = open_engine(server.database, connections=1)
    assert identity.revoke(Context(engine, SystemClock()), SITE, station)
    engine.dispose()


def assert_whole(station: WorkingStation, centre: Centre) -> None:
    """What was durable is in the log, and the centre has the log: each event once, with its hash."""
    log = station.log()
    assert station.durable.items() <= log.items()
    assert sorted(log) == list(range(1, len(log) + 1))
    assert centre.log(station.name) == log
