"""Reference data held in memory, found by every key a scan can carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rl_station.domain.recalls import RecallTable
from rl_station.domain.reference import (
    AnnouncedReturn,
    Bin,
    Client,
    Lane,
    Operator,
    Product,
)
from rl_station.domain.vendors import NO_VENDORS, VendorTable, VendorTerms

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a site knows, as plain values; `hold_bin` is where things without a place go."""

    clients: tuple[Client, ...]
    operators: tuple[Operator, ...]
    lanes: tuple[Lane, ...]
    bins: tuple[Bin, ...]
    products: tuple[Product, ...]
    returns: tuple[AnnouncedReturn, ...]
    recalls: RecallTable
    hold_bin: str
    containers: tuple[str, ...] = ()
    vendors: VendorTable = NO_VENDORS


class ReferenceTables:
    """`domain.reference.Reference` over dictionaries that are built once and never change."""

    def __init__(self, facts: Facts, tracking_keys: Callable[[str], Iterable[str]] = lambda number: (number,)) -> None:
        """`tracking_keys`: everything an announced tracking number may be scanned as."""
        self.facts = facts
        self._clients = {client.id: client for client in facts.clients}
        self._operators = {operator.id: operator for operator in facts.operators}
        self._badges = {operator.badge: operator for operator in facts.operators}
        self._containers = frozenset(facts.containers)
        self._lanes = {lane.id: lane for lane in facts.lanes}
        self._bins = {bin_.id: bin_ for bin_ in facts.bins}
        self._products = {(product.client, product.sku): product for product in facts.products}
        self._gtins = _grouped((gtin, product) for product in facts.products for gtin in product.gtins)
        self._returns = {announced.rma: announced for announced in facts.returns}
        self._tracking = _grouped(
            (key, announced)
            for announced in facts.returns
            for number in announced.tracking
            for key in tracking_keys(number)
        )
        self._sscc = _grouped((key, announced) for announced in facts.returns for key in announced.sscc)
        self._orders = _grouped((announced.order, announced) for announced in facts.returns if announced.order)
        self._serials = _grouped(
            (serial, announced) for announced in facts.returns for line in announced.lines for serial in line.serials
        )
        self._epcs = _grouped(
            (epc, announced) for announced in facts.returns for line in announced.lines for epc in line.epcs
        )

    def client(self, client_id: str) -> Client | None:
        return self._clients.get(client_id)

    def operator(self, operator_id: str) -> Operator | None:
        return self._operators.get(operator_id)

    def operator_by_badge(self, badge: str) -> Operator | None:
        return self._badges.get(badge)

    def lane(self, lane_id: str) -> Lane | None:
        return self._lanes.get(lane_id)

    def lanes(self) -> tuple[Lane, ...]:
        return self.facts.lanes

    def bin(self, bin_id: str) -> Bin | None:
        return self._bins.get(bin_id)

    def bin_for(self, disposition: str, client: str, category: str, weee: str = "") -> Bin | None:
        """The bin that says most of this unit (client counts before WEEE category, that before category); else the hold bin."""
        fitting = [
            bin_
            for bin_ in self.facts.bins
            if disposition in bin_.dispositions
            and (not bin_.clients or client in bin_.clients)
            and (not bin_.categories or category in bin_.categories)
            and (not bin_.weee or weee in bin_.weee)
        ]
        best = max(fitting, key=lambda bin_: (bool(bin_.clients), bool(bin_.weee), bool(bin_.categories)), default=None)
        return best or self._bins.get(self.facts.hold_bin)

    def has_container(self, container: str) -> bool:
        return container in self._containers

    def product(self, client: str, sku: str) -> Product | None:
        return self._products.get((client, sku))

    def products_by_gtin(self, gtin: str) -> tuple[Product, ...]:
        return self._gtins.get(gtin, ())

    def announced(self, rma: str) -> AnnouncedReturn | None:
        return self._returns.get(rma)

    def returns_by_tracking(self, tracking: str) -> tuple[AnnouncedReturn, ...]:
        return self._tracking.get(tracking, ())

    def returns_by_sscc(self, sscc: str) -> tuple[AnnouncedReturn, ...]:
        return self._sscc.get(sscc, ())

    def returns_by_order(self, order: str) -> tuple[AnnouncedReturn, ...]:
        return self._orders.get(order, ())

    def returns_by_serial(self, serial: str) -> tuple[AnnouncedReturn, ...]:
        return self._serials.get(serial, ())

    def returns_by_epc(self, epc: str) -> tuple[AnnouncedReturn, ...]:
        return self._epcs.get(epc, ())

    def recalls(self) -> RecallTable:
        return self.facts.recalls

    def vendor_terms(self, client: str, sku: str, brand: str) -> VendorTerms | None:
        return self.facts.vendors.terms(client, sku, brand)


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    """Values by key, each value once per key, in the order given."""
    groups: defaultdict[K, dict[int, V]] = defaultdict(dict)
    for key, value in pairs:
        groups[key][id(value)] = value
    return {key: tuple(group.values()) for key, group in groups.items()}
