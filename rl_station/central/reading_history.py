"""A parcel's, unit's or container's history over all stations, for people and programs."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from rl_station.central import histories
from rl_station.central.folding import Taken
from rl_station.central.subjects import findable
from rl_station.domain import events

MOST_LINES = 1_000
"""Events of one answer: the newest."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `at` microseconds since 1970 UTC by the station's clock; `hlc` the order; `corrected`: it was taken back."""

    station: str
    epoch: str
    seq: int
    at: int
    hlc: int
    operator: str
    cause: int
    corrected: bool
    event: events.AnyEvent


def history(connection: Connection, site: str, kind: str, id_: str, limit: int = MOST_LINES) -> tuple[Line, ...]:
    """The last `limit` events, oldest first; a parcel's with those of the units that came out of it."""
    if not findable(id_):
        return ()
    found = histories.newest(connection, site, kind, id_, limit)
    if kind == "parcel":
        for unit in _units(taken for taken, _ in found):
            about = histories.newest(connection, site, "unit", unit, limit)
            found += [
                (taken, corrected) for taken, corrected in about if getattr(taken.recorded.event, "parcel", "") == id_
            ]
    once = {(taken.stream, taken.recorded.seq): (taken, corrected) for taken, corrected in found}
    last = heapq.nlargest(limit, once.values(), key=lambda each: each[0].order)
    return tuple(_line(taken, corrected) for taken, corrected in reversed(last))


def _units(taken: Iterable[Taken]) -> tuple[str, ...]:
    found = (each.recorded.event for each in taken)
    return tuple(dict.fromkeys(event.unit for event in found if isinstance(event, events.UnitIdentified)))


def _line(taken: Taken, corrected: bool) -> Line:
    recorded = taken.recorded
    return Line(
        station=taken.station,
        epoch=taken.epoch,
        seq=recorded.seq,
        at=recorded.at,
        hlc=recorded.hlc,
        operator=recorded.operator,
        cause=recorded.cause,
        corrected=corrected,
        event=recorded.event,
    )
