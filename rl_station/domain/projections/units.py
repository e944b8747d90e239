"""A unit's row, event by event."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rl_station.domain import events
from rl_station.domain.events import Recorded


class UnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """The stored part of a `UnitRecord`.

    `seq` is where it began, `placed_seq` where it went into its container, `decided_seq` where its disposition was decided.
    `vendor` is whose terms that decision knew.
    """

    unit: str
    parcel: str = ""
    status: str
    client: str = ""
    sku: str = ""
    name: str = ""
    category: str = ""
    gtin: str = ""
    serial: str = ""
    rma: str = ""
    line: int = 0
    functional: str = ""
    cosmetic: str = ""
    packaging: str = ""
    disposition: str = ""
    reason: str = ""
    rule: str = ""
    bin: str = ""
    container: str = ""
    recall: str = ""
    swap: bool = False
    epc: str = ""
    outcome: str = ""
    channel: str = ""
    travels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    approval: str = ""
    steps: tuple[str, ...] = ()
    vendor: str = ""
    seq: int = 0
    placed_seq: int = 0
    decided_seq: int = 0


UNIT_EVENTS = (
    events.UnitIdentified,
    events.UnitPresented,
    events.UnitSorted,
    events.UnitSerialRead,
    events.UnitSwapSuspected,
    events.TagMismatchResolved,
    events.UnitTagFound,
    events.TagWritten,
    events.UnitRecallChecked,
    events.UnitRecallAnswered,
    events.UnitRecalled,
    events.UnitRecallLifted,
    events.UnitGraded,
    events.DispositionDecided,
    events.UnitPutAside,
    events.DispositionApproved,
    events.UnitTakenUp,
    events.UnitPlateConfirmed,
)
"""The events that can change a unit's row; no other does."""


def fold_unit(row: UnitRow | None, unit: str, recorded: Recorded) -> UnitRow | None:
    """The row after an event about this unit.

    It begins where the unit is identified, or where a station that never heard of it takes it from its label or sorts it.
    """
    seq = recorded.seq
    match recorded.event:
        case events.UnitIdentified() as event:
            return _identified(row or UnitRow(unit=unit, status="", seq=seq), event)
        case events.UnitPresented(known_by="label") as event if row is None:
            return UnitRow(
                unit=unit,
                status="decided",
                client=event.client,
                disposition=event.disposition,
                bin=event.bin,
                seq=seq,
            )
        case events.UnitSorted() as event:
            return replace(
                row or UnitRow(unit=unit, status="", seq=seq),
                status="sorted",
                client=event.client,
                disposition=event.disposition,
                container=event.container,
                placed_seq=seq,
            )
    return None if row is None else _known(row, recorded.event, seq)


def _known(row: UnitRow, event: events.AnyEvent, seq: int) -> UnitRow:  # noqa: PLR0911  # one return for each event
    match event:
        case events.UnitSerialRead():
            return replace(row, serial=event.serial)
        case events.UnitSwapSuspected() | events.TagMismatchResolved(verdict="swap"):
            return replace(row, swap=True)
        case events.UnitTagFound() | events.TagWritten():
            return replace(row, epc=event.epc)
        case (
            events.UnitRecallChecked() | events.UnitRecallAnswered() | events.UnitRecalled() | events.UnitRecallLifted()
        ):
            return _recall(row, event)
        case events.UnitGraded():
            return replace(
                row,
                status="rework" if row.status == "rework" else "graded",
                functional=event.functional,
                cosmetic=event.cosmetic,
                packaging=event.packaging,
            )
        case events.DispositionDecided():
            return replace(
                row,
                status="awaiting_approval" if event.approval else "decided",
                client=event.client,
                disposition=event.disposition,
                reason=event.reason,
                rule=event.rule,
                bin=event.bin,
                outcome=event.outcome,
                channel=event.channel,
                travels=event.travels,
                packs=event.packs,
                approval=event.approval,
                steps=event.steps,
                vendor=event.vendor,
                decided_seq=seq,
            )
        case events.UnitPlateConfirmed():
            return replace(row, status=row.status if row.approval else "labelled")
        case _:
            return _worked_on(row, event, seq)


def _recall(
    row: UnitRow,
    event: events.UnitRecallChecked | events.UnitRecallAnswered | events.UnitRecalled | events.UnitRecallLifted,
) -> UnitRow:
    """A unit that comes out of its container for a recall; one that was never graded has to be, before it goes anywhere."""
    match event:
        case events.UnitRecallChecked():
            return replace(row, recall=event.recall)
        case events.UnitRecallAnswered():
            return replace(row, recall=event.recall) if event.verdict == "affected" else row
        case events.UnitRecalled():
            return replace(row, recall=event.recall, container="", placed_seq=0)
        case events.UnitRecallLifted():
            status = row.status if event.graded else "rework"
            return replace(row, recall="", status=status, container="", placed_seq=0)


def _worked_on(row: UnitRow, event: events.AnyEvent, seq: int) -> UnitRow:
    match event:
        case events.UnitPutAside():
            return replace(row, disposition="hold", bin=event.bin)
        case events.DispositionApproved():
            overruled = {"reason": f"@overruled.{event.why}", "rule": event.approver} if event.why else {}
            return replace(
                row,
                status="decided",
                disposition=event.disposition,
                bin=event.bin,
                outcome=event.outcome,
                channel=event.channel,
                travels=event.travels,
                packs=event.packs,
                approval="",
                steps=event.steps,
                decided_seq=seq,
                **overruled,
            )
        case events.UnitTakenUp():
            status = "rework" if event.work == "rework" else "awaiting_approval"
            return replace(row, status=status, container="", placed_seq=0)
        case _:
            return row


def _identified(row: UnitRow, event: events.UnitIdentified) -> UnitRow:
    return replace(
        row,
        parcel=event.parcel,
        status="identified",
        client=event.client,
        sku=event.sku,
        name=event.name,
        category=event.category,
        gtin=event.gtin,
        serial=event.serial,
        epc=event.epc,
        rma=event.rma,
        line=event.line,
    )
