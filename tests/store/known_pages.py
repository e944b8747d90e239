"""Pages of the feed as the tests need them, and items to put into them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rl_station.domain.projections import ContainerRow, ParcelRow, UnitRow
from rl_station.domain.recalls import Recall, recall_key
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Operator, Product
from rl_station.domain.sync_wire import Item, Known, Page, digest

INCARNATION = "inc-1"


def page(items: Iterable[Item], cursor: str, *, snapshot: bool = False, more: bool = False) -> Page:
    found = tuple(items)
    return Page(
        incarnation=INCARNATION,
        cursor=cursor,
        items=found,
        digest=digest(found),
        at=0,
        snapshot=snapshot,
        more=more,
    )


def known(row: ParcelRow | UnitRow | ContainerRow, hlc: int = 1, *seen: tuple[str, str, int]) -> bytes:
    return msgspec.json.encode(Known(row=msgspec.Raw(msgspec.json.encode(row)), hlc=hlc, seen=seen))


def unit(
    plate: str, position: int = 1, *, hlc: int = 1, seen: tuple[tuple[str, str, int], ...] = (), **more: object
) -> Item:
    row = UnitRow(unit=plate, **{"status": "labelled", **more})
    return Item("unit", plate, position, known(row, hlc, *seen))


def parcel(plate: str, position: int = 1, *, hlc: int = 1, **more: object) -> Item:
    return Item("parcel", plate, position, known(ParcelRow(parcel=plate, **{"status": "received", **more}), hlc))


def a_return(rma: str, *tracking: str, position: int = 1, **more: object) -> Item:
    line = AnnouncedLine(1, "SKU-1", 1, serials=(f"SN-{rma}",), epcs=(f"30{rma[-4:]}",))
    value = AnnouncedReturn(rma, "acme", f"ORDER-{rma}", (line,), tracking=tracking, **more)
    return Item("return", rma, position, msgspec.json.encode(value))


def a_product(sku: str, *gtins: str, name: str = "A product", client: str = "acme") -> Item:
    value = Product(client, sku, name, "phone", gtins)
    return Item("product", f"{client}/{sku}", 1, msgspec.json.encode(value))


def a_recall(gtin: str, reference: str, lot: str = "") -> Item:
    recall = Recall(reference=reference, hazard="fire", gtins=(gtin,), lots=(lot,) if lot else ())
    return Item("recall", recall_key(recall), 1, msgspec.json.encode(recall))


def an_operator(id_: str, badge: str, name: str = "Somebody") -> Item:
    return Item("operator", id_, 1, msgspec.json.encode(Operator(id_, name, badge)))


def gone(kind: str, key: str, position: int = 9) -> Item:
    return Item(kind, key, position, None)
