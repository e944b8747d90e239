"""What the unit's vendor agreed to, as facts for the rules, with what is left of its quota this month."""

from __future__ import annotations

from collections.abc import Collection

from rl_station.domain.conditions import Facts
from rl_station.domain.reference import Product
from rl_station.domain.vendors import RETURN_TO_VENDOR, month_start, rtv_facts
from rl_station.workflow.knowledge import Knowledge
from rl_station.workflow.state import UnitInHand


def vendor_name(unit: UnitInHand, product: Product | None, knowledge: Knowledge) -> str:
    """Whom the unit goes back to, empty where it goes elsewhere or nobody says."""
    if product is None or unit.disposition != RETURN_TO_VENDOR:
        return ""
    terms = knowledge.reference.vendor_terms(product.client, product.sku, product.brand)
    return terms.name or terms.vendor if terms else ""


def vendor_facts(unit: UnitInHand, product: Product | None, flags: Collection[str], knowledge: Knowledge) -> Facts:
    """Nothing for an article that nobody knows. The unit itself does not count against the quota it is decided by."""
    if product is None:
        return {}
    terms = knowledge.reference.vendor_terms(product.client, product.sku, product.brand)
    if terms is None or terms.quota is None:
        return rtv_facts(terms, flags, 0)
    since = month_start(knowledge.now)
    returned = knowledge.records.returned_to_vendor(terms.vendor, terms.client, since, besides=unit.unit)
    return rtv_facts(terms, flags, returned)
