"""Times, ages, shares and amounts as people at a desk read them, by the site's clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from rl_station.i18n.quantities import age, percent

__all__ = ["age", "amount", "iso", "kappa", "moment", "per_hour", "percent"]

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


def amount(minor: int) -> str:
    """Of money, minor units, as `1 234.50`."""
    return f"{minor / 100:,.2f}".replace(",", " ")


def per_hour(rate: float) -> str:
    return f"{rate:.0f}"


def kappa(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
