"""Finished pieces of work, for throughput: one for each event that ends a stage."""

from __future__ import annotations

from typing import NamedTuple

from rl_station.domain.events import Recorded
from rl_station.domain.kpi import SLOT_US

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
    """`slot`: slots of five minutes since 1970 UTC (`kpi.SLOT_US`), by the clock of the station where it was done."""

    slot: int
    stage: str
    station: str
    operator: str


def work_done(recorded: Recorded) -> WorkDone | None:
    stage = STAGES.get(type(recorded.event).__name__)
    if stage is None:
        return None
    return WorkDone(recorded.at // SLOT_US, stage, recorded.station, recorded.operator)
