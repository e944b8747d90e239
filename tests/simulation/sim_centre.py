"""The real server on SQLite, with as many replicas as wanted; it can be killed in the middle and restored from an image."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sim_world import Clock, World
from sqlalchemy import Engine, event
from sqlalchemy.util import LRUCache

from rl_station.central import identity
from rl_station.central.calls import Request, Response
from rl_station.central.database import open_engine
from rl_station.central.front import Front
from rl_station.central.hand_over import Handed, take_file

SITE = "site-1"


class Killed(BaseException):
    """The server process died. Nothing in it may catch this."""


_compiled: LRUCache[Any, Any] = LRUCache(1000)
"""Statements compiled once for all the servers that come and go."""


class Replica:
    """One server process: an engine of its own on the shared database."""

    def __init__(self, path: Path, world: World, clock: Clock) -> None:
        self.engine = open_engine(f"sqlite:///{path}", connections=2)
        self.engine._compiled_cache = _compiled
        self.front = Front(self.engine, clock, chance=world.bytes)
        self.fuse: int | None = None
        event.listen(self.engine, "before_cursor_execute", self._statement)
        event.listen(self.engine, "commit", self._commit)
        self.front.prepare()

    def _statement(self, *_: Any) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                raise Killed

    def _commit(self, _connection: object) -> None:
        """The last moment before a commit."""
        if self.fuse is not None and self.fuse == 1:
            raise Killed

    def stop(self) -> None:
        self.fuse = None
        self.engine.dispose()


class Centre:
    """All replicas, and the database they share."""

    def __init__(self, folder: Path, world: World, replicas: int = 2) -> None:
        self.world = world
        self.clock = Clock(world)
        self.path = folder / "central.db"
        self._folder = folder
        self._count = replicas
        self.restored = 0
        self._images = 0
        self._start()

    def _start(self) -> None:
        self.replicas = [self._replica() for _ in range(self._count)]

    def _replica(self) -> Replica:
        return Replica(self.path, self.world, self.clock)

    @property
    def engine(self) -> Engine:
        return self.replicas[0].engine

    def answer(self, request: Request, *, kill_after: int | None = None) -> Response:
        """One of the replicas answers. Raises Killed where it dies after so many statements; it is started again at once."""
        place = self.world.chance.randrange(len(self.replicas))
        replica = self.replicas[place]
        replica.fuse = kill_after
        try:
            return replica.front.answer(request)
        except Killed:
            self.world.tell("centre", f"replica {place} was killed")
            replica.stop()
            self.replicas[place] = self._replica()
            raise
        finally:
            replica.fuse = None

    # --- what people do to it -----------------------------------------------------------------------------------------

    def code(self, station: str) -> str:
        """A one-time code for a station."""
        return identity.new_code(self.replicas[0].front.context, SITE, station)

    def revoke(self, station: str) -> None:
        identity.revoke(self.replicas[0].front.context, SITE, station)

    def take_file(self, path: Path) -> Handed:
        """As `rl-station central import-events` does."""
        with path.open("rb") as file:
            return take_file(self.replicas[0].front.context, SITE, file)

    def image(self) -> Path:
        """A backup of the database as it is now."""
        self._images += 1
        target = self._folder / f"central-{self._images}.image"
        with (
            contextlib.closing(dbapi2.connect(self.path)) as source,
            contextlib.closing(dbapi2.connect(target)) as copy,
        ):
            source.backup(copy)
        return target

    def restore(self, image: Path) -> None:
        """Put a backup in the place of the database, behind the server's back."""
        self.restored += 1
        self.stop()
        for path in self._folder.glob("central.db*"):
            path.unlink()
        self.path.write_bytes(image.read_bytes())
        self._start()

    def stop(self) -> None:
        for replica in self.replicas:
            replica.stop()

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """What the database says, for checking."""
        return rows(self.path, statement, *params)


def rows(path: Path, statement: str, *params: object) -> list[tuple[Any, ...]]:
    with contextlib.closing(dbapi2.connect(path)) as connection:
        return list(connection.execute(statement, params))
