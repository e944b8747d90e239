"""By which codes an item is found: everything that a scan can carry, and what belongs to a parcel, container or pallet. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow
from rl_station.domain.reference import AnnouncedReturn, Operator, Product
from rl_station.domain.sync_wire import WORK_KINDS, Known
from rl_station.domain.vendors import RETURN_TO_VENDOR

TrackingKeys = Callable[[str], Iterable[str]]
"""Everything an announced tracking number may be scanned as."""


class Code(NamedTuple):
    """`field` says what kind of code it is; `at` puts the items of one code in order (a hybrid clock), 0 where none is needed."""

    field: str
    code: str
    at: int = 0


class Understood(NamedTuple):
    """What this version makes of an item's value. `known` is there for parcels, units and containers."""

    codes: tuple[Code, ...] = ()
    known: Known | None = None


_known = msgspec.json.Decoder(Known)
_parcel = msgspec.json.Decoder(ParcelRow)
_unit = msgspec.json.Decoder(UnitRow)
_container = msgspec.json.Decoder(ContainerRow)
_return = msgspec.json.Decoder(AnnouncedReturn)
_product = msgspec.json.Decoder(Product)
_operator = msgspec.json.Decoder(Operator)


def understood(kind: str, value: bytes, tracking_keys: TrackingKeys) -> Understood | None:
    """The codes of an item; None where its value is not what this version knows under the kind."""
    try:
        if kind in WORK_KINDS:
            known = _known.decode(value)
            return Understood(tuple(_of_work(kind, known.row)), known)
        return Understood(tuple(_of_reference(kind, value, tracking_keys)))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _of_work(kind: str, raw: msgspec.Raw) -> Iterator[Code]:
    if kind == "parcel":
        parcel = _parcel.decode(raw)
        yield from (parcel_code(name, value, parcel.seq) for name, value in dict.fromkeys(parcel.keys))
    elif kind == "unit":
        unit = _unit.decode(raw)
        placed = (
            ("unit.parcel", unit.parcel, unit.seq),
            ("unit.serial", unit.serial, unit.seq),
            ("unit.epc", unit.epc, unit.seq),
            ("unit.gtin", unit.gtin, unit.seq),
            ("unit.product", product_code(unit.client, unit.sku), unit.seq),
            ("unit.recall", unit.recall, unit.seq),
            ("unit.returned", _returned(unit), unit.decided_seq),
            ("unit.container", unit.container, unit.placed_seq),
        )
        yield from (Code(*each) for each in placed if each[1])
    else:
        container = _container.decode(raw)
        if container.pallet:
            yield Code("container.pallet", container.pallet, container.pallet_seq)


def product_code(client: str, sku: str) -> str:
    """An article of a client; empty without one."""
    return f"{client}/{sku}" if sku else ""


def vendor_code(vendor: str, client: str) -> str:
    """What of a client goes back to a vendor; empty without one."""
    return f"{vendor}/{client}" if vendor else ""


def _returned(unit: UnitRow) -> str:
    return vendor_code(unit.vendor, unit.client) if unit.disposition == RETURN_TO_VENDOR else ""


def parcel_code(kind: str, value: str, at: int = 0) -> Code:
    """A parcel's key, as (scan kind, canonical value)."""
    return Code(f"parcel.{kind}", value, at)


def _of_reference(kind: str, value: bytes, tracking_keys: TrackingKeys) -> Iterator[Code]:
    if kind == "return":
        yield from dict.fromkeys(_of_return(_return.decode(value), tracking_keys))
    elif kind == "product":
        yield from (Code("product.gtin", gtin) for gtin in dict.fromkeys(_product.decode(value).gtins))
    elif kind == "operator":
        yield Code("operator.badge", _operator.decode(value).badge)


def _of_return(announced: AnnouncedReturn, tracking_keys: TrackingKeys) -> Iterator[Code]:
    for number in announced.tracking:
        yield from (Code("return.tracking", key) for key in tracking_keys(number))
    yield from (Code("return.sscc", key) for key in announced.sscc)
    if announced.order:
        yield Code("return.order", announced.order)
    for line in announced.lines:
        yield from (Code("return.serial", serial) for serial in line.serials)
        yield from (Code("return.epc", epc) for epc in line.epcs)
