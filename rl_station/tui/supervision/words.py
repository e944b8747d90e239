"""Amounts and times as a supervisor at a station reads them; what pages say alike stands in `i18n.quantities`."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

_SECOND = 1_000_000
_MINOR = 100


def amount(minor: int) -> str:
    """Of money, in whole units: pence are no help to a supervisor."""
    return f"{round(minor / _MINOR):,}".replace(",", " ")


def clock(at: int, form: str = "%H:%M", timezone: str = "") -> str:
    """By the clocks of a timezone (IANA name); by this machine's without one, or where it does not know it."""
    return datetime.fromtimestamp(at // _SECOND, _zone(timezone)).strftime(form)


def _zone(timezone: str) -> tzinfo | None:
    try:
        return ZoneInfo(timezone) if timezone else None
    except (LookupError, ValueError, OSError):
        # The centre's site may be in a zone that was named after this machine's tables were made.
        return None
