"""What lies on the station's scales: each load counts for one parcel, and no weight outlives its scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rl_station.devices import Weighed
from rl_station.workflow.knowledge import Load

EMPTY_G = 10
"""So little is nothing: a scale's zero wanders."""

_SAME_G = 20
_SAME_SHARE = 0.02


@dataclass(slots=True)
class _Pan:
    """In grams: what lies `still`, None while it moves or nothing is there; what was `taken` and lies there yet, 0 for none."""

    still: int | None = None
    taken: int = 0


class ScalePan:
    """Implements `workflow.knowledge.Scale`. Belongs to the engine's thread. `watched` asks whether a scale is at work.

    A load that was taken for a parcel is passed over until the scale was empty or lies still under another weight: what
    stays on the scale must not be weighed for the next parcel.
    """

    def __init__(self, watched: Callable[[], bool] = lambda: False) -> None:
        self._watched = watched
        self._pans: dict[str, _Pan] = {}

    @property
    def watched(self) -> bool:
        return self._watched()

    @property
    def load(self) -> Load | None:
        return next(
            (Load(pan.still, device) for device, pan in self._pans.items() if pan.still is not None and not pan.taken),
            None,
        )

    def take(self, weighed: Weighed) -> None:
        """A scale has something to say."""
        pan = self._pans.setdefault(weighed.device, _Pan())
        if weighed.grams <= EMPTY_G:
            self._pans[weighed.device] = _Pan()
            return
        pan.still = weighed.grams if weighed.stable else None
        if weighed.stable and abs(weighed.grams - pan.taken) > max(_SAME_G, pan.taken * _SAME_SHARE):
            pan.taken = 0

    def used(self, device: str) -> None:
        """What lies on this scale was recorded for a parcel."""
        pan = self._pans.get(device)
        if pan is not None and pan.still is not None:
            pan.taken = pan.still

    def lost(self, device: str) -> None:
        """The scale is gone or in trouble: what it said last says nothing of now, but what was taken may still lie there."""
        if device in self._pans:
            self._pans[device].still = None
