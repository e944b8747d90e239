"""How many pieces units and tags are together: the same piece may have been scanned and read by radio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rl_station.domain.events import SeenUnit
from rl_station.workflow.state import SeenTag, UnitInHand

Key = tuple[str, ...]


def key_of(piece: SeenUnit | SeenTag | UnitInHand) -> Key:
    """What pieces have to have in common to be one another: the announced line, else the product, else the GTIN."""
    if piece.match == "expected":
        return ("line", piece.rma, str(piece.line))
    return ("product", piece.client, piece.sku) if piece.sku else ("gtin", piece.gtin)


def pieces(units: Sequence[SeenUnit], tags: Sequence[SeenTag]) -> int:
    """At least so many pieces of one key there are. A unit whose tag nobody knows may be any of the tags that are left."""
    read = {tag.epc for tag in tags}
    known = [unit for unit in units if unit.epc]
    left = read.difference(unit.epc for unit in known)
    return len(known) + max(len(units) - len(known), len(left))


def unclaimed(units: Iterable[SeenUnit], tags: Iterable[SeenTag]) -> tuple[SeenTag, ...]:
    """Tags that no unit accounts for: not as its own, and not as a piece of its product whose tag nobody knows."""
    everything = tuple(units)
    taken = {unit.epc for unit in everything if unit.epc}
    spare = Counter(key_of(unit) for unit in everything if not unit.epc)
    found: list[SeenTag] = []
    for tag in tags:
        if tag.epc in taken:
            continue
        if spare[key_of(tag)]:
            spare[key_of(tag)] -= 1
        else:
            found.append(tag)
    return tuple(found)
