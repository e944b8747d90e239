"""The list of what people have to settle, and the stations behind it."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, select

from rl_station.central import tables

MOST_TASKS = 500
"""Tasks of one answer; those that were opened at the same moment as its last are in it, too."""

_task, _station, _stream = tables.task.c, tables.station.c, tables.stream.c
_TASKS = (
    select(tables.task)
    .where(_task.site == bindparam("at_site"), _task.opened_at > bindparam("since"))
    .order_by(_task.opened_at, _task.id)
    .limit(bindparam("most"))
)
_SAME_MOMENT = select(tables.task).where(
    _task.site == bindparam("at_site"), _task.opened_at == bindparam("at"), _task.id > bindparam("after")
)
_NEWEST = (
    select(tables.task)
    .where(_task.site == bindparam("at_site"))
    .order_by(_task.opened_at.desc(), _task.id)
    .limit(bindparam("most"))
)
_ONE = select(tables.task).where(_task.site == bindparam("at_site"), _task.id == bindparam("which"))
_STATIONS = (
    select(_station.station, _station.enrolled_at, _station.revoked_at, _station.last_seen_at)
    .where(_station.site == bindparam("at_site"))
    .order_by(_station.station)
)
_LIVES = (
    select(
        *(_stream.station, _stream.epoch, _stream.starts, _stream.parent, _stream.reason, _stream.seq),
        *(_stream.opened_at, _stream.received_at, _stream.skew_us, _stream.waiting, _stream.version),
    )
    .where(_stream.site == bindparam("at_site"))
    .order_by(_stream.station, _stream.opened_at, _stream.starts, _stream.stream)
)


class TaskSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Something for a person. `kind`: conflict, quarantine, fork, restored. Times in microseconds since 1970 UTC.

    `resolved_at` None: it is open; `resolved_by` empty: it settled itself.
    """

    id: str
    kind: str
    subject_kind: str
    subject: str
    opened_at: int
    detail: msgspec.Raw
    resolved_at: int | None = None
    resolved_by: str = ""
    note: str = ""


class LifeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch of a station's log: the server has its events from `starts` to `seq`. `reason` as in the station's store."""

    epoch: str
    starts: int
    seq: int
    parent: str
    reason: str
    opened_at: int
    received_at: int


class StationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A station as the server knows it. `waiting`: what it said it still had to send; `skew_us`: its clock less the server's."""

    station: str
    enrolled_at: int | None
    revoked_at: int | None
    last_seen_at: int | None
    waiting: int
    skew_us: int
    version: str
    forked: bool
    lives: tuple[LifeSeen, ...]


def task_list(
    connection: Connection, site: str, *, resolved: bool = False, kind: str = "", since: int = 0
) -> tuple[TaskSeen, ...]:
    """Tasks in the order they were opened after `since` (microseconds UTC): the open ones, or all with those resolved.

    Who asks again after the last one's time misses none: one push opens many at one moment.
    """
    wanted: list[ColumnElement[bool]] = [] if resolved else [_task.resolved_at.is_(None)]
    if kind:
        wanted.append(_task.kind == kind)
    where = {"at_site": site, "since": since, "most": MOST_TASKS}
    rows = list(connection.execute(_TASKS.where(*wanted), where))
    if len(rows) == MOST_TASKS:
        last = {"at_site": site, "at": rows[-1].opened_at, "after": rows[-1].id}
        rows += connection.execute(_SAME_MOMENT.where(*wanted).order_by(_task.id), last)
    return tuple(map(_task_seen, rows))


def newest(connection: Connection, site: str) -> tuple[TaskSeen, ...]:
    """The tasks that were opened last, settled or not, the newest first."""
    return tuple(map(_task_seen, connection.execute(_NEWEST, {"at_site": site, "most": MOST_TASKS})))


def one(connection: Connection, site: str, id_: str) -> TaskSeen | None:
    """A task, settled or not."""
    row = connection.execute(_ONE, {"at_site": site, "which": id_}).one_or_none()
    return None if row is None else _task_seen(row)


def _task_seen(row: Any) -> TaskSeen:
    return TaskSeen(
        id=row.id,
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject=row.subject,
        opened_at=row.opened_at,
        detail=msgspec.Raw(row.detail.encode()),
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        note=row.note,
    )


def stations(connection: Connection, site: str) -> tuple[StationSeen, ...]:
    """Every station that was enrolled or has sent something."""
    lives: dict[str, list[object]] = {}
    for row in connection.execute(_LIVES, {"at_site": site}):
        lives.setdefault(row.station, []).append(row)
    enrolled = {row.station: row for row in connection.execute(_STATIONS, {"at_site": site})}
    return tuple(_station_seen(name, enrolled.get(name), lives.get(name, [])) for name in sorted({*enrolled, *lives}))


def _station_seen(name: str, enrolled: object, lives: list[object]) -> StationSeen:
    last = max(lives, key=lambda life: getattr(life, "received_at", 0), default=None)
    return StationSeen(
        station=name,
        enrolled_at=getattr(enrolled, "enrolled_at", None),
        revoked_at=getattr(enrolled, "revoked_at", None),
        last_seen_at=getattr(enrolled, "last_seen_at", None) or getattr(last, "received_at", None),
        waiting=getattr(last, "waiting", 0),
        skew_us=getattr(last, "skew_us", 0),
        version=getattr(last, "version", ""),
        forked=any(getattr(life, "reason", "") == "forked" for life in lives),
        lives=tuple(_life(life) for life in lives),
    )


def _life(row: object) -> LifeSeen:
    return LifeSeen(**{name: getattr(row, name) for name in LifeSeen.__struct_fields__})
