"""Where a parcel at the dock stands, and how its work there ends: label, plate, lane."""

from __future__ import annotations

from rl_station.domain.events import Event, LabelRequested, ParcelLaneAssigned, ParcelPlateConfirmed
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.receive.lookup import lane_for
from rl_station.workflow.state import Receiving


def step_of(job: Receiving) -> str:
    """Condition, hazard, weigh (only where the station weighs), plate."""
    if not job.condition:
        return "condition"
    if not job.looked:
        return "hazard"
    return "plate" if job.labelled else "weigh"


def label(job: Receiving, knowledge: Knowledge) -> tuple[Event, ...]:
    """The plate is to be printed; a pre-printed one is on the parcel already."""
    if not job.preprinted:
        return (LabelRequested(label="parcel", parcel=job.parcel),)
    return (ParcelPlateConfirmed(parcel=job.parcel, how="scanned"), *lane(job, knowledge))


def lane(job: Receiving, knowledge: Knowledge) -> tuple[Event, ...]:
    """A held parcel has no lane; it stays where held goods are kept."""
    return () if job.held else (ParcelLaneAssigned(parcel=job.parcel, lane=lane_for(job.rmas, knowledge)),)
