"""Which parcel comes onto the bench, and whether it may be opened."""

from __future__ import annotations

from rl_station.domain.events import Event, ParcelOpened, SeenUnit
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.knowledge import Knowledge, ParcelRecord, UnitRecord
from rl_station.workflow.receive.lookup import KEY_KINDS, find
from rl_station.workflow.scans import SITE_KINDS, kind_of, own, unwanted, visible, when
from rl_station.workflow.tags import around


def open_parcel(scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Opened, by its plate or by any id it was received under; or why it stays shut."""
    plate = own(scan, ScanKind.PARCEL_PLATE)
    if plate is not None:
        record = knowledge.records.parcel(plate)
        if record is None:
            opened = ParcelOpened(parcel=plate, client=knowledge.default_client, received_here=False)
            return (opened, *around(plate, knowledge))
        return _opened(record, knowledge)
    if kind_of(scan) in SITE_KINDS or not scan.every(*KEY_KINDS):
        return unwanted(scan, "parcel")
    hit = find(scan, knowledge)
    if hit is None or not hit.parcels:
        value = visible(scan.meanings[0].value)
        return refuse("inspect.not_received" if hit and hit.returns else "inspect.unknown_parcel", value=value)
    waiting = [record for record in hit.parcels if record.status != "closed"]
    if len(waiting) > 1:
        return refuse("inspect.several_parcels", count=len(waiting), plates=", ".join(r.parcel for r in waiting))
    return _opened(waiting[0] if waiting else hit.parcels[-1], knowledge)


def _opened(record: ParcelRecord, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    if record.held or record.status == "held":
        hazard = record.held == "hazard" or bool(record.hazards)
        return refuse(
            "inspect.held_hazard" if hazard else "inspect.held",
            blocking=hazard,
            parcel=record.parcel,
            reason=f"@held.{record.held or 'hazard'}",
        )
    if record.status == "closed":
        return refuse("inspect.closed", parcel=record.parcel, units=len(record.units), when=when(record.received_at))
    units = [found for plate in record.units if (found := knowledge.records.unit(plate))]
    return (
        ParcelOpened(
            parcel=record.parcel,
            client=record.client,
            rmas=record.rmas,
            received_here=record.outcome != "",
            seen=tuple(_seen(unit, record) for unit in units),
        ),
        *around(record.parcel, knowledge),
    )


def _seen(unit: UnitRecord, parcel: ParcelRecord) -> SeenUnit:
    if unit.rma:
        match = "expected"
    elif not unit.sku:
        match = "unknown_product"
    else:
        match = "other_client" if parcel.rmas and unit.client != parcel.client else "unexpected"
    return SeenUnit(
        unit=unit.unit,
        match=match,
        rma=unit.rma,
        line=unit.line,
        name=unit.name,
        swap=unit.swap,
        client=unit.client,
        sku=unit.sku,
        gtin=unit.gtin,
        epc=unit.epc,
    )
