"""Makes domain values of what the models read: reference data."""

from __future__ import annotations

from collections.abc import Iterable

from rl_station.domain.carriers import CarrierTable, identify
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Product
from rl_station.settings.csv_models import ProductRow, ReturnRow

# The shortest code with routing in front of the number; only these are looked into, to keep loading quick.
_ROUTED = 22


def gtin14(digits: str) -> str:
    """A GTIN of any length as 14 digits (GS1 General Specifications 3.3.2)."""
    return digits.zfill(14)


def tracking_key(text: str) -> str:
    """A tracking number as scans are looked up: in capitals."""
    return text.upper()


def tracking_keys(carriers: CarrierTable, number: str) -> tuple[str, ...]:
    """The number as announced and, where it is a whole routing code (`420`, ZIP, number), the number inside."""
    if len(number) < _ROUTED:
        return (number,)
    inside = [key for candidate in identify(carriers, number) for key in candidate.lookup_keys]
    return tuple(dict.fromkeys((number, *inside)))


def product(row: ProductRow) -> Product:
    fields = row.model_dump()
    return Product(**{**fields, "gtins": tuple(gtin14(gtin) for gtin in row.gtins)})


def announced_returns(rows: Iterable[ReturnRow]) -> tuple[AnnouncedReturn, ...]:
    """One value per RMA, its lines in the order of the file."""
    groups: dict[str, list[ReturnRow]] = {}
    for row in rows:
        groups.setdefault(row.rma, []).append(row)
    return tuple(_announced(group) for group in groups.values())


def _announced(rows: list[ReturnRow]) -> AnnouncedReturn:
    first = rows[0]
    return AnnouncedReturn(
        rma=first.rma,
        client=first.client,
        order=first.order,
        lines=tuple(
            AnnouncedLine(
                line=row.line,
                sku=row.sku,
                quantity=row.quantity,
                serials=row.serials,
                epcs=tuple(epc.upper() for epc in row.epcs),
                reason=row.reason,
                wish=row.wish,
            )
            for row in rows
        ),
        status=first.status,
        tracking=tuple(tracking_key(number) for number in first.tracking),
        sscc=first.sscc,
        parcels=first.parcels,
        customer_note=first.customer_note,
        weight=first.weight_g,
    )
