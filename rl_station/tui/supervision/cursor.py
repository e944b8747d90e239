"""Where the cursor goes: to the nearest piece in the direction of the key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rl_station.tui.supervision.pieces import Key, Spot

_ROW = 1000
"""Going sideways, the same row comes before everything else."""


@dataclass(slots=True)
class Mark:
    """Where the cursor is on a page: on what, at which place in the order of the page, and the first row that is shown."""

    key: Key = ()
    order: int = 0
    top: int = 0


def standing(spots: Sequence[Spot], chosen: Key, before: int = 0) -> Spot | None:
    """Where the cursor stands; where what it stood on is gone, in the place it had (`before`), so that it does not jump."""
    found = next((spot for spot in spots if spot.key == chosen), None)
    if found is None and spots:
        return spots[max(0, min(before, len(spots) - 1))]
    return found


def step(spots: Sequence[Spot], at: Spot, direction: str) -> Spot:
    """The next one up, down, left or right; where there is none, it stays."""
    found = [(far, place) for place, spot in enumerate(spots) if (far := _far(at, spot, direction)) is not None]
    return spots[min(found)[1]] if found else at


def leap(spots: Sequence[Spot], at: Spot, rows: int) -> Spot:
    """So many rows further down, or up where negative; at the end, the last one there is."""
    there = [spot for spot in spots if (spot.y - at.y) * rows > 0]
    return min(there, key=lambda spot: (abs(spot.y - at.y - rows), _apart(at, spot)), default=at)


def _far(at: Spot, spot: Spot, direction: str) -> int | None:
    """How far in that direction; None where it does not lie there."""
    rows, apart = spot.y - at.y, _apart(at, spot)
    if direction in {"up", "down"}:
        rows = rows if direction == "down" else -rows
        return 2 * rows + apart if rows > 0 else None
    lies = spot.x >= at.x + at.width if direction == "right" else spot.x + spot.width <= at.x
    return abs(rows) * _ROW + apart if lies else None


def _apart(at: Spot, spot: Spot) -> int:
    """Columns between them, 0 where one stands over the other."""
    return max(0, spot.x - (at.x + at.width), at.x - (spot.x + spot.width))
