"""A unit's row, event by event."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rl_station.domain import events
from rl_station.domain.events import Recorded
from rl_station.domain.projections.queues import unit_queue
from rl_station.domain.projections.troubles import OpenTrouble, unit_troubles


class UnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """The stored part of a `UnitRecord`. `seq` is where it began, `placed_seq` where it went into its container.

    `value` is the original one and `expected` what it brings, in minor units of `currency` (None: nobody says); `stated` the
    customer's reason. `decided_*` are those of its last decision, `decided_at` in microseconds since 1970 UTC; `decided_seq` is
    where its disposition was last said, and `vendor` whose terms were known then. `graded_by` is the inspector, `held` why a
    supervisor holds it, `held_from` disposition and bin that a release gives back. It waits in `queue` since `since` (hybrid
    clock), when it came there at station `since_at`.
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
    value: int = 0
    currency: str = ""
    expected: int | None = None
    stated: str = ""
    decided_at: int = 0
    decided_by: str = ""
    decided_station: str = ""
    graded_by: str = ""
    held: str = ""
    held_from: tuple[str, ...] = ()
    queue: str = ""
    since: int = 0
    since_at: str = ""
    troubles: tuple[OpenTrouble, ...] = ()


UNIT_EVENTS = (
    events.UnitIdentified,
    events.UnitPresented,
    events.UnitSorted,
    events.UnitSerialRead,
    events.UnitSwapSuspected,
    events.TagMismatchFound,
    events.TagMismatchResolved,
    events.UnitTagFound,
    events.TagWritten,
    events.DepartedTagSeen,
    events.UnitRecallChecked,
    events.UnitRecallAnswered,
    events.LateRecallFound,
    events.UnitRecalled,
    events.UnitRecallLifted,
    events.UnitHazardFound,
    events.UnitGraded,
    events.DispositionDecided,
    events.UnitPlateConfirmed,
    events.UnitPutAside,
    events.DispositionApproved,
    events.UnitTakenUp,
    events.RegradeBegun,
    events.DispositionOverridden,
    events.UnitHeld,
    events.UnitReleased,
    events.SecondLookTaken,
    events.TroubleSettled,
    events.ScanRefused,
    events.LabelRequested,
    events.LabelPrintFailed,
)
"""The events that can change a unit's row; no other does."""

_CHANGING = frozenset(UNIT_EVENTS)


def fold_unit(row: UnitRow | None, unit: str, recorded: Recorded) -> UnitRow | None:
    """The row after an event about this unit.

    It begins where the unit is identified, or where a station that never heard of it takes it from its label or sorts it.
    """
    if type(recorded.event) not in _CHANGING:
        return row
    after = _folded(row, unit, recorded)
    if after is None:
        return None
    troubles = unit_troubles(after.troubles, recorded)
    queue = unit_queue(after.status, disposition=after.disposition, held=after.held, steps=after.steps)
    if queue == after.queue:
        return after if troubles == after.troubles else replace(after, troubles=troubles)
    since, at = (recorded.seq, recorded.station) if queue else (0, "")
    return replace(after, troubles=troubles, queue=queue, since=since, since_at=at)


def _folded(row: UnitRow | None, unit: str, recorded: Recorded) -> UnitRow | None:
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
    return None if row is None else _known(row, recorded)


def _known(row: UnitRow, recorded: Recorded) -> UnitRow:  # noqa: PLR0911  # one return for each event
    match recorded.event:
        case events.UnitSerialRead() as event:
            return replace(row, serial=event.serial)
        case events.UnitSwapSuspected() | events.TagMismatchResolved(verdict="swap"):
            return replace(row, swap=True)
        case events.UnitTagFound() | events.TagWritten() as event:
            return replace(row, epc=event.epc)
        case (
            events.UnitRecallChecked() | events.UnitRecallAnswered() | events.UnitRecalled() | events.UnitRecallLifted()
        ) as event:
            return _recall(row, event)
        case events.UnitGraded() as event:
            return replace(
                row,
                status="rework" if row.status == "rework" else "graded",
                functional=event.functional,
                cosmetic=event.cosmetic,
                packaging=event.packaging,
                graded_by=recorded.operator,
            )
        case events.DispositionDecided() as event:
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
                expected=event.expected,
                stated=dict(event.inputs).get("reason", ""),
                decided_at=recorded.at,
                decided_by=recorded.operator,
                decided_station=recorded.station,
                held="",
                held_from=(),
                vendor=event.vendor,
                decided_seq=recorded.seq,
            )
        case events.UnitPlateConfirmed():
            return replace(row, status=row.status if row.approval else "labelled")
        case _:
            return _worked_on(row, recorded)


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


def _worked_on(row: UnitRow, recorded: Recorded) -> UnitRow:  # noqa: PLR0911  # as above
    match recorded.event:
        case events.UnitPutAside() as event:
            return replace(row, disposition="hold", bin=event.bin)
        case events.DispositionApproved() as event:
            agreed = _decided_otherwise(row, recorded, event, event.approver)
            return _taken_out(agreed) if event.container_before else agreed
        case events.UnitTakenUp() as event:
            status = "rework" if event.work == "rework" else "awaiting_approval"
            return replace(row, status=status, container="", placed_seq=0)
        case events.DispositionOverridden() as event:
            otherwise = _decided_otherwise(row, recorded, event, recorded.operator)
            return replace(_taken_out(otherwise), held="", held_from=())
        case events.UnitHeld() | events.UnitReleased() as event:
            return _held(row, event)
        case events.RegradeBegun():
            # Whatever ends it, a danger or a recall too, the grade before it is none of its own.
            return replace(row, functional="", cosmetic="", packaging="", graded_by="")
        case _:
            return row


def _held(row: UnitRow, event: events.UnitHeld | events.UnitReleased) -> UnitRow:
    """Set aside, or let go on. Where another station's word has ended the hold already, a release changes nothing."""
    match event:
        case events.UnitHeld():
            before = row.held_from if row.held else (row.disposition, row.bin)
            why = event.why or "other"
            return replace(_taken_out(row), disposition="hold", bin=event.bin, held=why, held_from=before)
        case events.UnitReleased() if row.held:
            return replace(_taken_out(row), disposition=event.disposition, bin=event.bin, held="", held_from=())
        case _:
            return row


def _decided_otherwise(
    row: UnitRow, recorded: Recorded, event: events.DispositionApproved | events.DispositionOverridden, by: str
) -> UnitRow:
    """What somebody's word makes of a decision; when and by whom that was made stays."""
    overruled = {"reason": f"@overruled.{event.why}", "rule": by} if event.why else {}
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
        expected=event.expected,
        decided_seq=recorded.seq,
        **overruled,
    )


def _taken_out(row: UnitRow) -> UnitRow:
    """Out of the container that it lay in, if it did: it has to be sorted again."""
    status = "labelled" if row.status == "sorted" else row.status
    return replace(row, status=status, container="", placed_seq=0)


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
        value=event.value,
        currency=event.currency,
    )
