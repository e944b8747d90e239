"""What is known at the dock after an event."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain.events import (
    CorrectionDeclared,
    Event,
    LabelRequested,
    ParcelCarrierNoted,
    ParcelConditionNoted,
    ParcelHazardChecked,
    ParcelHeld,
    ParcelLaneAssigned,
    ParcelPlateConfirmed,
    ParcelPresented,
    ParcelReceived,
    ParcelWeighed,
    TagsAround,
    TagSeen,
)
from rl_station.domain.scan import ScanKind
from rl_station.workflow.state import Arrival, Job, Received, Receiving, Weight
from rl_station.workflow.tags.evolve import evolve_radio


def evolve(job: Job | None, event: Event) -> Job | None:
    """The job after one event; untouched by events of other work."""
    match event:
        case ParcelPresented():
            return _presented(job, event)
        case ParcelReceived():
            return Receiving(
                parcel=event.parcel,
                outcome=event.outcome,
                client=event.client,
                rmas=event.rmas,
                keys=event.keys,
                preprinted=event.preprinted,
            )
        case CorrectionDeclared() if isinstance(job, Arrival | Receiving):
            return None
        case _:
            return _receiving(job, event) if isinstance(job, Receiving | Received) else job


def _presented(job: Job | None, event: ParcelPresented) -> Arrival:
    earlier = job if isinstance(job, Arrival) else Arrival(kind="", value="")
    if event.kind == ScanKind.PARCEL_PLATE.value:
        return replace(earlier, plate=event.value, rmas=event.rmas)
    return Arrival(
        kind=event.kind,
        value=event.value,
        rmas=event.rmas,
        keys=tuple(dict.fromkeys((*earlier.keys, (event.kind, event.value)))),
        plate=earlier.plate,
        couriers=tuple(dict.fromkeys((*earlier.couriers, *event.couriers))),
    )


def _receiving(job: Receiving | Received, event: Event) -> Job:  # noqa: PLR0911 - a table: one return for each row
    match job, event:
        case Receiving(), ParcelCarrierNoted(courier=courier):
            return replace(job, courier=courier)
        case Receiving(), ParcelConditionNoted(condition=condition):
            return replace(job, condition=condition)
        case Receiving(), ParcelHazardChecked(hazards=hazards):
            return replace(job, looked=True, hazards=hazards)
        case Receiving(), ParcelHeld(reason=reason):
            return replace(job, held=reason)
        case Receiving(), ParcelWeighed():
            weight = Weight(event.grams, event.device, event.announced, event.compared)
            return replace(job, weight=weight)
        case Receiving(), LabelRequested(label="parcel", parcel=job.parcel):
            return replace(job, labelled=True)
        case Receiving(), ParcelPlateConfirmed():
            return Received(parcel=job.parcel, rmas=job.rmas, held=job.held, weight=job.weight)
        case Receiving(), TagsAround() | TagSeen() if event.parcel == job.parcel:
            return replace(job, radio=evolve_radio(job.radio, event))
        case Received(), ParcelLaneAssigned(lane=lane):
            return replace(job, lane=lane)
        case _:
            return job
