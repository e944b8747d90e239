"""What happened at the dock because of a scan or an answer."""

from __future__ import annotations

from msgspec.structs import replace

from rl_station.domain.events import (
    Event,
    LabelRequested,
    ParcelConditionNoted,
    ParcelHazardChecked,
    ParcelHeld,
    ParcelPlateConfirmed,
    ParcelReceived,
    ParcelWeighed,
)
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Scan, ScanKind
from rl_station.workflow.choices import picked
from rl_station.workflow.facts import returns_of
from rl_station.workflow.inputs import Answered, Command, Commanded, Deed, Scanned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.receive.arrive import answer_arrival, scan_arrival, without_code
from rl_station.workflow.receive.carrier import unusual_carrier
from rl_station.workflow.receive.choices import arrival_choices, receiving_choices, rest_choices
from rl_station.workflow.receive.lookup import find
from rl_station.workflow.receive.steps import lane, step_of
from rl_station.workflow.receive.weigh import after_the_look, without_weight
from rl_station.workflow.scans import own, unwanted, visible
from rl_station.workflow.state import Arrival, Doubt, Received, Receiving, State
from rl_station.workflow.undo import put_down


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The events of one input, or why it is not taken."""
    match state.job:
        case Receiving() as job:
            return _receiving(state, job, given, knowledge)
        case Arrival() as job:
            return _arrival(state, job, given, knowledge)
        case job:
            return _at_rest(job if isinstance(job, Received) else None, given, knowledge)


def _at_rest(job: Received | None, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    match given:
        case Scanned(scan=scan):
            return scan_arrival(scan, None, knowledge)
        case Answered(choice=answer) if picked(rest_choices(), answer) == "no_code":
            return without_code(None, knowledge)
        case Commanded(command=Command.REPRINT) if job is not None:
            return (LabelRequested(label="parcel", parcel=job.parcel, reprint=True),)
        case Commanded(command=Command.CANCEL):
            return refuse("nothing.in_hand", wanted="@kind.parcel")
        case _:
            return refuse("receive.scan_parcel_first")


def _arrival(state: State, job: Arrival, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    match given:
        case Scanned(scan=scan):
            return scan_arrival(scan, job, knowledge)
        case Answered(choice=answer):
            chosen = picked(arrival_choices(job, knowledge), answer)
            return (
                answer_arrival(chosen, job, knowledge) if chosen else refuse("choice.unknown", answer=visible(answer))
            )
        case Commanded(command=Command.CANCEL):
            return put_down(state)
        case _:
            return refuse("choice.expected")


def _receiving(state: State, job: Receiving, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    match given:
        case Commanded(command=Command.CANCEL):
            return put_down(state, parcels=(job.parcel,))
        case Commanded(command=Command.REPRINT) if step_of(job) == "plate":
            return (LabelRequested(label="parcel", parcel=job.parcel, reprint=True),)
        case Commanded():
            return refuse("choice.expected" if step_of(job) != "plate" else "plate.scan_it")
        case Scanned(scan=scan) if step_of(job) == "plate":
            return _plate(state, job, scan, knowledge)
        case Scanned(scan=scan):
            return _early(job, scan, knowledge)
        case Answered(choice=answer):
            chosen = picked(receiving_choices(step_of(job)), answer)
            return _answer(job, chosen, knowledge) if chosen else refuse("choice.unknown", answer=visible(answer))


def _answer(job: Receiving, chosen: str, knowledge: Knowledge) -> tuple[Event, ...]:
    match step_of(job):
        case "condition":
            return (ParcelConditionNoted(parcel=job.parcel, condition=chosen),)
        case "hazard":
            return _looked(job, chosen, knowledge)
        case "weigh":
            return without_weight(job, knowledge)
        case _:
            return (ParcelPlateConfirmed(parcel=job.parcel, how="unlabelled"), *lane(job, knowledge))


def _looked(job: Receiving, found: str, knowledge: Knowledge) -> tuple[Event, ...]:
    hazards = () if found == "none" else (found,)
    events: list[Event] = [ParcelHazardChecked(parcel=job.parcel, hazards=hazards)]
    if hazards:
        events.append(ParcelHeld(parcel=job.parcel, reason="hazard"))
    looked = replace(job, looked=True, hazards=hazards, held="hazard" if hazards else job.held)
    return (*events, *after_the_look(looked, knowledge))


def _plate(state: State, job: Receiving, scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    plate = own(scan, ScanKind.PARCEL_PLATE)
    if plate is None:
        return _early(job, scan, knowledge, wanted="parcel_plate")
    if plate == job.parcel:
        return (ParcelPlateConfirmed(parcel=job.parcel, how="scanned"), *lane(job, knowledge))
    if knowledge.records.parcel(plate) is not None:
        return refuse("plate.of_another_parcel", blocking=True, seen=plate, wanted=job.parcel)
    if state.doubt != Doubt("plate.not_printed_here", plate):
        return refuse("plate.not_printed_here", seen=plate, wanted=job.parcel)
    return _replated(state, job, plate, knowledge)


def _replated(state: State, job: Receiving, plate: str, knowledge: Knowledge) -> tuple[Event, ...]:
    """A pre-printed plate was stuck on instead: the parcel is what its plate says, so its facts are told again under it."""
    received = ParcelReceived(
        parcel=plate,
        outcome=job.outcome,
        client=job.client,
        rmas=job.rmas,
        keys=job.keys,
        preprinted=True,
    )
    events: list[Event] = [
        *put_down(state, parcels=(job.parcel,)),
        received,
        *unusual_carrier(received, (job.courier,) if job.courier else (), knowledge),
        ParcelConditionNoted(parcel=plate, condition=job.condition),
        ParcelHazardChecked(parcel=plate, hazards=job.hazards),
    ]
    if (weight := job.weight) is not None:
        events.append(
            ParcelWeighed(
                parcel=plate,
                grams=weight.grams,
                device=weight.device,
                announced=weight.announced,
                compared=weight.compared,
            )
        )
    if job.held:
        cancelled = [found.rma for found in returns_of(job.rmas, knowledge) if found.status == "cancelled"]
        events.append(ParcelHeld(parcel=plate, reason=job.held, rma=cancelled[0] if cancelled else ""))
    again = replace(job, parcel=plate)
    return (*events, ParcelPlateConfirmed(parcel=plate, how="scanned"), *lane(again, knowledge))


def _early(job: Receiving, scan: Scan, knowledge: Knowledge, wanted: str = "answer") -> Refusal:
    """A scan that comes too soon: the same parcel once more, or something else."""
    hit = find(scan, knowledge)
    if hit is not None and (hit.meaning.kind.value, hit.meaning.value) in job.keys:
        return refuse("receive.in_hand", value=visible(hit.meaning.value), wanted=f"@kind.{wanted}")
    return unwanted(scan, wanted)
