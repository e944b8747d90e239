"""From a code on a box to a received parcel: one match, several, cancelled, not announced, received before."""

from __future__ import annotations

from rl_station.domain.events import Event, ParcelHeld, ParcelPresented, ParcelReceived
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.reference import AnnouncedReturn
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.knowledge import Knowledge, ParcelRecord
from rl_station.workflow.receive.carrier import unusual_carrier
from rl_station.workflow.receive.lookup import (
    ONE_BOX,
    Hit,
    find,
    fresh_plate,
    keys_of,
    parcels_of,
)
from rl_station.workflow.scans import LONGEST_KEY, SITE_KINDS, kind_of, own, unwanted, visible, when
from rl_station.workflow.state import Arrival
from rl_station.workflow.tags import around


def scan_arrival(scan: Scan, job: Arrival | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """A code on a box, with or without an earlier code of the same box that left a question open."""
    plate = own(scan, ScanKind.PARCEL_PLATE)
    if plate is not None:
        return _own_plate(plate, job, knowledge)
    hit = find(scan, knowledge)
    kind = kind_of(scan)
    if hit is None or kind in SITE_KINDS or (kind is ScanKind.GTIN and not (hit.returns or hit.parcels)):
        return unwanted(scan, "parcel")
    if len(hit.meaning.value) > LONGEST_KEY:
        return refuse("receive.code_too_long", value=visible(hit.meaning.value))
    if job is not None and (hit.meaning.kind.value, hit.meaning.value) == (job.kind, job.value):
        return refuse("receive.choose") if job.rmas else without_code(job, knowledge)
    return _looked_up(hit, job, knowledge)


def without_code(job: Arrival | None, knowledge: Knowledge) -> tuple[Event, ...]:
    """A blind receipt: nobody announced it, and it is received all the same."""
    return receive((), job, None, knowledge)


def answer_arrival(chosen: str, job: Arrival, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The worker's word: one of the returns, all of them, another parcel of the same, or unannounced."""
    if chosen == "blind":
        return without_code(job, knowledge)
    rmas = job.rmas if chosen in ("all", "another") else (chosen,)
    returns = tuple(found for rma in rmas if (found := knowledge.reference.announced(rma)))
    if not returns:
        return refuse("receive.no_longer_announced", rma=", ".join(rmas))
    return receive(returns, job, None, knowledge)


def receive(
    returns: tuple[AnnouncedReturn, ...], job: Arrival | None, hit: Hit | None, knowledge: Knowledge
) -> tuple[Event, ...]:
    """The parcel is here. One whose return was cancelled is received too, and held."""
    scanned = (*(job.keys if job else ()), *(((hit.meaning.kind.value, hit.meaning.value),) if hit else ()))
    plate = job.plate if job else ""
    cancelled = next((found for found in returns if found.status == "cancelled"), None)
    clients = {found.client for found in returns}
    received = ParcelReceived(
        parcel=plate or fresh_plate(knowledge),
        outcome="cancelled" if cancelled else "matched" if returns else "blind",
        client=returns[0].client if len(clients) == 1 else knowledge.default_client,
        rmas=tuple(found.rma for found in returns),
        keys=keys_of(scanned, returns),
        preprinted=bool(plate),
    )
    couriers = (*(job.couriers if job else ()), *(hit.couriers if hit else ()))
    before = (*unusual_carrier(received, couriers, knowledge), *around(received.parcel, knowledge))
    if cancelled is None:
        return (received, *before)
    return received, *before, ParcelHeld(parcel=received.parcel, reason="cancelled", rma=cancelled.rma)


def _own_plate(plate: str, job: Arrival | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    known = knowledge.records.parcel(plate)
    if known is not None:
        return _already(known)
    if job is not None and job.plate == plate:
        return without_code(job, knowledge) if not job.rmas else refuse("receive.choose")
    rmas = job.rmas if job else ()
    return (ParcelPresented(kind=ScanKind.PARCEL_PLATE.value, value=plate, rmas=rmas),)


def _looked_up(hit: Hit, job: Arrival | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    returns = hit.returns
    if job is not None and job.rmas:
        picked = tuple(found for found in returns if found.rma in job.rmas)
        if len(picked) == 1 and hit.meaning.kind in (ScanKind.RMA, ScanKind.ORDER):
            return receive(picked, job, hit, knowledge)
    if hit.parcels and hit.meaning.kind in ONE_BOX:
        left = tuple(found for found in returns if not parcels_of(found.rma, knowledge.records))
        if not left:
            return _already(hit.parcels[-1])
        return _presented(hit, left)
    if any(parcels_of(found.rma, knowledge.records) for found in returns) or len(returns) != 1:
        return _already(hit.parcels[-1]) if hit.parcels and not returns else _presented(hit, returns)
    return receive(returns, job, hit, knowledge)


def _presented(hit: Hit, returns: tuple[AnnouncedReturn, ...]) -> tuple[Event, ...]:
    rmas = tuple(found.rma for found in returns)
    return (ParcelPresented(kind=hit.meaning.kind.value, value=hit.meaning.value, rmas=rmas, couriers=hit.couriers),)


def _already(parcel: ParcelRecord) -> Refusal:
    return refuse(
        "receive.already",
        parcel=parcel.parcel,
        when=when(parcel.received_at),
        station=parcel.station or "-",
        lane=parcel.lane or "-",
    )
