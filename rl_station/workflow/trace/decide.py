"""What a code stands for, whoever it belongs to."""

from __future__ import annotations

from rl_station.domain.events import CodeTraced, Event
from rl_station.domain.messages import Refusal, refuse
from rl_station.domain.scan import Meaning, Scan, ScanKind
from rl_station.workflow.inputs import Command, Commanded, Deed, Scanned
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.receive.lookup import returns_for
from rl_station.workflow.scans import LONGEST_KEY, unwanted, visible
from rl_station.workflow.state import State


def decide(state: State, given: Deed, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    """The code with what it was resolved to, or that nothing is known of it."""
    match given:
        case Scanned(scan=scan):
            return _traced(scan, knowledge)
        case Commanded(command=Command.CANCEL):
            return refuse("nothing.in_hand", wanted="@kind.text")
        case _:
            return refuse("trace.scan_first")


def _traced(scan: Scan, knowledge: Knowledge) -> tuple[Event, ...] | Refusal:
    if not scan.meanings:
        return unwanted(scan, "text")
    short = [meaning for meaning in scan.meanings if len(meaning.value) <= LONGEST_KEY or _is_label(meaning)]
    found = next((traced for meaning in short if (traced := resolve(meaning, knowledge))), None)
    return (found,) if found else refuse("trace.nothing", value=visible(scan.meanings[0].value))


def resolve(meaning: Meaning, knowledge: Knowledge) -> CodeTraced | None:
    """The parcel, unit or container a reading names; a return that was announced but did not arrive counts too."""
    kind, value = meaning.kind, meaning.value
    records = knowledge.records
    if kind is ScanKind.UNIT_PLATE:
        return CodeTraced(kind=kind.value, value=value, unit=value) if records.unit(value) else None
    if kind is ScanKind.PARCEL_PLATE:
        parcel = records.parcel(value)
        return CodeTraced(kind=kind.value, value=value, parcel=parcel.parcel) if parcel else None
    if kind in (ScanKind.CONTAINER, ScanKind.SSCC) and records.container(value):
        return CodeTraced(kind=kind.value, value=value, container=value)
    parcels = records.parcels_by_key(kind.value, value)
    if parcels:
        return CodeTraced(kind=kind.value, value=value, parcel=parcels[-1].parcel)
    units = records.units_by_serial(value) if kind in (ScanKind.SERIAL, ScanKind.TEXT) else ()
    serial = meaning.attribute("21") if kind is ScanKind.GTIN else None
    units = units or (records.units_by_serial(serial) if serial else ())
    if units:
        return CodeTraced(kind=kind.value, value=value, parcel=units[-1].parcel, unit=units[-1].unit)
    announced = returns_for(meaning, knowledge.reference)
    return CodeTraced(kind=kind.value, value=value) if announced else None


def _is_label(meaning: Meaning) -> bool:
    return meaning.kind is ScanKind.UNIT_LABEL
