"""Who brought a parcel, and whether its client uses them: a note where not, never a reason to refuse it."""

from __future__ import annotations

from rl_station.domain.events import ParcelCarrierNoted, ParcelReceived
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.knowledge import Knowledge


def couriers_of(scan: Scan) -> tuple[str, ...]:
    """Every courier whose number the code can be, best first; none for a code that is no tracking number."""
    readings = scan.every(ScanKind.TRACKING)
    named = (value for each in readings for name, value in each.attributes if name in ("courier", "may_be"))
    return tuple(dict.fromkeys(named))


def unusual_carrier(
    received: ParcelReceived, couriers: tuple[str, ...], knowledge: Knowledge
) -> tuple[ParcelCarrierNoted, ...]:
    """Only of announced parcels: nobody knows whose the others are. A number that an accepted carrier could have is fine."""
    returns = [knowledge.reference.announced(rma) for rma in received.rmas]
    client = knowledge.reference.client(received.client)
    if client is None or not client.carriers or not returns or not couriers:
        return ()
    if {found.client for found in returns if found} != {client.id} or set(couriers) & set(client.carriers):
        return ()
    return (ParcelCarrierNoted(parcel=received.parcel, courier=couriers[0], accepted=client.carriers),)
