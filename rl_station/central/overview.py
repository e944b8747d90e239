"""The server at a glance, for its administrator: every site's stations, their lives, the tasks that wait."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, Engine, func, select

from rl_station.central import identity, tables
from rl_station.central.database import reading


class LifeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch: the seqs that are here, what the station said it still has, its clock less ours."""

    epoch: str
    reason: str
    parent: str
    starts: int
    seq: int
    head: str
    waiting: int
    skew_us: int
    received_at: int
    version: str


class StationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: enrolled, revoked. Times in microseconds since 1970 UTC."""

    site: str
    station: str
    state: str
    enrolled_at: int | None
    last_seen_at: int | None
    epochs: tuple[LifeSeen, ...]


class TasksSeen(msgspec.Struct, frozen=True, kw_only=True):
    site: str
    kind: str
    open: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    incarnation: str
    stations: tuple[StationSeen, ...]
    tasks: tuple[TasksSeen, ...]


def overview(engine: Engine) -> Overview:
    """Raises DatabaseError."""
    return reading(engine, _read)


def _read(connection: Connection) -> Overview:
    lives: dict[tuple[str, str], list[LifeSeen]] = {}
    stream, task = tables.stream, tables.task.c
    for row in connection.execute(select(stream).order_by(stream.c.starts, stream.c.opened_at)):
        lives.setdefault((row.site, row.station), []).append(
            LifeSeen(
                **{name: getattr(row, name) for name in LifeSeen.__struct_fields__ if name != "head"},
                head=row.head.hex(),
            )
        )
    stations = connection.execute(select(tables.station).order_by(tables.station.c.site, tables.station.c.station))
    open_tasks = (
        select(task.site, task.kind, func.count().label("open"))
        .where(task.resolved_at.is_(None))
        .group_by(task.site, task.kind)
        .order_by(task.site, task.kind)
    )
    return Overview(
        incarnation=identity.server(connection).incarnation,
        stations=tuple(
            StationSeen(
                site=row.site,
                station=row.station,
                state="enrolled" if row.revoked_at is None else "revoked",
                enrolled_at=row.enrolled_at,
                last_seen_at=row.last_seen_at,
                epochs=tuple(lives.get((row.site, row.station), ())),
            )
            for row in stations
        ),
        tasks=tuple(TasksSeen(site=row.site, kind=row.kind, open=row.open) for row in connection.execute(open_tasks)),
    )
