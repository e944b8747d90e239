"""What stands on a unit's label beside its decision: the fields that its client wants there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rl_station.workflow.knowledge import Knowledge, UnitRecord

USUAL = ("client", "grade", "return")
"""Where the client does not say."""

Say = Callable[[str], str]


def label_fields(unit: UnitRecord, knowledge: Knowledge, say: Say) -> tuple[tuple[str, str], ...]:
    """Caption and value of each field, a dash where nothing is known. `say` gives the text of a code."""
    client = knowledge.reference.client(unit.client)
    values = {"client": client.name if client else unit.client, **_values(unit, knowledge, say)}
    wanted = (client.label if client else ()) or USUAL
    return tuple((say(f"caption.{field}"), values[field] or "-") for field in wanted if field in values)


def _values(unit: UnitRecord, knowledge: Knowledge, say: Say) -> Mapping[str, str]:
    announced = knowledge.reference.announced(unit.rma) if unit.rma else None
    lines = announced.lines if announced else ()
    reason = next((line.reason for line in lines if line.line == unit.line), "")
    product = knowledge.reference.product(unit.client, unit.sku)
    return {
        "brand": product.brand if product else "",
        "grade": " ".join(filter(None, (unit.functional, unit.cosmetic))),
        "gtin": unit.gtin,
        "order": announced.order if announced else "",
        "packaging": say(f"packaging.{unit.packaging}") if unit.packaging else "",
        "reason": say(f"reason.{reason}") if reason else "",
        "return": unit.rma,
        "serial": unit.serial,
        "sku": unit.sku,
    }
