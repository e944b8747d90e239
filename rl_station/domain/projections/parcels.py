"""A parcel's row, event by event."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rl_station.domain import events
from rl_station.domain.events import Recorded
from rl_station.domain.projections.queues import parcel_queue
from rl_station.domain.projections.troubles import OpenTrouble, parcel_troubles


class ParcelRow(msgspec.Struct, frozen=True, kw_only=True):
    """The stored part of a `ParcelRecord`. `keys` are all ids it can be found by; `seq` is where it began.

    It waits in `queue` since `since` (hybrid clock), when it came there at station `since_at`.
    """

    parcel: str
    status: str
    client: str = ""
    rmas: tuple[str, ...] = ()
    lane: str = ""
    outcome: str = ""
    condition: str = ""
    hazards: tuple[str, ...] = ()
    held: str = ""
    received_at: int = 0
    received_by: str = ""
    station: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    seq: int = 0
    queue: str = ""
    since: int = 0
    since_at: str = ""
    troubles: tuple[OpenTrouble, ...] = ()


PARCEL_EVENTS = (
    events.ParcelReceived,
    events.ParcelOpened,
    events.ParcelConditionNoted,
    events.ParcelHazardChecked,
    events.ParcelLaneAssigned,
    events.ParcelPlateConfirmed,
    events.ParcelHeld,
    events.ParcelReleased,
    events.ParcelReassigned,
    events.UnitMissing,
    events.ParcelClosed,
    events.TroubleSettled,
    events.LabelRequested,
    events.LabelPrintFailed,
)
"""The events that can change a parcel's row; no other does."""

_CHANGING = frozenset(PARCEL_EVENTS)


def fold_parcel(row: ParcelRow | None, parcel: str, recorded: Recorded) -> ParcelRow | None:
    """The row after an event about this parcel. Only an arrival or an opening makes one."""
    if type(recorded.event) not in _CHANGING:
        return row
    after = _folded(row, parcel, recorded)
    if after is None:
        return None
    troubles = parcel_troubles(after.troubles, recorded)
    if troubles != after.troubles:
        after = replace(after, troubles=troubles)
    queue = parcel_queue(after.status)
    if queue == after.queue:
        return after
    since, at = (recorded.seq, recorded.station) if queue else (0, "")
    return replace(after, queue=queue, since=since, since_at=at)


def _folded(row: ParcelRow | None, parcel: str, recorded: Recorded) -> ParcelRow | None:
    match recorded.event:
        case events.ParcelReceived() as event:
            return _received(row, parcel, recorded, event)
        case events.ParcelOpened() as event:
            begun = row or ParcelRow(
                parcel=parcel,
                status="",
                client=event.client,
                rmas=event.rmas,
                station=recorded.station,
                seq=recorded.seq,
            )
            # A return label found inside binds a parcel to its return only now.
            client, rmas = event.client or begun.client, event.rmas or begun.rmas
            return replace(begun, status="opened", client=client, rmas=rmas)
    return None if row is None else _known(row, recorded.event)


def _known(row: ParcelRow, event: events.AnyEvent) -> ParcelRow:  # noqa: PLR0911  # one return for each event
    match event:
        case events.ParcelConditionNoted():
            return replace(row, condition=event.condition)
        case events.ParcelHazardChecked():
            return replace(row, hazards=event.hazards)
        case events.ParcelLaneAssigned():
            return replace(row, lane=event.lane, status="received" if row.status == "receiving" else row.status)
        case events.ParcelHeld():
            return replace(row, held=event.reason, status="held")
        case events.ParcelReleased():
            freed = ("received" if row.lane else "receiving") if row.status == "held" else row.status
            return replace(row, held="", status=freed)
        case events.ParcelReassigned():
            return replace(row, lane=event.lane)
        case events.ParcelClosed():
            return replace(row, status="closed")
        case _:
            return row


def _received(row: ParcelRow | None, parcel: str, recorded: Recorded, event: events.ParcelReceived) -> ParcelRow:
    return ParcelRow(
        parcel=parcel,
        status="receiving",
        client=event.client,
        rmas=event.rmas,
        outcome=event.outcome,
        received_at=recorded.at,
        received_by=recorded.operator,
        station=recorded.station,
        keys=tuple(dict.fromkeys((*(row.keys if row else ()), *event.keys))),
        seq=row.seq if row else recorded.seq,
        queue=row.queue if row else "",
        since=row.since if row else 0,
        since_at=row.since_at if row else "",
        troubles=row.troubles if row else (),
    )
