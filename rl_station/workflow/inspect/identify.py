"""Which product, and which announced line, an item on the bench is."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date

import msgspec

from rl_station.domain import epc as epcs
from rl_station.domain.reference import AnnouncedLine, Product
from rl_station.domain.scan import Meaning, Scan, ScanKind
from rl_station.workflow.inspect.lines import Expected, expected_lines
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import Inspecting, ItemInQuestion

_GTIN_AI = "01"
_SERIAL_AI = "21"
_LOT_AI = "10"
_MADE_AI = "11"
_EXPIRES_AI = "17"


class Item(msgspec.Struct, frozen=True):
    """What a scan says about an item. `serials` are all readings that could be its serial number, best first."""

    kind: str
    value: str
    gtin: str = ""
    serial: str = ""
    lot: str = ""
    epc: str = ""
    serials: tuple[str, ...] = ()
    made: str = ""
    expires: str = ""


class Found(msgspec.Struct, frozen=True):
    """`match` as in `UnitIdentified`; `line` only where it is expected, `epc` only where its very tag was shipped."""

    match: str
    product: Product | None
    line: Expected | None = None
    serial: str = ""
    epc: str = ""


def item_of(scan: Scan) -> Item | None:
    """The item readings of a scan; None where there are none."""
    if not scan.meanings:
        return None
    best = scan.first(ScanKind.GTIN, ScanKind.SERIAL, ScanKind.EPC) or scan.meanings[0]
    gtin = scan.first(ScanKind.GTIN)
    epc = scan.first(ScanKind.EPC)
    inside = (gtin.attribute(_SERIAL_AI) or "") if gtin else ""
    # The serial number of a tag is the piece's, too, but not always the one that is printed on it.
    tagged = (epc.attribute(_SERIAL_AI) or "") if epc else ""
    serials = [inside, tagged, *(reading.value for reading in scan.every(ScanKind.SERIAL, ScanKind.TEXT))]
    return Item(
        kind=best.kind.value,
        value=best.value,
        gtin=gtin.value if gtin else (epc.attribute(_GTIN_AI) or "") if epc else "",
        serial=inside,
        lot=(gtin.attribute(_LOT_AI) or "") if gtin else "",
        epc=epc.value if epc else "",
        serials=tuple(dict.fromkeys(serial for serial in serials if serial)),
        made=_day(gtin, _MADE_AI),
        expires=_day(gtin, _EXPIRES_AI),
    )


def _day(gtin: Meaning | None, ai: str) -> str:
    """A date of the code as YYYY-MM-DD, day 00 as the last of the month. Nothing comes back from the last century.

    GS1 General Specifications 3.4.2 and 3.4.7.
    """
    digits = (gtin.attribute(ai) or "") if gtin else ""
    try:
        year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6])
        return date(year, month, day or monthrange(year, month)[1]).isoformat()
    except ValueError:
        return ""


def identify(item: Item, job: Inspecting, knowledge: Knowledge) -> Found | tuple[Product, ...]:
    """The product, or the products it may be; no products at all for a code nobody knows.

    A serial or tag that was shipped is better than a GTIN, and an announced line is better than a product list. A GTIN that
    several catalogues have is what was announced; where that does not tell, the inspector is asked.
    """
    lines = expected_lines(job, knowledge)
    by_instance = _by_instance(item, lines)
    if by_instance is not None:
        return by_instance
    if item.gtin:
        return _by_gtin(item, job, lines, knowledge)
    return _by_name(item, job, lines, knowledge)


def resolved(product: Product, job: Inspecting, knowledge: Knowledge, serial: str = "") -> Found:
    """A product chosen by the inspector, against the announced lines."""
    lines = [
        line
        for line in expected_lines(job, knowledge)
        if line.product is not None and (line.client, line.line.sku) == (product.client, product.sku)
    ]
    return _fill(lines, serial) or Found(_surprise(product, job), product, serial=serial)


def pending(item: Item, products: tuple[Product, ...]) -> ItemInQuestion:
    return ItemInQuestion(
        kind=item.kind,
        value=item.value,
        gtin=item.gtin,
        serial=item.serial,
        epc=item.epc,
        lot=item.lot,
        products=tuple((product.client, product.sku) for product in products),
        made=item.made,
        expires=item.expires,
    )


def _by_instance(item: Item, lines: tuple[Expected, ...]) -> Found | None:
    for line in lines:
        if line.missing and (tag := tag_of(item, line.line)):
            return Found("expected", line.product, line, item.serial, tag)
        serial = next((serial for serial in item.serials if serial in line.line.serials), "")
        if line.missing and serial and _agrees(item, line):
            return Found("expected", line.product, line, serial)
    return None


def tag_of(item: Item, line: AnnouncedLine) -> str:
    """The shipped tag that was read, or that says the same as a barcode with product and serial number; else empty."""
    if item.epc or not item.gtin or not item.serial:
        return item.epc if item.epc in line.epcs else ""
    said = (item.gtin, item.serial)
    decoded = ((tag, epcs.decode(tag)) for tag in line.epcs)
    return next((tag for tag, found in decoded if found and (found.gtin, found.serial) == said), "")


def _agrees(item: Item, line: Expected) -> bool:
    """A serial counts only on the product it was shipped with: another GTIN beside it is another thing."""
    return not item.gtin or line.product is None or item.gtin in line.product.gtins


def _by_gtin(
    item: Item, job: Inspecting, lines: tuple[Expected, ...], knowledge: Knowledge
) -> Found | tuple[Product, ...]:
    matching = [line for line in lines if line.product is not None and item.gtin in line.product.gtins]
    lacking = _articles(line for line in matching if line.missing)
    if len(lacking) > 1:
        return lacking
    filled = _fill(matching, item.serial)
    if filled is not None:
        return filled
    products = knowledge.reference.products_by_gtin(item.gtin)
    clients = _clients(job, lines)
    ours = _articles(matching) or tuple(product for product in products if product.client in clients)
    if len(ours) == 1:
        return Found("unexpected", ours[0], serial=item.serial)
    if ours:
        return ours
    if len(products) == 1:
        return Found(_surprise(products[0], job), products[0], serial=item.serial)
    return products


def _articles(lines: Iterable[Expected]) -> tuple[Product, ...]:
    """The different articles of these lines."""
    return tuple(dict.fromkeys(line.product for line in lines if line.product is not None))


def _clients(job: Inspecting, lines: tuple[Expected, ...]) -> frozenset[str]:
    """Whose goods the parcel is known to hold. Nobody's, where nothing was announced: its client is a guess then."""
    return frozenset(line.client for line in lines) or frozenset({job.client} if job.rmas else ())


def _by_name(
    item: Item, job: Inspecting, lines: tuple[Expected, ...], knowledge: Knowledge
) -> Found | tuple[Product, ...]:
    named = _fill([line for line in lines if line.line.sku in item.serials], "")
    if named is not None:
        return named
    for serial in item.serials:
        for announced in knowledge.reference.returns_by_serial(serial):
            skus = [line.sku for line in announced.lines if serial in line.serials]
            product = knowledge.reference.product(announced.client, skus[0]) if skus else None
            if product is not None:
                return Found(_surprise(product, job), product, serial=serial)
    return ()


def _fill(lines: list[Expected], serial: str) -> Found | None:
    """The line a unit fills: the one that names its serial, else the first that still lacks one."""
    lacking = [line for line in lines if line.missing]
    named = [line for line in lacking if serial and serial in line.line.serials]
    line = next(iter([*named, *lacking]), None)
    return Found("expected", line.product, line, serial) if line else None


def _surprise(product: Product, job: Inspecting) -> str:
    """An unannounced product of somebody else is alarming only in a parcel that is known to be one client's."""
    return "other_client" if job.rmas and product.client != job.client else "unexpected"
