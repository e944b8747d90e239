"""The unit in hand, from its code to its label."""

from __future__ import annotations

from functools import reduce
from itertools import count

from msgspec.structs import replace

from rl_station.domain import epc as epcs
from rl_station.domain.events import (
    Event,
    LabelRequested,
    TagMismatchFound,
    TagMismatchResolved,
    UnitGraded,
    UnitIdentified,
    UnitPlateConfirmed,
    UnitSerialRead,
    UnitSwapSuspected,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.choices import picked
from rl_station.workflow.inputs import Answered, Command, Commanded, Deed, Scanned
from rl_station.workflow.inspect import approval
from rl_station.workflow.inspect.answers import chosen_answer, scanned_answer
from rl_station.workflow.inspect.choices import unit_choices
from rl_station.workflow.inspect.disposition import decided
from rl_station.workflow.inspect.evolve import evolve_unit, unit_of
from rl_station.workflow.inspect.grading import regraded
from rl_station.workflow.inspect.identify import Found, Item, item_of
from rl_station.workflow.inspect.lines import expected_lines
from rl_station.workflow.inspect.questions import findings_of
from rl_station.workflow.inspect.recall import lot_scanned, recall_answered, recall_step
from rl_station.workflow.inspect.retag import retag
from rl_station.workflow.inspect.steps import step_of
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.look_again import asked_for
from rl_station.workflow.recalls import checked
from rl_station.workflow.scans import LONGEST_KEY, SITE_KINDS, kind_of, own, unit_plate, unwanted, visible
from rl_station.workflow.state import Inspecting, State, UnitInHand
from rl_station.workflow.tags import contradiction, own_tag
from rl_station.workflow.undo import put_down


def take(
    item: Item, found: Found, job: Inspecting, knowledge: Knowledge, category: str = ""
) -> tuple[Event, ...] | Refusal:
    """A unit comes out of the parcel: identified, its serial compared, recalls looked up, as far as one scan says."""
    product, line = found.product, found.line
    serial = found.serial or item.serial
    epc = item.epc or found.epc
    twin = _seen_before(serial, job, knowledge)
    if twin:
        return refuse("inspect.serial_seen", serial=visible(serial), unit=twin)
    twin = next((unit.unit for unit in job.seen if epc and unit.epc == epc), "")
    if twin:
        return refuse("inspect.tag_seen", epc=visible(epc), unit=twin)
    identified = UnitIdentified(
        unit=_fresh_plate(knowledge),
        parcel=job.parcel,
        match=found.match,
        client=product.client if product else line.client if line else job.client,
        sku=product.sku if product else line.line.sku if line else "",
        name=product.name if product else "",
        category=product.category if product else category,
        gtin=item.gtin,
        serial=serial,
        epc=epc,
        lot=item.lot,
        rma=line.rma if line else "",
        line=line.line.line if line else 0,
        value=product.value if product else 0,
        currency=product.currency if product else "",
        made=item.made,
        expires=item.expires,
    )
    identified = replace(identified, epc=epc or own_tag(unit_of(identified), job, knowledge))
    unit = unit_of(identified)
    read = _serial_events(unit, serial, job, knowledge, beside_gtin=bool(item.serial)) if serial else ()
    recall = checked(unit, job.parcel, knowledge)
    events = (identified, *read, *recall, *_tag_events(unit, job, knowledge))
    return (*events, *_automatic(reduce(evolve_unit, events, unit), job, knowledge))


def decide_unit(  # noqa: PLR0911 - a table: one return for each row
    state: State, job: Inspecting, unit: UnitInHand, given: Deed, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    """One input while a unit is in hand."""
    step = step_of(unit, knowledge)
    match given:
        case Commanded(command=Command.CANCEL):
            return put_down(state, parcels=(job.parcel,), units=(unit.unit,))
        case Commanded(command=Command.REPRINT) if step == "plate":
            return (LabelRequested(label="unit", parcel=job.parcel, unit=unit.unit, reprint=True),)
        case Commanded(command=Command.RETAG) if step != "mismatch":
            return retag(unit, job, knowledge)
        case Commanded(command=Command.OK) if step == "grade":
            return _agreed(job, unit, knowledge)
        case Commanded():
            return refuse(f"inspect.expected_{step}")
        case Scanned() | Answered() if step in approval.STEPS:
            return approval.decide_approval(unit, job.parcel, given, knowledge)
        case Scanned(scan=scan):
            return _scanned(job, unit, scan, knowledge)
        case Answered(choice=answer):
            return _answered(job, unit, answer, knowledge)


def _scanned(job: Inspecting, unit: UnitInHand, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    match step_of(unit, knowledge):
        case "plate":
            return _plate(job, unit, scan, knowledge)
        case "serial":
            return _serial(job, unit, scan, knowledge)
        case "recall_lot":
            said = lot_scanned(unit, job.parcel, scan, knowledge)
            return said if isinstance(said, Refusal) else _then(job, unit, said, knowledge)
        case "grade":
            text = scan.first(ScanKind.TEXT)
            return regraded(unit, job.parcel, text.value if text else "") or unwanted(scan, "answer")
        case "question":
            return _noted(job, unit, scanned_answer(unit, job.parcel, scan, knowledge), knowledge)
        case _:
            return unwanted(scan, "answer")


def _answered(  # noqa: PLR0911 - a table: one return for each step
    job: Inspecting, unit: UnitInHand, answer: str, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    step = step_of(unit, knowledge)
    chosen = picked(unit_choices(unit, knowledge), answer)
    if step == "grade":
        graded = regraded(unit, job.parcel, chosen or answer)
        return graded or refuse("choice.unknown", answer=visible(answer))
    if chosen is None:
        return refuse("choice.unknown", answer=visible(answer))
    match step:
        case "mismatch":
            return _resolved(job, unit, chosen, knowledge)
        case "plate":
            return _finished(job, unit, "unlabelled", knowledge)
        case "recall_model" | "recall_lot":
            return _then(job, unit, (recall_answered(unit, job.parcel, chosen, knowledge),), knowledge)
        case "serial":
            return _then(job, unit, (UnitSerialRead(unit=unit.unit, parcel=job.parcel, serial=""),), knowledge)
        case _:
            return _noted(job, unit, chosen_answer(unit, job.parcel, chosen, knowledge), knowledge)


def _noted(
    job: Inspecting, unit: UnitInHand, answered: tuple[Event, ...] | Refusal, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    """An answer to a question, and what follows from it."""
    return answered if isinstance(answered, Refusal) else _then(job, unit, answered, knowledge)


def _serial(job: Inspecting, unit: UnitInHand, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    item = item_of(scan)
    if item is None or kind_of(scan) in SITE_KINDS:
        return unwanted(scan, "serial")
    if item.gtin and not item.serial:
        return unwanted(scan, "serial")
    serial = item.serial or item.serials[0] if item.serials else item.value
    if len(serial) > LONGEST_KEY:
        return refuse("inspect.serial_too_long", value=visible(serial))
    twin = _seen_before(serial, job, knowledge)
    if twin and twin != unit.unit:
        return refuse("inspect.serial_seen", serial=visible(serial), unit=twin)
    read = _serial_events(unit, serial, job, knowledge, beside_gtin=bool(item.serial))
    return _then(job, unit, read, knowledge)


def _serial_events(
    unit: UnitInHand, serial: str, job: Inspecting, knowledge: Knowledge, *, beside_gtin: bool
) -> tuple[Event, ...]:
    """The serial, and whether it is one of those that were shipped for this product.

    Where only tags were announced, a serial that stands beside the GTIN in one code is compared with theirs: it is the same
    number by definition. GS1 General Specifications 3.5.2, TDS 2.0, 7.3.1.
    """
    lines = [
        line.line
        for line in expected_lines(job, knowledge)
        if (line.client, line.line.sku) == (unit.client, unit.sku) and unit.match == "expected"
    ]
    shipped = tuple(known for line in lines for known in line.serials)
    if not shipped and beside_gtin and all(len(line.epcs) >= line.quantity for line in lines):
        shipped = tuple(tag.serial for line in lines for epc in line.epcs if (tag := epcs.decode(epc)) and tag.serial)
    agrees = serial in shipped if shipped else None
    read = UnitSerialRead(unit=unit.unit, parcel=job.parcel, serial=serial, agrees=agrees)
    if agrees is not False:
        return (read,)
    return read, UnitSwapSuspected(unit=unit.unit, parcel=job.parcel, expected=shipped, found=serial)


def _tag_events(unit: UnitInHand, job: Inspecting, knowledge: Knowledge) -> tuple[Event, ...]:
    """What the tags that are here already say against a unit that has just come out."""
    against = contradiction(unit, job, knowledge)
    if against is None:
        return ()
    return (TagMismatchFound(unit=unit.unit, parcel=job.parcel, expected=against[0], found=against[1]),)


def _resolved(job: Inspecting, unit: UnitInHand, verdict: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """The inspector's word on a tag that contradicts the unit. A swap after the decision is another decision."""
    said = TagMismatchResolved(unit=unit.unit, parcel=job.parcel, found=unit.mismatch, verdict=verdict)
    after = evolve_unit(unit, said)
    if unit.disposition and verdict == "swap":
        return (said, *decided(after, job.parcel, knowledge))
    return (said,) if unit.functional or unit.disposition else _then(job, unit, (said,), knowledge)


def _plate(job: Inspecting, unit: UnitInHand, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    plate = unit_plate(scan)
    if plate == unit.unit:
        return _finished(job, unit, "scanned", knowledge)
    if plate is not None:
        return refuse("plate.of_another_unit", blocking=True, seen=visible(plate), wanted=unit.unit)
    other = own(scan, ScanKind.PARCEL_PLATE)
    if other is not None and other != job.parcel:
        return refuse("inspect.finish_unit", blocking=True, parcel=other, unit=unit.unit)
    return unwanted(scan, "unit_plate")


def _finished(job: Inspecting, unit: UnitInHand, how: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """The work on it is done; now, and not before, it is said whether somebody else looks at it again."""
    confirmed = UnitPlateConfirmed(unit=unit.unit, parcel=job.parcel, how=how)
    return (confirmed, *asked_for(unit, job.parcel, knowledge))


def _agreed(job: Inspecting, unit: UnitInHand, knowledge: Knowledge) -> tuple[Event, ...]:
    """The decision, unless the recall list is another than the unit was compared with and has something to say."""
    fresh = checked(unit, job.parcel, knowledge)
    after = reduce(evolve_unit, fresh, unit)
    return fresh if recall_step(after) else (*fresh, *decided(after, job.parcel, knowledge))


def _then(job: Inspecting, unit: UnitInHand, events: tuple[Event, ...], knowledge: Knowledge) -> tuple[Event, ...]:
    return (*events, *_automatic(reduce(evolve_unit, events, unit), job, knowledge))


def _automatic(unit: UnitInHand, job: Inspecting, knowledge: Knowledge) -> tuple[Event, ...]:
    """What follows without asking: the grade once all questions are answered, the decision once a danger is known."""
    ready = (bool(unit.hazards) and not unit.mismatch and not recall_step(unit)) or step_of(unit, knowledge) == "grade"
    fresh = checked(unit, job.parcel, knowledge) if ready else ()
    if fresh:
        return _then(job, unit, fresh, knowledge)
    if not ready:
        return ()
    if unit.hazards or unit.recall:
        return decided(unit, job.parcel, knowledge)
    if unit.functional:
        # Graded already, perhaps in the inspector's own words: a recall that was asked about since leaves that as it is.
        return ()
    found = findings_of(unit, knowledge)
    graded = UnitGraded(
        unit=unit.unit,
        parcel=job.parcel,
        functional=found.functional,
        cosmetic=found.cosmetic,
        packaging=found.packaging,
    )
    return (graded,)


def _seen_before(serial: str, job: Inspecting, knowledge: Knowledge) -> str:
    """The unit of this very parcel that has the serial already: the same item scanned twice, not a second one."""
    plates = {unit.unit for unit in job.seen}
    twins = [unit.unit for unit in knowledge.records.units_by_serial(serial) if unit.unit in plates] if serial else []
    return twins[0] if twins else ""


def _fresh_plate(knowledge: Knowledge) -> str:
    """The next unit plate of this station that is not in use."""
    return next(
        plate for ahead in count() if knowledge.records.unit(plate := knowledge.identifiers.unit_plate(ahead)) is None
    )
