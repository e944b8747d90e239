"""A front without sockets, on a clock that stands still until it is told to go on, with a station's hands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pushing
from pushing import AT
from sqlalchemy import func, select

from rl_station.central import identity, tables
from rl_station.central.calls import Request, Response
from rl_station.central.database import open_engine
from rl_station.central.front import Front
from rl_station.domain.sync_wire import Ack, Enrolment, EnrolRequest, Push, Refused, Returned, pack


class StillClock:
    """A clock that is set."""

    def __init__(self, at: int = AT) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class Centre:
    """A server on a database of its own, and what the tests ask it."""

    def __init__(self, url: str) -> None:
        self.clock = StillClock()
        self.engine = open_engine(url, connections=4)
        self.front = Front(self.engine, self.clock)
        self.front.prepare()

    def replica(self) -> Front:
        """Another process' worth of the same server."""
        return Front(open_engine(self.engine.url.render_as_string(hide_password=False), connections=2), self.clock)

    def ask(self, method: str, path: str, token: str = "", body: bytes = b"", **query: str) -> Response:
        headers = {name.lower(): value for name, value in pushing.headers(token).items()} if token else {}
        if not body:
            headers.pop("content-encoding", None)
        return self.front.answer(Request(method, path, query, headers, body))

    def enrol(self, station: str, site: str = "main") -> Enrolment:
        code = identity.new_code(self.front.context, site, station)
        answer = self.ask("POST", "/v1/enrol", body=pack(EnrolRequest(station, code)))
        assert answer.status == 200, answer
        return msgspec.msgpack.decode(answer.body, type=Enrolment)

    def send(self, token: str, push: Push) -> Ack | Refused:
        answer = self.ask("POST", "/v1/events", token, pushing.body(push))
        if answer.status == 200:
            return msgspec.msgpack.decode(answer.body, type=Ack)
        return msgspec.msgpack.decode(answer.body, type=Refused)

    def back(self, token: str, **query: str) -> Returned:
        answer = self.ask("GET", "/v1/events", token, b"", **query)
        assert answer.status == 200, answer
        return msgspec.msgpack.decode(answer.body, type=Returned)

    def count(self, table: Any) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def tasks(self, *, resolved: bool = False) -> list[tuple[str, str, str]]:
        """Kind, kind of subject and subject of the tasks that are open, or were."""
        task = tables.task.c
        done = task.resolved_at.is_not(None) if resolved else task.resolved_at.is_(None)
        with self.engine.connect() as connection:
            rows = connection.execute(select(task.kind, task.subject_kind, task.subject).where(done))
            return sorted((row.kind, row.subject_kind, row.subject) for row in rows)

    def column(self, table: Any, name: str) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(select(table.c[name])).scalars().all()
