"""What a code names, and everything that ever happened to that."""

from __future__ import annotations

from collections.abc import Iterable

from rl_station.domain.events import CodeTraced
from rl_station.domain.reference import Reference
from rl_station.domain.scan import Meaning, ScanKind
from rl_station.workflow.knowledge import HistoryLine, Records
from rl_station.workflow.receive.lookup import returns_for


def resolve(meaning: Meaning, records: Records, reference: Reference) -> CodeTraced | None:
    """The parcel, unit or container a reading names; a return that was announced but did not arrive counts too."""
    kind, value = meaning.kind, meaning.value
    if kind is ScanKind.UNIT_PLATE:
        return CodeTraced(kind=kind.value, value=value, unit=value) if records.unit(value) else None
    if kind is ScanKind.PARCEL_PLATE:
        parcel = records.parcel(value)
        return CodeTraced(kind=kind.value, value=value, parcel=parcel.parcel) if parcel else None
    if kind in (ScanKind.CONTAINER, ScanKind.SSCC) and records.container(value):
        return CodeTraced(kind=kind.value, value=value, container=value)
    # A return that is no longer announced reads as plain text; the parcels it came in still know it.
    keys = (ScanKind.RMA, ScanKind.ORDER, ScanKind.TRACKING, ScanKind.TEXT) if kind is ScanKind.TEXT else (kind,)
    parcels = next(filter(None, (records.parcels_by_key(key.value, value) for key in keys)), ())
    if parcels:
        return CodeTraced(kind=kind.value, value=value, parcel=parcels[-1].parcel)
    units = records.units_by_serial(value) if kind in (ScanKind.SERIAL, ScanKind.TEXT) else ()
    serial = meaning.attribute("21") if kind is ScanKind.GTIN else None
    units = units or (records.units_by_serial(serial) if serial else ())
    if units:
        return CodeTraced(kind=kind.value, value=value, parcel=units[-1].parcel, unit=units[-1].unit)
    return CodeTraced(kind=kind.value, value=value) if returns_for(meaning, reference) else None


def history_of(traced: CodeTraced, records: Records) -> tuple[HistoryLine, ...]:
    """Oldest first: of a unit also how its parcel came, of a parcel also where its units went."""
    if traced.unit:
        unit = records.unit(traced.unit)
        arrival = records.history(parcel=unit.parcel) if unit and unit.parcel else ()
        ours = (line for line in arrival if dict(line.params).get("unit", traced.unit) == traced.unit)
        return _merged(ours, records.history(unit=traced.unit))
    if traced.parcel:
        parcel = records.parcel(traced.parcel)
        units = (records.history(unit=unit) for unit in (parcel.units if parcel else ()))
        return _merged(records.history(parcel=traced.parcel), *units)
    return records.history(container=traced.container) if traced.container else ()


def _merged(*histories: Iterable[HistoryLine]) -> tuple[HistoryLine, ...]:
    lines = {line.seq: line for history in histories for line in history}
    return tuple(lines[seq] for seq in sorted(lines))
