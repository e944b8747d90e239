"""What is in the station's field: kept from observation to observation, never from a start to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rl_station.devices import Change, TagChange
from rl_station.workflow.inputs import Tag, TagsObserved


class TagField:
    """Implements `workflow.knowledge.Field`. Belongs to the engine's thread. `watched` asks whether a reader is at work."""

    def __init__(self, watched: Callable[[], bool] = lambda: False) -> None:
        self._watched = watched
        self._here: dict[str, Tag] = {}
        self.latest = 0
        """When the last tag appeared, microseconds since 1970 UTC."""

    @property
    def watched(self) -> bool:
        return self._watched()

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(self._here.values())

    def take(self, observed: TagsObserved) -> None:
        """To take the same observation once more changes nothing."""
        self._here.update({tag.epc: tag for tag in observed.appeared})
        self.latest = max((self.latest, *(tag.at for tag in observed.appeared)))
        for epc in observed.gone:
            self._here.pop(epc, None)


def observed(changes: Iterable[TagChange], zone: str) -> TagsObserved:
    """What the changes, in order, mean for one place: a tag that moves here appears, one that moves away is gone."""
    appeared: dict[str, Tag] = {}
    gone: dict[str, None] = {}
    for each in changes:
        if each.zone == zone and each.change is not Change.GONE:
            appeared[each.epc] = Tag(each.epc, each.at)
            gone.pop(each.epc, None)
        elif zone in (each.zone, each.previous):
            gone[each.epc] = None
    return TagsObserved(tuple(appeared.values()), tuple(gone))


def merged(several: Iterable[TagsObserved]) -> TagsObserved:
    """Observations that waited, as one."""
    appeared: dict[str, Tag] = {}
    gone: dict[str, None] = {}
    for each in several:
        for tag in each.appeared:
            appeared[tag.epc] = tag
            gone.pop(tag.epc, None)
        gone.update(dict.fromkeys(each.gone))
    return TagsObserved(tuple(appeared.values()), tuple(gone))
