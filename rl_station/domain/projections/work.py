"""Finished pieces of work, for throughput: one for each event that ends a stage."""

from __future__ import annotations

from typing import NamedTuple

from rl_station.domain.events import Recorded

MICROSECONDS_PER_HOUR = 3_600_000_000

STAGES = {
    "ParcelReceived": "received",
    "ParcelClosed": "unpacked",
    "DispositionDecided": "decided",
    "ReworkFinished": "reworked",
    "UnitSorted": "sorted",
    "ContainerClosed": "packed",
    "ContainerShipped": "shipped",
}
"""Event that ends a stage -> stage: parcels received, unpacked; units decided, reworked, sorted; containers packed, shipped."""


class WorkDone(NamedTuple):
    """`hour`: hours since 1970 UTC."""

    hour: int
    stage: str
    operator: str


def work_done(recorded: Recorded) -> WorkDone | None:
    stage = STAGES.get(type(recorded.event).__name__)
    return None if stage is None else WorkDone(recorded.at // MICROSECONDS_PER_HOUR, stage, recorded.operator)
