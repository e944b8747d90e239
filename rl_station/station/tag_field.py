"""What is in the station's field: kept from observation to observation, never from a start to the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from rl_station.devices import Change, TagChange
from rl_station.workflow.inputs import Tag, TagsObserved

_BLIND_S = 60.0
"""For so long, at most, a reader may be dead before it is noticed."""
_MOST_EXPECTED = 10_000
"""More than lie before any reader. Those that never come back must not gather for ever."""


class TagField:
    """Implements `workflow.knowledge.Field`. Belongs to the engine's thread. `watched` asks whether a reader is at work.

    A tag that was lost sight of together with its reader has not been away: when it is seen again it appeared when it first did.
    """

    def __init__(
        self, watched: Callable[[], bool] = lambda: False, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._watched = watched
        self._monotonic = monotonic
        self._here: dict[str, Tag] = {}
        self._left: dict[str, tuple[Tag, float]] = {}
        self._expected: dict[str, Tag] = {}
        self._continued: dict[Tag, Tag] = {}
        self.latest = 0
        """When the last tag appeared, microseconds since 1970 UTC."""

    @property
    def watched(self) -> bool:
        return self._watched()

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(self._here.values())

    def take(self, observed: TagsObserved) -> TagsObserved:
        """The observation as it stands after all. To take the same once more changes nothing."""
        appeared = tuple(map(self._known, observed.appeared))
        for tag in appeared:
            self._here[tag.epc] = tag
            self.latest = max(self.latest, tag.at)
        for epc in observed.gone:
            if (left := self._here.pop(epc, None)) is not None:
                self._left.pop(epc, None)
                self._left[epc] = (left, self._monotonic())
        self._forget_long_gone()
        return TagsObserved(appeared, observed.gone)

    def lost_sight(self) -> None:
        """A reader stopped: what is here, and what went while nobody knew that it had, may be seen again soon."""
        self._forget_long_gone()
        unseen = (*self._expected.values(), *(tag for tag, _ in self._left.values()), *self._here.values())
        self.expect(unseen[-_MOST_EXPECTED:])

    def expect(self, tags: Iterable[Tag]) -> None:
        """These were here before; seen again, they have not been away."""
        self._expected = {tag.epc: tag for tag in tags}

    def _forget_long_gone(self) -> None:
        """Those that left are in the order in which they did: a portal sees thousands in a day."""
        long_ago = self._monotonic() - _BLIND_S
        while self._left and next(iter(self._left.values()))[1] <= long_ago:
            del self._left[next(iter(self._left))]

    def _known(self, tag: Tag) -> Tag:
        if tag in self._continued:
            return self._continued[tag]
        before = self._expected.pop(tag.epc, None)
        if before is None or self._here.get(tag.epc) == tag:
            return tag
        self._continued = {new: old for new, old in self._continued.items() if old.epc != tag.epc} | {tag: before}
        return before


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
