"""Ages and shares as short as a table wants them; the same in every language, on a station's screen and at a desk."""

from __future__ import annotations

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


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
    """A share of 1 as `42 %`."""
    return f"{part * 100:.0f} %"
