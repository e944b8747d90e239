"""Reference data a station knows before anything happens: who, what, where. Values only; loaded by `settings`."""

from __future__ import annotations

from typing import Protocol

import msgspec

from rl_station.domain.recalls import RecallTable
from rl_station.domain.vendors import VendorTerms


class Procedure(msgspec.Struct, frozen=True):
    """What a client wants to be kept in mind at a `step`: receive, inspect, sort. `texts` by language."""

    step: str
    text: str
    texts: tuple[tuple[str, str], ...] = ()


class Client(msgspec.Struct, frozen=True):
    """The merchant whose goods these are, and its policy. Empty tuples allow everything.

    `company_prefixes`: GS1 company prefixes of the brands it sells; `carriers`: couriers its parcels come with; `label`: fields
    of its unit labels; `packaging`: what its goods may be sold in (own, neutral, any), empty where it does not say.
    """

    id: str
    name: str
    company_prefixes: tuple[str, ...] = ()
    region: str = ""
    channels_allowed: tuple[str, ...] = ()
    channels_prohibited: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    packaging: str = ""
    sop: tuple[Procedure, ...] = ()


class SaidClient(msgspec.Struct, frozen=True):
    """A client as another program says it: of what it leaves out (UNSET) it says nothing, not that there is none."""

    id: str
    name: str
    company_prefixes: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    region: str | msgspec.UnsetType = msgspec.UNSET
    channels_allowed: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    channels_prohibited: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    carriers: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    label: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    packaging: str | msgspec.UnsetType = msgspec.UNSET
    sop: tuple[Procedure, ...] | msgspec.UnsetType = msgspec.UNSET

    def over(self, own: Client | None) -> Client:
        """The client, with the site's own word (`own`) for what was left out."""
        said = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not msgspec.UNSET}
        return msgspec.structs.replace(own or Client(self.id, self.name), **said)


class Operator(msgspec.Struct, frozen=True):
    """A person at a station. `badge` is the body of the badge code; `roles`: worker, inspector, supervisor.

    `pin` is the hash of a supervisor's PIN, for the centre's pages; stations take theirs from their settings.
    """

    id: str
    name: str
    badge: str
    language: str = "en"
    roles: tuple[str, ...] = ("worker",)
    pin: str = ""


class Lane(msgspec.Struct, frozen=True):
    """A bench or queue that parcels are sent to. `categories` empty: takes anything."""

    id: str
    name: str
    categories: tuple[str, ...] = ()


class Bin(msgspec.Struct, frozen=True):
    """Where units of one disposition are sorted to. Empty tuples match everything; `weee` is one of `weee.WEEE`."""

    id: str
    name: str
    dispositions: tuple[str, ...]
    clients: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    weee: tuple[str, ...] = ()


class Product(msgspec.Struct, frozen=True):
    """One trade item of one client. `value` is the original price in minor units (cents) of `currency`.

    `channels` are those it may be sold through; none: all that its client allows. `weee` is one of `weee.WEEE`, empty for what is
    no electrical equipment.
    """

    client: str
    sku: str
    name: str
    category: str
    gtins: tuple[str, ...]
    brand: str = ""
    value: int = 0
    currency: str = "EUR"
    serialized: bool = False
    data_bearing: bool = False
    battery: str = ""
    group: str = ""
    channels: tuple[str, ...] = ()
    weee: str = ""


class AnnouncedLine(msgspec.Struct, frozen=True):
    """One line of an announced return: product, quantity, what was shipped, why it comes back."""

    line: int
    sku: str
    quantity: int
    serials: tuple[str, ...] = ()
    epcs: tuple[str, ...] = ()
    reason: str = ""
    wish: str = "refund"


class AnnouncedReturn(msgspec.Struct, frozen=True):
    """An RMA as announced. `status`: `open` or `cancelled`. `parcels`: how many boxes it comes in.

    `weight`: what its one box weighs, in grams, as the shop or the carrier said; 0 where nobody did.
    """

    rma: str
    client: str
    order: str
    lines: tuple[AnnouncedLine, ...]
    status: str = "open"
    tracking: tuple[str, ...] = ()
    sscc: tuple[str, ...] = ()
    parcels: int = 1
    customer_note: str = ""
    weight: int = 0


class Reference(Protocol):
    """Read-only reference data, whatever holds it. Lookups take canonical values and never raise for unknown ones."""

    def client(self, client_id: str) -> Client | None: ...
    def operator(self, operator_id: str) -> Operator | None: ...
    def operator_by_badge(self, badge: str) -> Operator | None: ...
    def lane(self, lane_id: str) -> Lane | None: ...
    def lanes(self) -> tuple[Lane, ...]: ...
    def bin(self, bin_id: str) -> Bin | None: ...
    def bin_for(self, disposition: str, client: str, category: str, weee: str = "") -> Bin | None: ...
    def has_container(self, container: str) -> bool: ...
    def product(self, client: str, sku: str) -> Product | None: ...
    def products_by_gtin(self, gtin: str) -> tuple[Product, ...]: ...
    def announced(self, rma: str) -> AnnouncedReturn | None: ...
    def returns_by_tracking(self, tracking: str) -> tuple[AnnouncedReturn, ...]: ...
    def returns_by_sscc(self, sscc: str) -> tuple[AnnouncedReturn, ...]: ...
    def returns_by_order(self, order: str) -> tuple[AnnouncedReturn, ...]: ...
    def returns_by_serial(self, serial: str) -> tuple[AnnouncedReturn, ...]: ...
    def returns_by_epc(self, epc: str) -> tuple[AnnouncedReturn, ...]: ...
    def recalls(self) -> RecallTable: ...
    def vendor_terms(self, client: str, sku: str, brand: str) -> VendorTerms | None: ...
