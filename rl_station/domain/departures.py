"""What has left the site: a unit leaves with its container, and a container with what it stands on."""

from __future__ import annotations

from typing import Protocol

from rl_station.domain.projections import ContainerRow

MOST_PALLETS = 8
"""How deep containers may stand on containers before we stop looking."""


class Containers(Protocol):
    def container(self, code: str) -> ContainerRow | None: ...


def shipped(row: ContainerRow, rows: Containers) -> bool:
    """It left, or what it stands on left (a pallet that was filled anew since has left, too)."""
    for _ in range(MOST_PALLETS):
        if row.status == "shipped":
            return True
        pallet = rows.container(row.pallet) if row.status == "consolidated" else None
        if pallet is None:
            return False
        if row.pallet_seq < pallet.opened_seq:
            return True
        row = pallet
    return False


def left(container: str, placed: int, rows: Containers) -> bool:
    """What was put into the container at `placed` (hybrid clock) left with it, even where it stands here again."""
    place = rows.container(container)
    return place is not None and (placed < place.opened_seq or shipped(place, rows))
