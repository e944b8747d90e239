"""Parcels, units and containers as the whole site knows them: this station's rows, merged with the centre's.

They are `Rows` like the store's own, so that the read models follow the same rules for both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

from rl_station.domain.events import Basis, ContainerClosed, Event, Seen, subjects
from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow
from rl_station.domain.sync_wire import Life
from rl_station.domain.vendors import RETURN_TO_VENDOR
from rl_station.station.merging import CONTAINER, PARCEL, UNIT, Centre, Kind, OwnLog, merged
from rl_station.store import Head, Placed, StoreRows
from rl_station.store.known import KnownReader, LedTo, parcel_code, product_code, vendor_code

Row = TypeVar("Row", bound=msgspec.Struct)


class _Known(msgspec.Struct, Generic[Row], frozen=True):
    """As `sync_wire.Known`, with its row."""

    row: Row
    hlc: int
    seen: tuple[tuple[str, str, int], ...] = ()


class _Seen(msgspec.Struct, frozen=True):
    """As much of `sync_wire.Known` as a basis needs."""

    seen: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _View(Generic[Row]):
    """One kind of subject, its own rows and the decoder of the centre's."""

    kind: Kind[Row]
    own: Callable[[StoreRows, str], Row | None]
    decoder: msgspec.json.Decoder[_Known[Row]]


_PARCELS = _View(PARCEL, StoreRows.parcel, msgspec.json.Decoder(_Known[ParcelRow]))
_UNITS = _View(UNIT, StoreRows.unit, msgspec.json.Decoder(_Known[UnitRow]))
_CONTAINERS = _View(CONTAINER, StoreRows.container, msgspec.json.Decoder(_Known[ContainerRow]))
_seen = msgspec.json.Decoder(_Seen)


class Log(Protocol):
    """A station's own log: the store that writes it, or what reads beside it."""

    rows: StoreRows

    @property
    def epoch(self) -> str: ...
    @property
    def head(self) -> Head: ...
    def lives(self) -> tuple[Life, ...]: ...


class MergedRows:
    """Implements `store.rows.Rows`. For one thread, that of the log and of `known`."""

    def __init__(self, station: str, log: Log, known: KnownReader) -> None:
        self._station = station
        self._written = log
        self._own = log.rows
        self._known = known
        self._ours = OwnLog(station, {})
        self._as_of: tuple[str, int] | None = None

    def parcel(self, plate: str) -> ParcelRow | None:
        return self._row(_PARCELS, plate)

    def unit(self, plate: str) -> UnitRow | None:
        return self._row(_UNITS, plate)

    def container(self, code: str) -> ContainerRow | None:
        return self._row(_CONTAINERS, code)

    def parcels_by_key(self, kind: str, value: str) -> list[ParcelRow]:
        own = self._own.parcels_by_key(kind, value)
        if not self._known.there:
            return own
        said = self._known.led_to(*parcel_code(kind, value)[:2])
        rows = self._rows(_PARCELS, [*(row.parcel for row in own), *(each.key for each in said)])
        return sorted((row for row in rows if (kind, value) in row.keys), key=lambda row: (row.seq, row.parcel))

    def units_by_serial(self, serial: str) -> list[UnitRow]:
        own = self._own.units_by_serial(serial)
        return self._units(own, "unit.serial", serial, lambda row: row.serial == serial)

    def units_by_epc(self, epc: str) -> list[UnitRow]:
        return self._units(self._own.units_by_epc(epc), "unit.epc", epc, lambda row: row.epc == epc)

    def units_by_gtin(self, gtin: str) -> list[UnitRow]:
        return self._units(self._own.units_by_gtin(gtin), "unit.gtin", gtin, lambda row: row.gtin == gtin)

    def units_by_product(self, client: str, sku: str) -> list[UnitRow]:
        own = self._own.units_by_product(client, sku)
        code = product_code(client, sku) if sku else ""
        return self._units(own, "unit.product", code, lambda row: (row.client, row.sku) == (client, sku))

    def units_recalled(self, reference: str) -> list[UnitRow]:
        own = self._own.units_recalled(reference)
        return self._units(own, "unit.recall", reference, lambda row: row.recall == reference)

    def units_returned(self, vendor: str, client: str, since: int) -> list[Placed]:
        own = self._own.units_returned(vendor, client, since)
        if not vendor or not self._known.there:
            return own
        said = self._known.led_to("unit.returned", vendor_code(vendor, client), since)

        def returned(row: UnitRow) -> int | None:
            there = (row.vendor, row.client, row.disposition) == (vendor, client, RETURN_TO_VENDOR)
            return row.decided_seq if there and row.decided_seq >= since else None

        return self._agreed(_UNITS, own, said, returned, max)

    def units_of(self, parcel: str) -> list[Placed]:
        own = self._own.units_of(parcel)
        said = self._known.led_to("unit.parcel", parcel)
        return self._agreed(_UNITS, own, said, lambda row: row.seq if row.parcel == parcel else None, min)

    def units_inside(self, container: str, since: int) -> list[Placed]:
        own = self._own.units_inside(container, since)
        said = self._known.led_to("unit.container", container, since)
        return self._agreed(
            _UNITS,
            own,
            said,
            lambda row: row.placed_seq if row.container == container and row.placed_seq >= since else None,
            max,
        )

    def contents(self, pallet: str, since: int) -> list[Placed]:
        own = self._own.contents(pallet, since)
        said = self._known.led_to("container.pallet", pallet, since)
        return self._agreed(
            _CONTAINERS,
            own,
            said,
            lambda row: row.pallet_seq if row.pallet == pallet and row.pallet_seq >= since else None,
            max,
        )

    def basis(self, event: Event) -> Basis:
        """How far other stations' work on the event's parcels and units is known here; see `Store.append`."""
        if not self._known.there or isinstance(event, ContainerClosed):
            # A closed container lists what is in it; nothing is decided about the units.
            return ()
        parcels, units, _ = subjects(event)
        asked = (*(("parcel", each) for each in parcels), *(("unit", each) for each in units))
        return tuple(seen for kind, subject in asked for seen in self._others(kind, subject))

    def shared(self, kind: str, ids: Collection[str]) -> set[str]:
        """Those of these parcels, units or containers that other stations have worked on, too."""
        said = self._known.values(kind, ids)
        log = self._log()
        return {key for key, value in said.items() if value is not None and log.others(_seen.decode(value).seen)}

    # --- one row ------------------------------------------------------------------------------------------------------

    def _row(self, view: _View[Row], subject: str) -> Row | None:
        said = self._known.said(view.kind.name, subject)
        if said is None or said.value is None:
            return view.own(self._own, subject)
        known = view.decoder.decode(said.value)
        log = self._log()
        if not log.others(known.seen):
            # Nobody else worked on it: our own log tells all of it, and what is newer, too.
            return view.own(self._own, subject)
        since = log.covered(known.seen)
        news = self._own.events_about(view.kind.name, subject, since)
        if not news:
            return known.row
        centre = Centre(known.row, known.hlc, since)
        return merged(view.kind, subject, centre, news, lambda: self._own.events_about(view.kind.name, subject))

    def _log(self) -> OwnLog:
        as_of = (self._written.epoch, self._written.head.seq)
        if self._as_of != as_of:
            self._ours, self._as_of = OwnLog.of(self._station, self._written.lives(), as_of[1]), as_of
        return self._ours

    def _others(self, kind: str, subject: str) -> Iterable[Seen]:
        said = self._known.said(kind, subject)
        if said is None or said.value is None:
            return ()
        seen = self._log().others(_seen.decode(said.value).seen)
        return (Seen(kind, subject, *each) for each in seen)

    # --- many ---------------------------------------------------------------------------------------------------------

    def _rows(self, view: _View[Row], ids: Iterable[str]) -> list[Row]:
        return [row for each in dict.fromkeys(ids) if (row := self._row(view, each)) is not None]

    def _units(self, own: list[UnitRow], field: str, code: str, fits: Callable[[UnitRow], bool]) -> list[UnitRow]:
        """Those that our log or the centre finds by a code, as far as they still fit; by an empty one the centre finds none."""
        if not code or not self._known.there:
            return own
        said = self._known.led_to(field, code)
        rows = self._rows(_UNITS, [*(row.unit for row in own), *(each.key for each in said)])
        return sorted((row for row in rows if fits(row)), key=lambda row: (row.seq, row.unit))

    def _agreed(
        self,
        view: _View[Row],
        own: Sequence[Placed],
        said: Sequence[LedTo],
        place: Callable[[Row], int | None],
        both: Callable[[int, int], int],
    ) -> list[Placed]:
        """Where both say so, or one does of whom the other has never heard, it is so; only the rest is merged one by one.

        `both` picks one of two places: where something began, the first; where it was put, the last.
        """
        if not self._known.there:
            return list(own)
        ours, theirs = {each.id: each.at for each in own}, {each.key: each.at for each in said}
        places = {each: both(ours.get(each, at), theirs.get(each, at)) for each, at in (*ours.items(), *theirs.items())}
        doubtful = self._known.among(view.kind.name, ours.keys() - theirs.keys())
        doubtful |= self._own.among(view.kind.name, theirs.keys() - ours.keys())
        for each in doubtful:
            row = self._row(view, each)
            at = None if row is None else place(row)
            if at is None:
                del places[each]
            else:
                places[each] = at
        return sorted((Placed(each, at) for each, at in places.items()), key=lambda placed: (placed.at, placed.id))
