"""What happened at the sort desk because of a scan or an answer."""

from __future__ import annotations

from rl_station.domain.events import Event
from rl_station.domain.messages import Refusal, refuse, wrong_place
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.inputs import Command, Commanded, Deed, Scanned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.scans import own, unit_plate, unwanted, visible
from rl_station.workflow.sort.containers import CONSOLIDATE, SHIP, consolidate, container_in, decide_card
from rl_station.workflow.sort.containers import present as present_container
from rl_station.workflow.sort.units import bin_place, put_into
from rl_station.workflow.sort.units import present as present_unit
from rl_station.workflow.state import Card, Presented, State
from rl_station.workflow.undo import put_down


def decide(  # noqa: PLR0911 - a table: one return for each row
    state: State, given: Deed, knowledge: Knowledge
) -> tuple[Event, ...] | Refusal:
    """The events of one input, or why it is not taken."""
    match state.job, given:
        case Presented() as job, Scanned(scan=scan):
            return _into(job, scan, knowledge)
        case Presented() as job, Commanded(command=Command.CANCEL):
            return put_down(state, units=(job.unit,))
        case Presented(), _:
            return refuse("sort.scan_container_first")
        case Card() as card, Scanned(scan=scan):
            return _at_card(card, scan, knowledge)
        case Card() as card, _ if given != Commanded(Command.CANCEL) or card.action:
            return decide_card(card, given, knowledge)
        case _, Scanned(scan=scan):
            return _at_rest(scan, knowledge)
        case _, Commanded(command=Command.CANCEL):
            return refuse("nothing.in_hand", wanted="@kind.unit")
        case _:
            return refuse("sort.scan_unit_first")


def _at_rest(scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    if unit_plate(scan) is not None:
        return present_unit(scan, knowledge)
    container = container_in(scan)
    return present_container(container, knowledge) if container else unwanted(scan, "unit")


def _at_card(card: Card, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The next unit or container takes over; a pallet's SSCC at a closed container puts it on the pallet."""
    if card.action == SHIP:
        return refuse("sort.confirm_shipping", container=card.container)
    pallet = scan.first(ScanKind.SSCC)
    record = knowledge.records.container(card.container)
    ready = record is not None and record.status == "closed" and not record.contents
    if pallet is not None and pallet.value != card.container and (ready or card.action == CONSOLIDATE):
        return consolidate(card, pallet.value, knowledge)
    if card.action == CONSOLIDATE:
        return unwanted(scan, "sscc")
    return _at_rest(scan, knowledge)


def _into(job: Presented, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    plate = unit_plate(scan)
    if plate == job.unit:
        return refuse("sort.in_hand", unit=job.unit)
    if plate is not None:
        return _another(job, plate, scan, knowledge)
    container = own(scan, ScanKind.CONTAINER)
    if container is not None:
        return put_into(container, job.bin, job, knowledge)
    bin_id = own(scan, ScanKind.BIN)
    if bin_id is None:
        return unwanted(scan, "container")
    if bin_id != job.bin:
        return wrong_place(job.unit, "sort.wrong_bin", bin=visible(bin_id), wanted=job.bin or "-")
    return put_into(bin_place(job), job.bin, job, knowledge)


def _another(job: Presented, plate: str, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """A unit that lies in a container already is let go of; one that lies nowhere yet must not be left behind."""
    if job.container:
        return present_unit(scan, knowledge)
    return refuse("sort.other_in_hand", blocking=True, seen=visible(plate), unit=job.unit)
