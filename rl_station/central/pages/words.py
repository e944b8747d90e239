"""Times, amounts and codes as people at a desk read them, by the site's clocks; ages and shares: `i18n.quantities`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from rl_station.central.pages.speaking import Speaker

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: int, zone: tzinfo, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """A time, microseconds since 1970 UTC; the number itself where no calendar goes so far."""
    try:
        return (_EPOCH + timedelta(microseconds=at)).astimezone(zone).strftime(form)
    except (OverflowError, ValueError):
        return str(at)


def iso(at: int) -> str:
    """For machines (RFC 3339), empty where no calendar goes so far."""
    try:
        return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError):
        return ""


def amount(minor: int, currency: str = "") -> str:
    """Of money, minor units, as `1 234.50 EUR`; without the currency (ISO 4217) where nobody says."""
    return f"{minor / 100:,.2f} {currency}".rstrip().replace(",", " ")


_CODED = {"disposition": "disposition", "functional": "grade", "cosmetic": "grade", "reason": "reason"}


def coded(say: Speaker, dimension: str, code: str) -> str:
    """What a grade, a disposition or a reason is called; its code stands with it, as in lists and labels."""
    if not code:
        return say("page.not_said")
    said = say.named(_CODED.get(dimension, ""), code)
    return said if dimension == "disposition" or said.startswith(code) else f"{code} {said}"
