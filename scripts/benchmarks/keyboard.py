"""What a keyboard scanner types, as the kernel's input events: the other way round through the layout that we read it with."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figure import CannotMeasureError
from drivers.scanner.evdev_typing import EV_KEY, EV_SYN, EVENT, SYN_REPORT
from drivers.scanner.keymaps import KEY_ENTER, US, control

EVENTS_PER_KEY = 6
_EV_MSC, _MSC_SCAN = 4, 4
_LEFT_CTRL, _LEFT_SHIFT = 29, 42


def strokes(code: str) -> Iterator[bytes]:
    """Each character's keys, pressed and let go. Raises CannotMeasureError for what a US keyboard cannot type."""
    for sign in code:
        if sign not in _KEYS:
            raise CannotMeasureError(f"a keyboard cannot type {sign!r}")
        yield _stroke(_KEYS[sign])


def enter() -> bytes:
    """The key that ends a code."""
    return _stroke((KEY_ENTER,))


def _stroke(keys: tuple[int, ...]) -> bytes:
    """As the kernel reports it: scan code, key, report; the held key first down and last up."""
    return b"".join(_moved(key, 1) for key in keys) + b"".join(_moved(key, 0) for key in reversed(keys))


def _moved(key: int, value: int) -> bytes:
    events = ((_EV_MSC, _MSC_SCAN, 0x70000 + key), (EV_KEY, key, value), (EV_SYN, SYN_REPORT, 0))
    return b"".join(EVENT.pack(0, 0, *event) for event in events)


def _keys() -> dict[str, tuple[int, ...]]:
    """The keys of each character; where there are several ways, the one with the fewest."""
    controls = {sign: (_LEFT_CTRL, key) for key in US.plain if (sign := control(US, key)) is not None}
    upper = {sign: (_LEFT_SHIFT, key) for key, sign in US.shift.items()}
    return {**controls, **upper, **{sign: (key,) for key, sign in US.plain.items()}}


_KEYS = _keys()
