"""Makes the table of vendors' terms of what vendors.toml says."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from rl_station.domain.vendors import VendorTable, VendorTerms
from rl_station.settings.vendor_models import TermsModel, VendorModel


def vendor_table(models: Mapping[str, VendorModel]) -> VendorTable:
    """Every brand and article with its terms; an article's own say what the client's leave open, and more."""
    brands: dict[tuple[str, str], VendorTerms] = {}
    products: dict[tuple[str, str], VendorTerms] = {}
    for vendor, model in models.items():
        for client, agreed in model.clients.items():
            terms = _laid_over(VendorTerms(vendor=vendor, client=client, name=model.name, quota=agreed.quota), agreed)
            brands.update({(client, brand): terms for brand in agreed.brands})
            products.update({(client, sku): _laid_over(terms, own) for sku, own in agreed.products.items()})
    return VendorTable(brands, products)


def _laid_over(terms: VendorTerms, model: TermsModel) -> VendorTerms:
    said = {name: getattr(model, name) for name in TermsModel.model_fields}
    return replace(terms, **{name: value for name, value in said.items() if value is not None})
