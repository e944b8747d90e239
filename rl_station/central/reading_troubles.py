"""What a supervisor of the site has to look at: what is wrong with goods, tasks that wait for a person, devices that are lost."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, literal_column, select

from rl_station.central import statuses, tables
from rl_station.central.folding import row_of
from rl_station.central.reading_counts import micros
from rl_station.central.statuses import Told
from rl_station.domain.kpi import DEVICES, Trouble

MOST_TROUBLES = 500
"""Of one answer: the newest."""
SILENT_US = 10 * 60_000_000
"""A station that was not heard of for so long is away; what it last said of its devices says nothing of now."""

_FINE = ("ready", "opening")

_item, _task = tables.item.c, tables.task.c
_TROUBLED = (
    select(_item.kind, _item.key, _item.client, _item.value)
    .where(_item.site == bindparam("at_site"), _item.troubled > literal_column("0"), ~_item.gone)
    .order_by(_item.troubled.desc())
    .limit(MOST_TROUBLES)
)
_TASKS = (
    select(
        *(_task.id, _task.kind, _task.subject_kind, _task.subject, _task.opened_at, _task.detail),
        _item.client,
    )
    .outerjoin(
        tables.item, (_item.site == _task.site) & (_item.kind == _task.subject_kind) & (_item.key == _task.subject)
    )
    .where(_task.site == bindparam("at_site"), _task.resolved_at.is_(None))
    .order_by(_task.opened_at.desc(), _task.id)
    .limit(MOST_TROUBLES)
)


class _Side(msgspec.Struct, frozen=True):
    station: str


class _Detail(msgspec.Struct, frozen=True):
    """What the details of tasks say, whichever kind they are of."""

    station: str = ""
    decision: str = ""
    events: tuple[_Side, ...] = ()
    epoch: str = ""
    seq: int = 0
    reason: str = ""
    type: str = ""


_detail = msgspec.json.Decoder(_Detail)


def troubles(connection: Connection, site: str, now: int) -> tuple[Trouble, ...]:
    """The newest first, at most `MOST_TROUBLES`. `now` microseconds since 1970 UTC."""
    found = (
        *of_goods(connection, site),
        *of_tasks(connection, site),
        *of_devices(statuses.told(connection, site), now),
    )
    return tuple(heapq.nsmallest(MOST_TROUBLES, found, key=lambda each: (-each.since, each.kind, each.subject)))


def of_goods(connection: Connection, site: str) -> Iterator[Trouble]:
    for row in connection.execute(_TROUBLED, {"at_site": site}):
        told = row_of(row.kind, row.value)
        for each in told.troubles if told is not None else ():
            yield Trouble(
                kind=each.kind,
                subject_kind=row.kind,
                subject=row.key,
                since=micros(each.since),
                client=row.client,
                station=each.station,
                operator=each.operator,
                detail=each.detail,
            )


def of_tasks(connection: Connection, site: str) -> Iterator[Trouble]:
    """Conflicts, forks, restored logs, quarantined events."""
    for row in connection.execute(_TASKS, {"at_site": site}):
        detail = _detail.decode(row.detail)
        stations = tuple(each.station for each in detail.events) or (detail.station,)
        yield Trouble(
            kind=row.kind,
            subject_kind="station" if row.subject_kind in ("event", "server") else row.subject_kind,
            subject=detail.station if row.subject_kind in ("event", "server") else row.subject,
            since=row.opened_at,
            client=row.client or "",
            station=stations[0] or (row.subject if row.subject_kind == "station" else ""),
            detail=_said(row, detail, stations),
            task=row.id,
        )


def of_devices(told: tuple[Told, ...], now: int) -> Iterator[Trouble]:
    """What stations that are there say of their devices."""
    for station in told:
        for device in station.devices if not away(station, now) else ():
            if device.kind in DEVICES and device.state not in _FINE:
                yield Trouble(
                    kind=device.kind,
                    subject_kind="device",
                    subject=f"{station.station}/{device.name}",
                    since=device.since,
                    station=station.station,
                    detail=device.reason or device.state,
                )


def away(station: Told, now: int) -> bool:
    return now - station.seen_at > SILENT_US


def _said(row: Any, detail: _Detail, stations: tuple[str, ...]) -> str:
    """Data, not words: the class of decision and who made them, the epoch, the type that is not understood."""
    if row.kind == "conflict":
        return " ".join((detail.decision, *stations))
    if row.kind == "quarantine":
        return " ".join(filter(None, (detail.reason, detail.type, str(detail.seq))))
    return detail.epoch
