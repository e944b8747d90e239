"""What supervisors need of a parcel, unit or container beside its row, in columns that indexes find it by. Pure."""

from __future__ import annotations

from typing import NamedTuple

from rl_station.central.folding import Row
from rl_station.central.subjects import findable
from rl_station.central.tallies import counted
from rl_station.domain.projections import ParcelRow, UnitRow, tally


class Standing(NamedTuple):
    """Columns of `tables.item`, as they are told there."""

    queue: str = ""
    since: int = 0
    parcel: str = ""
    received: int = 0
    troubled: int = 0
    decided: int = 0
    counted: bytes | None = None


NOWHERE = Standing(counted=b"")
"""Of what nobody works on."""


def standing(row: Row | None) -> Standing:
    if row is None:
        return NOWHERE
    troubled = max((trouble.since for trouble in row.troubles), default=0)
    match row:
        case ParcelRow():
            return Standing(
                queue=row.queue,
                since=row.since,
                received=row.received_at if row.rmas else 0,
                troubled=troubled,
                counted=b"",
            )
        case UnitRow():
            told = tally(row)
            return Standing(
                queue=row.queue,
                since=row.since,
                parcel=row.parcel if findable(row.parcel) else "",
                troubled=troubled,
                decided=0 if told is None else row.decided_at,
                counted=counted(told),
            )
        case _:
            return NOWHERE._replace(troubled=troubled)
