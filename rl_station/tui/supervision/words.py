"""Amounts, rates and times as short as a table wants them; ages and shares are in `i18n.quantities`."""

from __future__ import annotations

from datetime import datetime

_SECOND = 1_000_000
_MINOR = 100


def amount(minor: int) -> str:
    """Of money, in whole units: pence are no help to a supervisor."""
    return f"{round(minor / _MINOR):,}".replace(",", " ")


def rate(per_hour: float) -> str:
    return f"{per_hour:.0f}"


def clock(at: int, form: str = "%H:%M") -> str:
    """Local time."""
    return datetime.fromtimestamp(at // _SECOND).strftime(form)
