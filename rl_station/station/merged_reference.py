"""Reference data as the centre says it, with the station's own settings for what the centre says nothing of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from rl_station.domain.recalls import Recall, RecallTable, Reversal, recall_key, recall_table
from rl_station.domain.reference import AnnouncedReturn, Bin, Client, Lane, Operator, Product, SaidClient
from rl_station.domain.vendors import VendorTerms
from rl_station.settings import Facts, ReferenceTables
from rl_station.store.known import KnownReader

V = TypeVar("V")

_client = msgspec.json.Decoder(SaidClient)
_return = msgspec.json.Decoder(AnnouncedReturn)
_product = msgspec.json.Decoder(Product)
_recall = msgspec.json.Decoder(Recall)
_reversal = msgspec.json.Decoder(Reversal)


class MergedReference:
    """Implements `domain.reference.Reference`. For the engine's thread.

    What the centre says of a key counts, but for what it leaves out of a client; what it has deleted is not there, whatever the
    settings say.
    """

    def __init__(self, own: ReferenceTables, known: KnownReader) -> None:
        self._own = own
        self._known = known
        self._few = own
        self._few_as_of: tuple[int, int] | None = None
        self.vendors = own.facts.vendors
        """What vendors take back; `sent_content` says when it is another."""
        self._recalls = own.recalls()
        self._recalls_sent: tuple[Mapping[str, bytes | None], ...] = ()
        self._recalls_snapshot = ""

    # --- what is few, and asked for at every step ---------------------------------------------------------------------

    def client(self, client_id: str) -> Client | None:
        return self._kept().client(client_id)

    def operator(self, operator_id: str) -> Operator | None:
        return self._kept().operator(operator_id)

    def operator_by_badge(self, badge: str) -> Operator | None:
        return self._kept().operator_by_badge(badge)

    def lane(self, lane_id: str) -> Lane | None:
        return self._kept().lane(lane_id)

    def lanes(self) -> tuple[Lane, ...]:
        return self._kept().lanes()

    def bin(self, bin_id: str) -> Bin | None:
        return self._kept().bin(bin_id)

    def bin_for(self, disposition: str, client: str, category: str, weee: str = "") -> Bin | None:
        return self._kept().bin_for(disposition, client, category, weee)

    def has_container(self, container: str) -> bool:
        said = self._known.said("container_known", container)
        return self._own.has_container(container) if said is None else said.value is not None

    # --- goods --------------------------------------------------------------------------------------------------------

    def product(self, client: str, sku: str) -> Product | None:
        return self._one("product", f"{client}/{sku}", _product, self._own.product(client, sku))

    def products_by_gtin(self, gtin: str) -> tuple[Product, ...]:
        own = self._own.products_by_gtin(gtin)
        return self._led_to(
            "product", "product.gtin", gtin, _product, ((f"{each.client}/{each.sku}", each) for each in own)
        )

    def announced(self, rma: str) -> AnnouncedReturn | None:
        return self._one("return", rma, _return, self._own.announced(rma))

    def returns_by_tracking(self, tracking: str) -> tuple[AnnouncedReturn, ...]:
        return self._returns("tracking", tracking, self._own.returns_by_tracking(tracking))

    def returns_by_sscc(self, sscc: str) -> tuple[AnnouncedReturn, ...]:
        return self._returns("sscc", sscc, self._own.returns_by_sscc(sscc))

    def returns_by_order(self, order: str) -> tuple[AnnouncedReturn, ...]:
        return self._returns("order", order, self._own.returns_by_order(order))

    def returns_by_serial(self, serial: str) -> tuple[AnnouncedReturn, ...]:
        return self._returns("serial", serial, self._own.returns_by_serial(serial))

    def returns_by_epc(self, epc: str) -> tuple[AnnouncedReturn, ...]:
        return self._returns("epc", epc, self._own.returns_by_epc(epc))

    def recalls(self) -> RecallTable:
        """The settings' recalls and the centre's. Those that the centre says are as old as its last answer."""
        self._kept()
        if self._recalls_sent:
            day = datetime.fromtimestamp(self._known.contact_at / 1_000_000, UTC).date().isoformat()
            snapshot = min(filter(None, (day, self._recalls_snapshot)))
            if snapshot != self._recalls.snapshot:
                self._recalls = msgspec.structs.replace(self._recalls, snapshot=snapshot)
        return self._recalls

    def vendor_terms(self, client: str, sku: str, brand: str) -> VendorTerms | None:
        return self.vendors.terms(client, sku, brand)

    # --- how ----------------------------------------------------------------------------------------------------------

    def _one(self, kind: str, key: str, decoder: msgspec.json.Decoder[V], own: V | None) -> V | None:
        said = self._known.said(kind, key)
        if said is None:
            return own
        return None if said.value is None else decoder.decode(said.value)

    def _led_to(
        self, kind: str, field: str, code: str, decoder: msgspec.json.Decoder[V], own: Iterable[tuple[str, V]]
    ) -> tuple[V, ...]:
        """The centre's items under a code, and those of the settings of which it says nothing."""
        said = (self._known.said(kind, each.key) for each in self._known.led_to(field, code))
        found = [decoder.decode(each.value) for each in said if each is not None and each.value is not None]
        return (*found, *(value for key, value in own if self._known.said(kind, key) is None))

    def _returns(self, name: str, code: str, own: Sequence[AnnouncedReturn]) -> tuple[AnnouncedReturn, ...]:
        return self._led_to("return", f"return.{name}", code, _return, ((each.rma, each) for each in own))

    def _follow_recalls(self) -> None:
        """A new table only where something of it changed: a list may have ten thousand notices."""
        sent = (self._known.every("recall"), self._known.every("recall_reversed"))
        if not any(sent):
            self._recalls, self._recalls_sent = self._own.recalls(), ()
        elif sent != self._recalls_sent:
            self._recalls, self._recalls_sent = _recalls(self._own.recalls(), *sent), sent
            self._recalls_snapshot = self._recalls.snapshot

    def _kept(self) -> ReferenceTables:
        if self._few_as_of != self._known.small:
            self._few = ReferenceTables(_few(self._own.facts, self._known.every))
            self._follow_recalls()
            self._few_as_of = self._known.small
        return self._few


def _recalls(own: RecallTable, said: Mapping[str, bytes | None], reversed_: Mapping[str, bytes | None]) -> RecallTable:
    """One table, as old as what the settings add to it; no date where that is nothing."""
    kept = [each for each in own.recalls if recall_key(each) not in said]
    sent = [_recall.decode(value) for value in said.values() if value is not None]
    left = {key: each for key, each in own.reversals.items() if key not in reversed_}
    reversals = {**left, **{key: _reversal.decode(value) for key, value in reversed_.items() if value is not None}}
    return recall_table((*kept, *sent), own.snapshot if kept else "", own.warn_after_days, reversals.values())


def _few(own: Facts, every: Callable[[str], Mapping[str, bytes | None]]) -> Facts:
    """The settings' clients, operators, lanes and bins under those of the centre."""
    return replace(
        own,
        clients=_clients(own.clients, every("client")),
        operators=_laid_over(own.operators, every("operator"), Operator),
        lanes=_laid_over(own.lanes, every("lane"), Lane),
        bins=_laid_over(own.bins, every("bin"), Bin),
        products=(),
        returns=(),
        recalls=RecallTable(),
        containers=(),
    )


W = TypeVar("W", Operator, Lane, Bin)


def _laid_over(own: Sequence[W], said: Mapping[str, bytes | None], kind: type[W]) -> tuple[W, ...]:
    values: dict[str, W | None] = {each.id: each for each in own}
    for key, value in said.items():
        values[key] = None if value is None else msgspec.json.decode(value, type=kind)
    return tuple(value for value in values.values() if value is not None)


def _clients(own: Sequence[Client], said: Mapping[str, bytes | None]) -> tuple[Client, ...]:
    """A client is known elsewhere by its name; what only the site has set of its policy is not lost to that."""
    values: dict[str, Client | None] = {each.id: each for each in own}
    for key, value in said.items():
        values[key] = None if value is None else _client.decode(value).over(values.get(key))
    return tuple(value for value in values.values() if value is not None)
