"""A central server as a process of its own, with what an administrator does on its command line."""

from __future__ import annotations

import json
import subprocess

import msgspec
import raw_http
from benchmarks.central_process import PROGRAM, CentralProcess
from sqlalchemy import Engine, func, select

from rl_station.central import tables
from rl_station.central.database import open_engine
from rl_station.domain.sync_wire import MEDIA_TYPE, Enrolment, EnrolRequest, pack

STATION = "dock-1"
"""Enrolled, and never heard of with anything that could be stored."""


class Served:
    """A server in its own process, with what an administrator does on its command line."""

    def __init__(self, process: CentralProcess) -> None:
        self.process = process
        self.engine: Engine = open_engine(process.database, connections=2)

    @property
    def address(self) -> raw_http.Address:
        return self.process.address

    def command(self, *arguments: str) -> str:
        """What a `rl-station central` command printed; it must have worked."""
        done = subprocess.run(
            [PROGRAM, "central", *arguments, "--database", self.process.database],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def enrol(self, station: str) -> Enrolment:
        """A one-time code from the administrator, shown by the station."""
        code = json.loads(self.command("enroll", station, "--json"))["code"]
        body = pack(EnrolRequest(station=station, code=code))
        answer = self.ask("POST", "/v1/enrol", {"Content-Type": MEDIA_TYPE}, body)
        assert answer.status == 200, answer
        return msgspec.msgpack.decode(answer.body, type=Enrolment)

    def reader(self, name: str) -> str:
        """The token of a program that reads."""
        token: str = json.loads(self.command("enroll", "--reader", name, "--json"))["token"]
        return token

    def ask(
        self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> raw_http.Answered:
        return raw_http.asked(self.address, method, target, headers, body)

    def rows(self) -> dict[str, int]:
        """How many rows each table has that a push or an import writes to."""
        kept = (tables.event, tables.stream, tables.quarantined, tables.item, tables.lookup, tables.task)
        with self.engine.connect() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in kept
            }

    def assert_up(self) -> None:
        assert self.process.alive(), self.process.said()
        for target in ("/health", "/ready"):
            answer = self.ask("GET", target)
            assert answer.status == 200, answer
