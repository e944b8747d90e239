"""Where parcels go to be opened, and containers that take units again."""

from __future__ import annotations

from rl_station.domain.events import ContainerReopened, Event, ParcelReassigned
from rl_station.domain.messages import Refusal, refuse
from rl_station.workflow.actions import Reassign, Reopen
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.scans import visible
from rl_station.workflow.shift_log import words
from rl_station.workflow.supervise.units import unexplained


def reassign(action: Reassign, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """To another lane, as long as nobody has opened it. A held parcel is released first, and has no lane before."""
    record = knowledge.records.parcel(action.parcel)
    if record is None:
        return refuse("supervise.unknown_parcel", parcel=visible(action.parcel))
    if record.held:
        return refuse("supervise.held_first", parcel=record.parcel, reason=f"@held.{record.held}")
    if record.status != "received":
        return refuse("supervise.not_waiting", parcel=record.parcel)
    if knowledge.reference.lane(action.lane) is None:
        return refuse("supervise.unknown_lane", lane=visible(action.lane))
    if record.lane == action.lane:
        return refuse("supervise.same_lane", parcel=record.parcel, lane=record.lane)
    reassigned = ParcelReassigned(parcel=record.parcel, before=record.lane, lane=action.lane, note=words(action.note))
    return unexplained("", action.note, needed=False) or (reassigned,)


def reopen(action: Reopen, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """Only one that is closed and stands by itself: what left the site, or stands on a pallet, stays shut."""
    record = knowledge.records.container(action.container)
    if record is None:
        return refuse("supervise.unknown_container", container=visible(action.container))
    if record.status == "shipped":
        return refuse("supervise.shipped", subject=record.container, container=record.pallet or record.container)
    if record.status != "closed" or record.contents:
        status = "consolidated" if record.contents else record.status
        return refuse("supervise.not_closed", container=record.container, status=f"@container.{status}")
    refused = unexplained(action.why, action.note, needed=False)
    if refused is not None:
        return refused
    return (ContainerReopened(container=record.container, why=action.why, note=words(action.note)),)
