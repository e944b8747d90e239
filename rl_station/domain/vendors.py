"""What a vendor has agreed to take back from a client: read by the rules as `rtv` and what begins with it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import msgspec

from rl_station.domain.conditions import Facts

RETURN_TO_VENDOR = "return_to_vendor"
"""The disposition whose units count against a quota."""

FORCED, ELIGIBLE, PROHIBITED = "forced", "eligible", "prohibited"
RTV = (FORCED, ELIGIBLE, PROHIBITED)

NO_QUOTA = 1_000_000
"""What is left of a quota that was never set."""


class VendorTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What one vendor, `name` to people, agreed to for some goods of one client.

    `returns` is one of `RTV`; a unit with a flag of `blocked_by` does not go back. `quota`: units of this client that the vendor
    takes in a calendar month (UTC), None for any number. `credit` is what it pays, in per cent of the price new. `approval`:
    somebody has to agree first. `destroy`: nothing travels; the vendor is debited, and the unit destroyed here.
    """

    vendor: str
    client: str
    name: str = ""
    returns: str = ELIGIBLE
    blocked_by: tuple[str, ...] = ()
    quota: int | None = None
    credit: int = 0
    approval: bool = False
    destroy: bool = False


class VendorTable(msgspec.Struct, frozen=True):
    """Terms by client and brand, and by client and article (SKU), which count before those of its brand."""

    brands: Mapping[tuple[str, str], VendorTerms] = {}
    products: Mapping[tuple[str, str], VendorTerms] = {}

    def terms(self, client: str, sku: str, brand: str) -> VendorTerms | None:
        """None where no vendor has agreed to anything."""
        return self.products.get((client, sku)) or self.brands.get((client, brand))


NO_VENDORS = VendorTable()

NO_TERMS: Facts = {
    "vendor": "",
    "rtv": "",
    "rtv_approval": False,
    "rtv_credit": 0,
    "rtv_destroy": False,
    "rtv_quota_left": 0,
}
"""What the rules hear of a unit that no vendor has agreed to anything about."""


def rtv_facts(terms: VendorTerms | None, flags: Collection[str], returned: int) -> Facts:
    """What the rules hear of a unit with these flags, when so many units went back to the vendor this month."""
    if terms is None:
        return {}
    if terms.returns == PROHIBITED or any(flag in terms.blocked_by for flag in flags):
        return {"vendor": terms.vendor, "rtv": PROHIBITED}
    return {
        "vendor": terms.vendor,
        "rtv": terms.returns,
        "rtv_approval": terms.approval,
        "rtv_credit": terms.credit,
        "rtv_destroy": terms.destroy,
        "rtv_quota_left": NO_QUOTA if terms.quota is None else max(0, terms.quota - returned),
    }


def rtv_facts_then(terms: VendorTerms | None, then: Facts) -> Facts:
    """What the rules would have heard under these terms of a unit that was decided on the facts `then`.

    How much of a quota was left counts as it was: how many more had gone back under other terms nobody knows. One that the
    vendor did not have then is whole.
    """
    flags, left = then["flags"], then["rtv_quota_left"]
    same = terms is not None and then["vendor"] == terms.vendor and then["rtv"] in (FORCED, ELIGIBLE)
    returned = 0
    if same and terms is not None and terms.quota is not None and isinstance(left, int) and left < NO_QUOTA:
        returned = max(0, terms.quota - left)
    return {**NO_TERMS, **rtv_facts(terms, flags if isinstance(flags, tuple) else (), returned)}


def month_start(now: int) -> int:
    """When the calendar month began (UTC); both in microseconds since 1970."""
    day = datetime.fromtimestamp(now // 1_000_000, UTC)
    begun = day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(begun.timestamp()) * 1_000_000
