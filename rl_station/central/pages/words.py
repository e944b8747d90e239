"""Times, ages, shares and amounts as people at a desk read them, by the site's clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
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


def age(microseconds: int) -> str:
    """`45 s`, `12 min`, `2 h 05`, `3 d 04 h`."""
    passed = max(0, microseconds)
    if passed < _MINUTE:
        return f"{passed // _SECOND} s"
    if passed < _HOUR:
        return f"{passed // _MINUTE} min"
    if passed < _DAY:
        return f"{passed // _HOUR} h {passed % _HOUR // _MINUTE:02}"
    return f"{passed // _DAY} d {passed % _DAY // _HOUR:02} h"


def percent(part: float) -> str:
    return f"{part * 100:.0f} %"


def amount(minor: int) -> str:
    """Of money, minor units, as `1 234.50`."""
    return f"{minor / 100:,.2f}".replace(",", " ")


def per_hour(rate: float) -> str:
    return f"{rate:.0f}"


def kappa(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
