"""A unit at the sort desk: what was decided for it, and whether a container is the right one."""

from __future__ import annotations

from rl_station.domain.events import (
    ContainerOpened,
    DispositionApproved,
    DispositionOverridden,
    Event,
    LabelRequested,
    UnitHeld,
    UnitPresented,
    UnitPutAside,
    UnitReleased,
    UnitSorted,
)
from rl_station.domain.messages import Refusal, refuse, wrong_place
from rl_station.domain.scan import Scan, ScanKind
from rl_station.domain.unit_label import UnitLabel
from rl_station.workflow.facts import bin_name
from rl_station.workflow.knowledge import ContainerRecord, Knowledge, UnitRecord
from rl_station.workflow.look_again import danger_of
from rl_station.workflow.recalls import late_hit
from rl_station.workflow.scans import unit_plate, visible
from rl_station.workflow.state import Presented

_SHUT = ("closed", "consolidated")
_HOLD = "hold"


def present(scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The decision for a scanned unit: from the records, or from its signed label where nobody here has heard of it."""
    plate = unit_plate(scan) or ""
    record = knowledge.records.unit(plate)
    label = knowledge.open_label(scan)
    if label is None and scan.first(ScanKind.UNIT_LABEL) is not None:
        return refuse("sort.bad_label", blocking=True, unit=visible(plate))
    if record is None or not record.disposition:
        return _by_label(plate, record, label)
    return _by_record(record, label, knowledge)


def put_into(container: str, bin_id: str, job: Presented, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The unit goes in: opens an empty container, joins its like, or raises the alarm of the wrong tote.

    A tote that was shipped and stands here again is empty.
    """
    if container == job.container:
        return refuse("sort.already_there", unit=job.unit, container=container)
    record = knowledge.records.container(container)
    sorted_in = UnitSorted(
        unit=job.unit,
        container=container,
        disposition=job.disposition,
        client=job.client,
        previous=job.container,
    )
    if record is None or not record.disposition or record.status == "shipped":
        opened = ContainerOpened(container=container, disposition=job.disposition, client=job.client, bin=bin_id)
        return opened, sorted_in
    return _mismatch(record, job) or (sorted_in,)


def bin_place(job: Presented) -> str:
    """A bin without totes is put-away space: one container of its own for every disposition and client."""
    return f"{job.bin}/{job.client}/{job.disposition}"


def _by_label(plate: str, record: UnitRecord | None, label: UnitLabel | None) -> tuple[Event, ...] | Refusal:
    if label is not None:
        return (
            UnitPresented(
                unit=label.unit,
                disposition=label.disposition,
                client=label.client,
                bin=label.bin,
                known_by="label",
                container=record.container if record else "",
            ),
        )
    if record is not None:
        return refuse("sort.undecided", unit=record.unit, parcel=record.parcel)
    return refuse("sort.unknown_unit", unit=visible(plate))


def _not_ready(record: UnitRecord, knowledge: Knowledge) -> Refusal | None:
    """Work that was begun comes first, and so does the word that a decision needs, unless it waits on hold for it.

    A unit that a later recall means goes nowhere before somebody has set it aside.
    """
    late = late_hit(record, knowledge.records, knowledge.reference)
    if late is not None and record.status != "shipped":
        return refuse("sort.recalled", blocking=True, unit=record.unit, recall=late.recall.reference)
    danger = danger_of(record)
    if danger and not record.held and record.status != "shipped":
        return refuse("sort.danger", blocking=True, unit=record.unit, hazard=f"@hazard.{danger}")
    if record.status == "rework" and record.held:
        return refuse("sort.held", unit=record.unit, bin=bin_name(record.bin, knowledge))
    if record.status == "rework":
        return refuse("sort.in_rework", unit=record.unit, bin=bin_name(record.bin, knowledge))
    if record.approval and record.disposition != _HOLD:
        return refuse("sort.awaits_approval", unit=record.unit, role=f"@role.{record.approval}")
    return None


def _by_record(record: UnitRecord, label: UnitLabel | None, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    not_ready = _not_ready(record, knowledge)
    if not_ready is not None:
        return not_ready
    true = label is None or (label.disposition, label.client) == (record.disposition, record.client)
    if label is not None and not true and not _was_true(record, label, knowledge):
        return refuse(
            "sort.label_differs",
            blocking=True,
            unit=record.unit,
            label=f"@disposition.{label.disposition}",
            known=f"@disposition.{record.disposition}",
        )
    inside = knowledge.records.container(record.container) if record.container else None
    if record.status == "shipped" or (inside is not None and inside.status in (*_SHUT, "shipped")):
        return refuse(
            "sort.in_closed",
            unit=record.unit,
            container=record.container,
            status=f"@container.{'shipped' if record.status == 'shipped' or inside is None else inside.status}",
        )
    presented = UnitPresented(
        unit=record.unit,
        disposition=record.disposition,
        client=record.client,
        bin=record.bin,
        known_by="store",
        container=record.container,
    )
    if true:
        return (presented,)
    return presented, LabelRequested(label="unit", parcel=record.parcel, unit=record.unit, reprint=True)


def _was_true(record: UnitRecord, label: UnitLabel, knowledge: Knowledge) -> bool:
    """The label says what somebody has decided otherwise since: that is known here, and only a new label is missing."""
    events = knowledge.records.unit_events(record.unit)
    said = (DispositionApproved, DispositionOverridden, UnitHeld)
    before = {event.before for event in events if isinstance(event, said)}
    before |= {_HOLD for event in events if isinstance(event, UnitPutAside | UnitReleased)}
    return label.client == record.client and label.disposition in before


def _mismatch(record: ContainerRecord, job: Presented) -> Refusal | None:
    """Why the unit does not go in. The site keeps apart what it gives bins of their own: streams of waste, a locked shelf."""
    if record.status in _SHUT:
        return wrong_place(
            job.unit,
            "sort.container_closed",
            container=record.container,
            status=f"@container.{record.status}",
        )
    if record.disposition != job.disposition:
        return wrong_place(
            job.unit,
            "sort.wrong_disposition",
            container=record.container,
            holds=f"@disposition.{record.disposition}",
            wanted=f"@disposition.{job.disposition}",
            bin=job.bin or "-",
        )
    if record.client != job.client:
        return wrong_place(
            job.unit,
            "sort.wrong_client",
            container=record.container,
            holds=record.client or "-",
            wanted=job.client or "-",
            bin=job.bin or "-",
        )
    if record.bin and job.bin and record.bin != job.bin:
        return wrong_place(job.unit, "sort.other_bin", container=record.container, holds=record.bin, bin=job.bin)
    return None
