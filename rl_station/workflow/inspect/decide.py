"""What happened at the bench because of a scan or an answer."""

from __future__ import annotations

from rl_station.domain.events import (
    Event,
    ItemPresented,
    ParcelClosed,
    ParcelCountChecked,
    ParcelOpened,
    ParcelSetAside,
    UnitMissing,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.choices import picked
from rl_station.workflow.inputs import Answered, Command, Commanded, Deed, Scanned
from rl_station.workflow.inspect.approval import approval_of
from rl_station.workflow.inspect.choices import item_choices, parcel_choices
from rl_station.workflow.inspect.identify import Found, Item, identify, item_of, pending, resolved
from rl_station.workflow.inspect.lines import expected_lines, missing_lines
from rl_station.workflow.inspect.open import open_parcel
from rl_station.workflow.inspect.unit import decide_unit, take
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.receive.lookup import find
from rl_station.workflow.scans import LONGEST_KEY, kind_of, own, unit_plate, unwanted, visible
from rl_station.workflow.state import Inspecting, ItemInQuestion, State
from rl_station.workflow.undo import put_down

_BOX_KINDS = frozenset({ScanKind.TRACKING, ScanKind.RMA, ScanKind.ORDER, ScanKind.SSCC})


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The events of one input, or why it is not taken."""
    match state.job:
        case Inspecting(unit=None, item=None) as job:
            return _parcel(state, job, given, knowledge)
        case Inspecting(unit=None, item=item) as job if item is not None:
            return _item(state, job, item, given, knowledge)
        case Inspecting(unit=unit) as job if unit is not None:
            return decide_unit(state, job, unit, given, knowledge)
        case _:
            return _at_rest(state, given, knowledge)


def _at_rest(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """A parcel to open; or a unit that was put aside here until somebody agrees."""
    match given:
        case Scanned(scan=scan):
            waiting = knowledge.records.unit(unit_plate(scan) or "")
            if waiting is not None and waiting.approval and waiting.status != "shipped":
                return approval_of(waiting, state.worker, knowledge)
            return open_parcel(scan, knowledge)
        case Commanded(command=Command.CANCEL):
            return refuse("nothing.in_hand", wanted="@kind.parcel")
        case _:
            return refuse("inspect.scan_parcel_first")


def _parcel(  # noqa: PLR0911 - a table: one return for each row
    state: State, job: Inspecting, given: Deed, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    match given:
        case Scanned(scan=scan):
            return _next_unit(job, scan, knowledge)
        case Commanded(command=Command.DONE):
            return _close(job, knowledge) if job.closing else _done(job, knowledge)
        case Commanded(command=Command.OK) if job.closing:
            return _close(job, knowledge)
        case Commanded(command=Command.CANCEL):
            return put_down(state, parcels=(job.parcel,)) if job.closing else (ParcelSetAside(parcel=job.parcel),)
        case Commanded():
            return refuse("inspect.scan_unit_first")
        case Answered(choice=answer):
            chosen = picked(parcel_choices(job, knowledge), answer)
            if chosen is None:
                return refuse("choice.unknown", answer=visible(answer))
            return _chosen(state, job, chosen, knowledge)


def _chosen(state: State, job: Inspecting, chosen: str, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    match chosen:
        case "close":
            return _close(job, knowledge)
        case "go_on":
            return put_down(state, parcels=(job.parcel,))
        case "something_else":
            return (ItemPresented(parcel=job.parcel, kind="none", value=""),)
        case _:
            lines = expected_lines(job, knowledge)
            line = next(line for line in lines if f"{line.rma}/{line.line.line}" == chosen)
            return take(Item("none", ""), Found("expected", line.product, line), job, knowledge)


def _next_unit(job: Inspecting, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    refusal = _not_a_unit(job, scan, knowledge)
    if refusal is not None:
        return refusal
    item = item_of(scan)
    if item is None:
        return unwanted(scan, "unit")
    if len(item.value) > LONGEST_KEY:
        return refuse("inspect.code_too_long", value=visible(item.value))
    found = identify(item, job, knowledge)
    if isinstance(found, Found):
        return take(item, found, job, knowledge)
    if not found and kind_of(scan) in _BOX_KINDS:
        return _return_found(job, scan, knowledge)
    asked = pending(item, found)
    return (
        ItemPresented(
            parcel=job.parcel,
            kind=asked.kind,
            value=asked.value,
            gtin=asked.gtin,
            serial=asked.serial,
            epc=asked.epc,
            lot=asked.lot,
            products=asked.products,
            made=asked.made,
            expires=asked.expires,
        ),
    )


def _not_a_unit(job: Inspecting, scan: Scan, knowledge: Knowledge) -> Refusal | None:
    plate = unit_plate(scan)
    if plate is not None:
        known = knowledge.records.unit(plate)
        return refuse("inspect.has_plate", unit=visible(plate), parcel=known.parcel if known else "-")
    parcel = own(scan, ScanKind.PARCEL_PLATE)
    if parcel == job.parcel:
        return refuse("inspect.already_open", parcel=job.parcel)
    if parcel is not None:
        return refuse("inspect.finish_parcel", blocking=True, seen=parcel, parcel=job.parcel)
    site = own(scan, ScanKind.BIN, ScanKind.CONTAINER, ScanKind.BADGE)
    return unwanted(scan, "unit") if site is not None else None


def _return_found(job: Inspecting, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """A parcel without a return gets one by the label that lies inside the box."""
    hit = find(scan, knowledge)
    returns = hit.returns if hit else ()
    if job.rmas or len(returns) != 1:
        return unwanted(scan, "unit")
    return (
        ParcelOpened(
            parcel=job.parcel, client=returns[0].client, rmas=(returns[0].rma,), received_here=job.received_here
        ),
    )


def _item(
    state: State, job: Inspecting, item: ItemInQuestion, given: Deed, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    match given:
        case Commanded(command=Command.CANCEL):
            return put_down(state, parcels=(job.parcel,))
        case Answered(choice=answer):
            chosen = picked(item_choices(item, knowledge), answer)
            if chosen is None:
                return refuse("choice.unknown", answer=visible(answer))
            return _item_chosen(job, item, chosen, knowledge)
        case Scanned(scan=scan):
            return unwanted(scan, "answer")
        case _:
            return refuse("choice.expected")


def _item_chosen(
    job: Inspecting, item: ItemInQuestion, chosen: str, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    code = Item(
        *(item.kind, item.value),
        gtin=item.gtin,
        serial=item.serial,
        lot=item.lot,
        epc=item.epc,
        made=item.made,
        expires=item.expires,
    )
    for client, sku in item.products:
        product = knowledge.reference.product(client, sku)
        if product is not None and f"{client}/{sku}" == chosen:
            return take(code, resolved(product, job, knowledge, item.serial), job, knowledge)
    return take(code, Found("unknown_product", None), job, knowledge, category=chosen)


def _done(job: Inspecting, knowledge: Knowledge) -> tuple[Event, ...]:
    """Close at once when everything is there; ask first when something is not, or when nothing came out at all."""
    missing = sum(line.missing for line in missing_lines(job, knowledge))
    if missing or not job.seen:
        return (ParcelCountChecked(parcel=job.parcel, missing=missing),)
    return _close(job, knowledge)


def _close(job: Inspecting, knowledge: Knowledge) -> tuple[Event, ...]:
    missing = tuple(
        UnitMissing(parcel=job.parcel, rma=line.rma, line=line.line.line, sku=line.line.sku, quantity=line.missing)
        for line in missing_lines(job, knowledge)
    )
    matches = {unit.match for unit in job.seen}
    discrepancies = {
        "missing": bool(missing),
        "unexpected": bool(matches & {"unexpected", "unknown_product"}),
        "other_client": "other_client" in matches,
        "swap": any(unit.swap for unit in job.seen),
    }
    closed = ParcelClosed(
        parcel=job.parcel,
        units=tuple(unit.unit for unit in job.seen),
        discrepancies=tuple(name for name, found in discrepancies.items() if found),
    )
    return (*missing, closed)
