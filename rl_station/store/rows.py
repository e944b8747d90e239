"""What the read models are made of: the rows of one subject each, and which subjects belong together."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol

from sqlalchemy import bindparam, select

from rl_station.domain.events import CorrectionDeclared, Recorded
from rl_station.domain.projections import (
    CONTAINER_EVENTS,
    PARCEL_EVENTS,
    UNIT_EVENTS,
    ContainerRow,
    ParcelRow,
    UnitRow,
)
from rl_station.domain.vendors import RETURN_TO_VENDOR
from rl_station.store import log, tables
from rl_station.store.database import Database, Params, among, as_list, prepare
from rl_station.store.projector import CONTAINERS, PARCELS, UNITS, by_clock


class Placed(NamedTuple):
    """A subject and its place among its like: values of the hybrid clock, oldest first."""

    id: str
    at: int


class Rows(Protocol):
    """Rows by id and by what leads to them. Unknown ids give None or nothing; `at` and `since` are hybrid clocks."""

    def parcel(self, plate: str) -> ParcelRow | None: ...
    def unit(self, plate: str) -> UnitRow | None: ...
    def container(self, code: str) -> ContainerRow | None: ...
    def parcels_by_key(self, kind: str, value: str) -> list[ParcelRow]:
        """Oldest first, as the others."""
        ...

    def units_by_serial(self, serial: str) -> list[UnitRow]: ...
    def units_by_epc(self, epc: str) -> list[UnitRow]: ...
    def units_by_gtin(self, gtin: str) -> list[UnitRow]: ...
    def units_by_product(self, client: str, sku: str) -> list[UnitRow]: ...
    def units_recalled(self, reference: str) -> list[UnitRow]:
        """Taken out for this recall, and still so."""
        ...

    def units_returned(self, vendor: str, client: str, since: int) -> list[Placed]:
        """Units of a client decided at or after `since` to go back to a vendor, and still so.

        One that another station identified and this one decided is among them once the centre has said so.
        """
        ...

    def units_of(self, parcel: str) -> list[Placed]: ...
    def units_inside(self, container: str, since: int) -> list[Placed]:
        """Placed there at or after `since`."""
        ...

    def contents(self, pallet: str, since: int) -> list[Placed]:
        """Containers put onto it at or after `since`."""
        ...


class OwnEvent(NamedTuple):
    """An event of this log with the hybrid clock in the place of its seq; `seq` is the log's, `corrected_by` the correction's."""

    recorded: Recorded
    seq: int
    corrected_by: int | None


_parcel, _unit, _container = tables.parcel, tables.unit, tables.container
_PARCEL_COLUMNS = [_parcel.c[name] for name in PARCELS.codec.names]
_UNIT_COLUMNS = [_unit.c[name] for name in UNITS.codec.names]
_BY_KEY = prepare(
    select(*_PARCEL_COLUMNS)
    .join(tables.parcel_key, tables.parcel_key.c.parcel == _parcel.c.parcel)
    .where(tables.parcel_key.c.kind == bindparam("kind"), tables.parcel_key.c.value == bindparam("value"))
    .order_by(_parcel.c.seq, _parcel.c.parcel)
)
_BY_SERIAL = prepare(
    select(*_UNIT_COLUMNS).where(_unit.c.serial == bindparam("serial")).order_by(_unit.c.seq, _unit.c.unit)
)
_BY_EPC = prepare(select(*_UNIT_COLUMNS).where(_unit.c.epc == bindparam("epc")).order_by(_unit.c.seq, _unit.c.unit))
_BY_GTIN = prepare(select(*_UNIT_COLUMNS).where(_unit.c.gtin == bindparam("gtin")).order_by(_unit.c.seq, _unit.c.unit))
_BY_PRODUCT = prepare(
    select(*_UNIT_COLUMNS)
    .where(_unit.c.client == bindparam("client"), _unit.c.sku == bindparam("sku"))
    .order_by(_unit.c.seq, _unit.c.unit)
)
_RECALLED = prepare(
    select(*_UNIT_COLUMNS).where(_unit.c.recall == bindparam("recall")).order_by(_unit.c.seq, _unit.c.unit)
)
_RETURNED = prepare(
    select(_unit.c.unit, _unit.c.decided_seq)
    .where(
        _unit.c.vendor == bindparam("vendor"),
        _unit.c.client == bindparam("client"),
        _unit.c.disposition == RETURN_TO_VENDOR,
        _unit.c.decided_seq >= bindparam("since"),
    )
    .order_by(_unit.c.decided_seq, _unit.c.unit)
)
_UNITS_OF = prepare(select(_unit.c.unit, _unit.c.seq).where(_unit.c.parcel == bindparam("id")).order_by(_unit.c.seq))
_INSIDE = prepare(
    select(_unit.c.unit, _unit.c.placed_seq)
    .where(_unit.c.container == bindparam("id"), _unit.c.placed_seq >= bindparam("since"))
    .order_by(_unit.c.placed_seq)
)
_CONTENTS = prepare(
    select(_container.c.container, _container.c.pallet_seq)
    .where(_container.c.pallet == bindparam("id"), _container.c.pallet_seq >= bindparam("since"))
    .order_by(_container.c.pallet_seq, _container.c.container)
)
_CHANGING = {"parcel": PARCEL_EVENTS, "unit": UNIT_EVENTS, "container": CONTAINER_EVENTS}
_EVENTS = {
    kind: prepare(
        log.joined()
        .add_columns(tables.corrected.c.by)
        .join(tables.event_subject, tables.event_subject.c.seq == tables.event.c.seq)
        .outerjoin(tables.corrected, tables.corrected.c.seq == tables.event.c.seq)
        .where(
            tables.event_subject.c.kind == bindparam("kind"),
            tables.event_subject.c.subject == bindparam("subject"),
            tables.event_subject.c.seq > bindparam("since"),
            tables.event.c.type.in_(bindparam(f"type{number}", each.__name__) for number, each in enumerate(changing)),
        )
        .order_by(tables.event_subject.c.seq)
    )
    for kind, changing in ((kind, (*found, CorrectionDeclared)) for kind, found in _CHANGING.items())
}
_subject = tables.event_subject
_AMONG = prepare(
    select(_subject.c.subject)
    .where(_subject.c.kind == bindparam("kind"), _subject.c.subject.in_(select(among("ids"))))
    .distinct()
)


class StoreRows:
    """Implements `Rows` over the derived tables: what this station's own log says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def parcel(self, plate: str) -> ParcelRow | None:
        return self._database.row(PARCELS.load, PARCELS.codec.row, {"id": plate})

    def unit(self, plate: str) -> UnitRow | None:
        return self._database.row(UNITS.load, UNITS.codec.row, {"id": plate})

    def container(self, code: str) -> ContainerRow | None:
        return self._database.row(CONTAINERS.load, CONTAINERS.codec.row, {"id": code})

    def parcels_by_key(self, kind: str, value: str) -> list[ParcelRow]:
        return self._database.rows(_BY_KEY, PARCELS.codec.row, {"kind": kind, "value": value})

    def units_by_serial(self, serial: str) -> list[UnitRow]:
        return self._database.rows(_BY_SERIAL, UNITS.codec.row, {"serial": serial}) if serial else []

    def units_by_epc(self, epc: str) -> list[UnitRow]:
        return self._database.rows(_BY_EPC, UNITS.codec.row, {"epc": epc}) if epc else []

    def units_by_gtin(self, gtin: str) -> list[UnitRow]:
        return self._database.rows(_BY_GTIN, UNITS.codec.row, {"gtin": gtin}) if gtin else []

    def units_by_product(self, client: str, sku: str) -> list[UnitRow]:
        return self._database.rows(_BY_PRODUCT, UNITS.codec.row, {"client": client, "sku": sku}) if sku else []

    def units_recalled(self, reference: str) -> list[UnitRow]:
        return self._database.rows(_RECALLED, UNITS.codec.row, {"recall": reference}) if reference else []

    def units_returned(self, vendor: str, client: str, since: int) -> list[Placed]:
        where: Params = {"vendor": vendor, "client": client, "since": since}
        return self._database.rows(_RETURNED, Placed, where) if vendor else []

    def units_of(self, parcel: str) -> list[Placed]:
        return self._database.rows(_UNITS_OF, Placed, {"id": parcel})

    def units_inside(self, container: str, since: int) -> list[Placed]:
        return self._database.rows(_INSIDE, Placed, {"id": container, "since": since})

    def contents(self, pallet: str, since: int) -> list[Placed]:
        return self._database.rows(_CONTENTS, Placed, {"id": pallet, "since": since})

    def among(self, kind: str, ids: Collection[str]) -> set[str]:
        """Those of these parcels, units or containers of which the log says anything, though it may not be enough for a row."""
        return set(self._database.rows(_AMONG, str, {"kind": kind, "ids": as_list(ids)})) if ids else set()

    def events_about(self, kind: str, subject: str, since: int = 0) -> list[OwnEvent]:
        """What changed the row of a subject after seq `since`, in the order of the log: corrected events and corrections, too."""
        return self._database.rows(_EVENTS[kind], _own_event, {"kind": kind, "subject": subject, "since": since})


def _own_event(*columns: object) -> OwnEvent:
    *event, corrected_by = columns
    stored = log.StoredEvent(*event)  # type: ignore[arg-type]  # columns of the statement, in its order
    return OwnEvent(by_clock(stored.recorded()), stored.seq, None if corrected_by is None else int(str(corrected_by)))
