"""What is known at the bench after an event."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.domain.checklist import REASON, noted
from rl_station.workflow.state import Inspecting, ItemInQuestion, Job, UnitInHand
from rl_station.workflow.tags.evolve import evolve_radio, with_written

SUPERVISOR = "supervisor"
"""In the place of the rule, where a supervisor decided otherwise; who that was stands in the log."""


def evolve(job: Job | None, event: e.Event) -> Job | None:
    """The job after one event; untouched by events of other work."""
    if isinstance(event, e.ParcelOpened):
        return _opened(job, event)
    return _open(job, event) if isinstance(job, Inspecting) else job


def evolve_unit(unit: UnitInHand, event: e.Event) -> UnitInHand:  # noqa: PLR0911 - a table: one return for each row
    """The unit in hand after one of its own events."""
    match event:
        case e.UnitSerialRead():
            return replace(unit, serial=event.serial or unit.serial, serial_asked=True)
        case e.UnitSwapSuspected():
            return replace(unit, swap=True)
        case e.UnitRecallChecked() | e.UnitRecallAnswered() | e.UnitRecalled() | e.UnitRecallLifted():
            return _recall(unit, event)
        case e.UnitQuestionAnswered():
            return _answered(unit, event)
        case e.UnitTimerStarted():
            return replace(unit, timer=(event.checklist, event.question, event.at))
        case e.UnitHazardFound():
            return replace(unit, hazards=event.hazards)
        case e.UnitGraded():
            return replace(unit, functional=event.functional, cosmetic=event.cosmetic, packaging=event.packaging)
        case e.DispositionDecided():
            return replace(
                unit,
                approver="",
                picked="",
                aside="",
                disposition=event.disposition,
                rule=event.rule,
                reason=event.reason,
                bin=event.bin,
                rules_version=event.rules_version,
                outcome=event.outcome,
                channel=event.channel,
                travels=event.travels,
                packs=event.packs,
                removed=event.removed,
                expected=event.expected,
                approval=event.approval,
                steps=event.steps,
                held=(),
            )
        case e.UnitTagFound() | e.TagMismatchFound() | e.TagMismatchResolved():
            return _tagged(unit, event)
        case _:
            return _taken_up(unit, event)


def _taken_up(unit: UnitInHand, event: e.Event) -> UnitInHand:  # noqa: PLR0911 - a table: one return for each row
    """After what happens to a decision: somebody has to agree to it, or it asks for work."""
    match event:
        case e.ApproverPresented():
            return replace(unit, approver=event.approver)
        case e.OutcomePicked():
            return replace(unit, picked=event.outcome)
        case e.UnitPutAside():
            return replace(unit, aside=event.bin)
        case e.UnitHeld():
            return replace(unit, held=(event.before, unit.bin, unit.disposition), disposition="hold", bin=event.bin)
        case e.UnitReleased():
            return replace(released(unit), bin=event.bin) if unit.held else unit
        case e.UnitTakenUp():
            # Nothing that is held is taken up: where our log says so, another station let it go on.
            return replace(released(unit), approver="", picked="", aside="")
        case e.RegradeBegun():
            return _anew(unit)
        case e.DispositionApproved() | e.DispositionOverridden():
            return _said_otherwise(unit, event)
        case _:
            return unit


def released(unit: UnitInHand) -> UnitInHand:
    """As it was before a supervisor set it aside, if somebody did."""
    return replace(unit, held=(), disposition=unit.held[2], bin=unit.held[1]) if unit.held else unit


def _said_otherwise(unit: UnitInHand, event: e.DispositionApproved | e.DispositionOverridden) -> UnitInHand:
    """Somebody's word on a decision; where that is another one, nobody's rule is behind it any more."""
    who = event.approver if isinstance(event, e.DispositionApproved) else SUPERVISOR
    overruled = {"rule": who, "reason": f"@overruled.{event.why}"} if event.why else {}
    return replace(
        unit,
        disposition=event.disposition,
        outcome=event.outcome,
        bin=event.bin,
        channel=event.channel,
        travels=event.travels,
        packs=event.packs,
        expected=event.expected,
        steps=event.steps,
        approval="",
        approver="",
        picked="",
        held=(),
        **overruled,
    )


def _recall(
    unit: UnitInHand, event: e.UnitRecallChecked | e.UnitRecallAnswered | e.UnitRecalled | e.UnitRecallLifted
) -> UnitInHand:
    """The verdict of the recall list, and of whoever was asked about it."""
    match event:
        case e.UnitRecallChecked():
            return replace(unit, recall=event.recall, recall_asks=event.asks, recalls_version=event.version)
        case e.UnitRecalled():
            return replace(unit, recall=event.recall, recall_asks=())
        case e.UnitRecallLifted():
            return replace(unit, recall="", recall_asks=(), recalls_version="")
        case e.UnitRecallAnswered(verdict="affected"):
            return replace(unit, recall=event.recall, recall_asks=(), lot=event.lot or unit.lot)
        case e.UnitRecallAnswered(verdict="model" | "lot" as further):
            asks = tuple((*ask[:2], further) if ask[0] == event.recall else ask for ask in unit.recall_asks)
            return replace(unit, recall_asks=asks, lot=event.lot or unit.lot)
        case e.UnitRecallAnswered():
            asks = tuple(ask for ask in unit.recall_asks if ask[0] != event.recall)
            return replace(unit, recall_asks=asks, spared=(*unit.spared, event.recall), lot=event.lot or unit.lot)


def _answered(unit: UnitInHand, event: e.UnitQuestionAnswered) -> UnitInHand:
    """With the answer, and with the version of the checklist where it is the first one to it."""
    begun = event.checklist in dict(unit.versions)
    return replace(
        unit,
        answers=(*unit.answers, (event.checklist, event.question, noted(event.answer, event.value))),
        versions=unit.versions if begun else (*unit.versions, (event.checklist, event.version)),
    )


def _anew(unit: UnitInHand) -> UnitInHand:
    """To be graded once more: what was found before counts no more.

    A recall, a swap, who it belongs to and whether the customer was right stay.
    """
    return replace(
        unit,
        earlier=unit.answers,
        answers=tuple(answer for answer in unit.answers if answer[0] == REASON),
        versions=tuple(version for version in unit.versions if version[0] == REASON),
        timer=("", "", 0),
        hazards=(),
        functional="",
        cosmetic="",
        packaging="",
        disposition="",
        approval="",
        steps=(),
    )


def _tagged(unit: UnitInHand, event: e.UnitTagFound | e.TagMismatchFound | e.TagMismatchResolved) -> UnitInHand:
    match event:
        case e.UnitTagFound():
            return replace(unit, epc=event.epc)
        case e.TagMismatchFound():
            return replace(unit, mismatch=event.found)
        case e.TagMismatchResolved():
            said = event.verdict != "shipped_tag"
            return replace(unit, mismatch="", mismatch_resolved=said, swap=unit.swap or event.verdict == "swap")


def unit_of(event: e.UnitIdentified) -> UnitInHand:
    return UnitInHand(
        unit=event.unit,
        match=event.match,
        client=event.client,
        sku=event.sku,
        name=event.name,
        category=event.category,
        gtin=event.gtin,
        serial=event.serial,
        epc=event.epc,
        lot=event.lot,
        rma=event.rma,
        line=event.line,
        value=event.value,
        made=event.made,
        expires=event.expires,
    )


def unit_after(events: Iterable[e.Event]) -> UnitInHand | None:
    """A unit from its own events, as it would be in hand; None where it was not identified here."""
    unit: UnitInHand | None = None
    for event in events:
        if isinstance(event, e.UnitIdentified):
            unit = unit_of(event)
        elif unit is not None:
            unit = evolve_unit(unit, event)
    return unit


def _opened(job: Job | None, event: e.ParcelOpened) -> Inspecting:
    """Opened, or, while it is open already, its return found after all: then each tag is something else than it was taken for."""
    if isinstance(job, Inspecting) and job.parcel == event.parcel:
        return replace(job, client=event.client, rmas=event.rmas, radio=replace(job.radio, seen=()))
    return Inspecting(
        parcel=event.parcel,
        client=event.client,
        rmas=event.rmas,
        received_here=event.received_here,
        seen=event.seen,
    )


def _open(job: Inspecting, event: e.Event) -> Inspecting | None:  # noqa: PLR0911 - a table: one return for each row
    match event:
        case e.ParcelClosed() | e.ParcelSetAside():
            return None
        case e.ParcelCountChecked():
            return replace(job, closing=True)
        case e.ItemPresented():
            item = ItemInQuestion(
                *(event.kind, event.value, event.gtin, event.serial, event.epc, event.lot, event.products),
                made=event.made,
                expires=event.expires,
            )
            return replace(job, item=item, closing=False)
        case e.UnitIdentified():
            return replace(job, unit=unit_of(event), item=None, closing=False, seen=(*job.seen, _seen(event)))
        case e.UnitPlateConfirmed():
            return replace(job, unit=None)
        case e.CorrectionDeclared():
            return _put_down(job)
        case e.TagsAround() | e.TagSeen() | e.TagWriteRequested() | e.TagWriteFailed() if event.parcel == job.parcel:
            return replace(job, radio=evolve_radio(job.radio, event))
        case e.TagWritten() if event.parcel == job.parcel:
            return with_written(replace(job, radio=evolve_radio(job.radio, event)))
        case _:
            return _unit_event(job, event)


def _put_down(job: Inspecting) -> Inspecting:
    """The item in hand, or the closing, did not happen; the parcel stays open."""
    gone = job.unit.unit if job.unit else ""
    seen = tuple(unit for unit in job.seen if unit.unit != gone)
    return replace(job, unit=None, item=None, closing=False, seen=seen)


def _unit_event(job: Inspecting, event: e.Event) -> Inspecting:
    if job.unit is None:
        return job
    unit = evolve_unit(job.unit, event)
    seen = tuple(replace(each, swap=unit.swap, epc=unit.epc) if each.unit == unit.unit else each for each in job.seen)
    return replace(job, unit=unit, seen=seen, radio=evolve_radio(job.radio, event))


def _seen(event: e.UnitIdentified) -> e.SeenUnit:
    return e.SeenUnit(
        unit=event.unit,
        match=event.match,
        rma=event.rma,
        line=event.line,
        name=event.name,
        client=event.client,
        sku=event.sku,
        gtin=event.gtin,
        epc=event.epc,
    )
