"""Which announced returns and which received parcels a code at the dock means."""

from __future__ import annotations

import msgspec

from rl_station.domain.reference import AnnouncedReturn, Reference
from rl_station.domain.scan import Meaning, Scan, ScanKind
from rl_station.workflow.knowledge import Knowledge, ParcelRecord, Records
from rl_station.workflow.receive.carrier import couriers_of

KEY_KINDS = (
    ScanKind.TRACKING,
    ScanKind.RMA,
    ScanKind.SSCC,
    ScanKind.ORDER,
    ScanKind.SERIAL,
    ScanKind.EPC,
    ScanKind.TEXT,
)
"""What may stand on the outside of a box and name it."""

ONE_BOX = frozenset({ScanKind.TRACKING, ScanKind.SSCC, ScanKind.EPC, ScanKind.TEXT})
"""Kinds that name a single box; the others name a return, which may come in several."""


class Hit(msgspec.Struct, frozen=True):
    """The reading that stands, the returns it may belong to, the parcels already here under it, whose number the code can be."""

    meaning: Meaning
    returns: tuple[AnnouncedReturn, ...] = ()
    parcels: tuple[ParcelRecord, ...] = ()
    couriers: tuple[str, ...] = ()


def find(scan: Scan, knowledge: Knowledge) -> Hit | None:
    """The best reading that anybody knows; else the best reading that could name a box; None where there is none."""
    readings = scan.every(*KEY_KINDS)
    for meaning in readings:
        returns = returns_for(meaning, knowledge.reference)
        parcels = knowledge.records.parcels_by_key(meaning.kind.value, meaning.value)
        if returns or parcels:
            return Hit(meaning, returns, parcels, couriers_of(scan))
    return Hit(readings[0], couriers=couriers_of(scan)) if readings else None


def returns_for(meaning: Meaning, reference: Reference) -> tuple[AnnouncedReturn, ...]:
    """The announced returns a reading names, cancelled ones included."""
    match meaning.kind:
        case ScanKind.RMA:
            found = reference.announced(meaning.value)
            return (found,) if found else ()
        case ScanKind.TRACKING:
            return reference.returns_by_tracking(meaning.value)
        case ScanKind.SSCC:
            return reference.returns_by_sscc(meaning.value)
        case ScanKind.ORDER:
            return reference.returns_by_order(meaning.value)
        case ScanKind.SERIAL:
            return reference.returns_by_serial(meaning.value)
        case _:
            return ()


def parcels_of(rma: str, records: Records) -> tuple[ParcelRecord, ...]:
    """The parcels of a return that are here already."""
    return records.parcels_by_key(ScanKind.RMA.value, rma)


def keys_of(scanned: tuple[tuple[str, str], ...], returns: tuple[AnnouncedReturn, ...]) -> tuple[tuple[str, str], ...]:
    """All ids a parcel will be found by. A carrier's number counts for this box only if the return is this box alone."""
    known: list[tuple[str, str]] = list(scanned)
    for announced in returns:
        known.append((ScanKind.RMA.value, announced.rma))
        known.append((ScanKind.ORDER.value, announced.order))
        if announced.parcels == 1:
            known.extend((ScanKind.TRACKING.value, number) for number in announced.tracking)
            known.extend((ScanKind.SSCC.value, number) for number in announced.sscc)
    return tuple(dict.fromkeys((kind, value) for kind, value in known if value))


def fresh_plate(knowledge: Knowledge) -> str:
    """The next plate of this station that no parcel carries."""
    ahead = 0
    while knowledge.records.parcel(knowledge.identifiers.parcel_plate(ahead)) is not None:
        ahead += 1
    return knowledge.identifiers.parcel_plate(ahead)


def lane_for(rmas: tuple[str, ...], knowledge: Knowledge) -> str:
    """The lane that asks for the announced categories: the one that covers most of them, else the station's default."""
    announced = [found for rma in rmas if (found := knowledge.reference.announced(rma))]
    products = [knowledge.reference.product(found.client, line.sku) for found in announced for line in found.lines]
    categories = [product.category for product in products if product]
    fits = [(sum(name in lane.categories for name in categories), lane.id) for lane in knowledge.reference.lanes()]
    most = max((count for count, _ in fits), default=0)
    if most == 0:
        return knowledge.default_lane()
    return next(lane for count, lane in fits if count == most)
