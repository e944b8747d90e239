"""Whether the vendors' terms are about goods there are: clients, brands, articles and flags, each of one vendor only."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rl_station.settings.documents import Layers
from rl_station.settings.parsed import PRODUCTS_FILE, Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.rule_values import known_values
from rl_station.settings.toml_positions import Path
from rl_station.settings.vendor_models import ClientTermsModel, TermsModel


def check_vendors(parsed: Parsed) -> Iterator[Problem]:
    if parsed.vendors is None:
        return
    layers = parsed.layers["vendors"]
    holders: dict[tuple[str, str, str], str] = {}
    for vendor, model in parsed.vendors.items():
        for client, agreed in model.clients.items():
            place = (vendor, "clients", client)
            if parsed.clients is not None and client not in parsed.clients:
                yield layers.problem(place, f"there is no client {client!r}", nearest(client, parsed.clients))
                continue
            yield from _goods(place, client, agreed, parsed, layers)
            yield from _held(place, vendor, agreed, holders, layers)
            yield from _terms(place, agreed, parsed, layers)
            for sku, own in agreed.products.items():
                yield from _terms((*place, "products", sku), own, parsed, layers)


def _goods(
    place: tuple[str, ...], client: str, agreed: ClientTermsModel, parsed: Parsed, layers: Layers
) -> Iterator[Problem]:
    """The client's brands and articles."""
    if not agreed.brands and not agreed.products:
        yield layers.problem(place, "is about nothing: neither brands nor products stand here")
    if parsed.products is None:
        return
    rows = [each.row for each in parsed.products if each.row.client == client]
    brands = {row.brand for row in rows if row.brand}
    for index, brand in enumerate(agreed.brands):
        if brand not in brands:
            message = f"no article of {client} in {PRODUCTS_FILE} has the brand {brand!r}"
            yield layers.problem((*place, "brands", index), message, nearest(brand, brands))
    skus = {row.sku for row in rows}
    for sku in agreed.products:
        if sku not in skus:
            yield layers.problem((*place, "products", sku), f"{client} has no article {sku!r}", nearest(sku, skus))


def _held(
    place: tuple[str, ...],
    vendor: str,
    agreed: ClientTermsModel,
    holders: dict[tuple[str, str, str], str],
    layers: Layers,
) -> Iterator[Problem]:
    """A unit has one vendor."""
    client = place[-1]
    named: list[tuple[str, str, Path]] = []
    named += [("brand", brand, (*place, "brands", index)) for index, brand in enumerate(agreed.brands)]
    named += [("article", sku, (*place, "products", sku)) for sku in agreed.products]
    for what, name, path in named:
        if (what, client, name) in holders:
            before = holders[what, client, name]
            yield layers.problem(path, f"the {what} {name!r} of {client} is with {before!r} already")
        holders.setdefault((what, client, name), vendor)


def _terms(place: Path, terms: TermsModel, parsed: Parsed, layers: Layers) -> Iterator[Problem]:
    flags: Collection[str] | None = known_values("flags", parsed)
    for index, flag in enumerate(terms.blocked_by or ()):
        if flags is not None and flag not in flags:
            message = f"no checklist gives the flag {flag!r}"
            yield layers.problem((*place, "blocked_by", index), message, nearest(flag, flags))
