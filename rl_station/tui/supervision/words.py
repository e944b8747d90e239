"""Ages, shares and amounts as short as a table wants them; the same in every language."""

from __future__ import annotations

from datetime import datetime

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_MINOR = 100


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
    """Of money, in whole units: pence are no help to a supervisor."""
    return f"{round(minor / _MINOR):,}".replace(",", " ")


def rate(per_hour: float) -> str:
    return f"{per_hour:.0f}"


def clock(at: int, form: str = "%H:%M") -> str:
    """Local time."""
    return datetime.fromtimestamp(at // _SECOND).strftime(form)
