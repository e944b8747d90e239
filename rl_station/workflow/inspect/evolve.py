"""What is known at the bench after an event."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain import events as e
from rl_station.workflow.state import Inspecting, ItemInQuestion, Job, Radio, UnitInHand
from rl_station.workflow.tags.evolve import evolve_radio, with_written


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
        case e.UnitRecallChecked():
            return replace(unit, recall=event.recall)
        case e.UnitQuestionAnswered():
            return replace(unit, answers=(*unit.answers, (event.checklist, event.question, event.answer)))
        case e.UnitHazardFound():
            return replace(unit, hazards=event.hazards)
        case e.UnitGraded():
            return replace(unit, functional=event.functional, cosmetic=event.cosmetic, packaging=event.packaging)
        case e.DispositionDecided():
            return replace(
                unit,
                disposition=event.disposition,
                rule=event.rule,
                reason=event.reason,
                bin=event.bin,
                rules_version=event.rules_version,
            )
        case _:
            return _tagged(unit, event)


def _tagged(unit: UnitInHand, event: e.Event) -> UnitInHand:
    match event:
        case e.UnitTagFound():
            return replace(unit, epc=event.epc)
        case e.TagMismatchFound():
            return replace(unit, mismatch=event.found)
        case e.TagMismatchResolved():
            said = event.verdict != "shipped_tag"
            return replace(unit, mismatch="", mismatch_resolved=said, swap=unit.swap or event.verdict == "swap")
        case _:
            return unit


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
    )


def _opened(job: Job | None, event: e.ParcelOpened) -> Inspecting:
    """Opened, or, while it is open already, its return found after all."""
    if isinstance(job, Inspecting) and job.parcel == event.parcel:
        return replace(job, client=event.client, rmas=event.rmas, radio=Radio(around=job.radio.around))
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
                event.kind, event.value, event.gtin, event.serial, event.epc, event.lot, event.products
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
