"""From thousands of tag reads to a few observations: a tag appeared in a zone, moved to another, is gone. Pure, no clock.

What it says depends on the reads and their time stamps alone, and not on the order they came in, as long as each comes no later
than `LATENESS_US` after the station's clock passed its stamp. Times are microseconds since 1970 UTC, strengths 1/100 dBm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import attrgetter

from drivers.contract import TagRead

LATENESS_US = 200_000
"""How long a read is kept back for others with an earlier stamp, such as those of another reader."""

SAMPLES = 20
"""Strengths that count towards the mean of an antenna."""

_SET_BACK_US = 2_000_000
_AHEAD_US = 1_000_000
_MOST_CDB = 600.0
_FADE_CDB_PER_US = 0.0008
_FRESH_US = 500_000
_ENOUGH_TO_MOVE = 2


class Change(StrEnum):
    """What became of a tag."""

    APPEARED = "appeared"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class TagChange:
    """`at` is the time of the read that told, for `GONE` when it had been silent for long enough. `previous`: moved from."""

    change: Change
    epc: str
    zone: str
    at: int
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """A place on the floor. A tag is there after `min_reads` reads without a pause of `gone_after_us`, which ends it, too."""

    name: str
    min_reads: int = 2
    gone_after_us: int = 3_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an antenna looks. Reads weaker than `floor_cdbm` come from further away and do not count."""

    zone: Zone
    floor_cdbm: int | None = None


Places = Mapping[tuple[str, int], Place]
"""By reader and antenna. Antenna 0 stands for every antenna of the reader that has no place of its own."""


@dataclass(slots=True)
class _Heard:
    """How one antenna hears one tag."""

    count: int = 0
    strengths: deque[int] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    @property
    def mean(self) -> float | None:
        return sum(self.strengths) / len(self.strengths) if self.strengths else None


@dataclass(slots=True)
class _Track:
    """A tag since its first read. `zone` is where it is, None until it has been read often enough."""

    last: int
    zone: Zone | None = None
    seen_there: int = 0
    heard: dict[Zone, dict[tuple[str, int], _Heard]] = field(default_factory=dict)

    def note(self, read: TagRead, zone: Zone) -> _Heard:
        heard = self.heard.setdefault(zone, {}).setdefault((read.device, read.antenna), _Heard())
        heard.count += read.count
        if read.rssi_cdbm is not None:
            heard.strengths.append(read.rssi_cdbm)
        return heard

    def reads(self, zone: Zone) -> int:
        return sum(heard.count for heard in self.heard.get(zone, {}).values())

    def strength(self, zone: Zone) -> float | None:
        """The mean of the antenna that hears it best."""
        means = [heard.mean for heard in self.heard.get(zone, {}).values() if heard.mean is not None]
        return max(means, default=None)

    def silent_at(self) -> int:
        """When it has been silent for long enough to be gone, should nothing more be read."""
        patience = self.zone.gone_after_us if self.zone else max(zone.gone_after_us for zone in self.heard)
        return self.last + patience


class Smoother:
    """Takes reads, and gives the changes up to a moment. One tag's story depends on that tag's reads alone."""

    def __init__(self, places: Places) -> None:
        self._places = dict(places)
        self._waiting: list[TagRead] = []
        self._tracks: dict[str, _Track] = {}
        self._now = 0
        self.late = 0
        """Reads that came too late to count, such as those a reader kept while the network was away."""

    @property
    def busy(self) -> bool:
        """Whether time alone can still change something."""
        return bool(self._waiting or self._tracks)

    def add(self, reads: Iterable[TagRead]) -> None:
        """Reads in any order. Those of antennas without a place and those too weak for theirs are dropped."""
        settled = self._now - LATENESS_US
        for read in reads:
            place = self._place(read)
            if place is None or _too_weak(read, place):
                continue
            if read.seen_us <= settled:
                self.late += 1
            else:
                self._waiting.append(read)

    def advance(self, now: int) -> tuple[TagChange, ...]:
        """What changed up to `now`, less the time that reads are kept back. A clock that was set back begins anew."""
        changes: list[TagChange] = []
        if now < self._now - _SET_BACK_US:
            changes += self.clear()
            self._now = now
        self._now = max(now, self._now)
        settled = self._now - LATENESS_US
        for read in self._due(settled):
            changes += self._process(read)
        for epc, track in list(self._tracks.items()):
            if track.silent_at() <= settled:
                changes += self._ended(epc, track)
        return tuple(sorted(changes, key=attrgetter("at", "epc", "change")))

    def clear(self) -> tuple[TagChange, ...]:
        """Forget everything: what was there is gone."""
        gone = [_gone(epc, track, self._now) for epc, track in sorted(self._tracks.items()) if track.zone]
        self._tracks.clear()
        self._waiting.clear()
        return tuple(gone)

    def _due(self, settled: int) -> list[TagRead]:
        """Reads up to a moment, oldest first. What a wrong clock stamped ahead of time counts from now."""
        ahead = self._now + _AHEAD_US
        waiting = [replace(read, seen_us=settled) if read.seen_us > ahead else read for read in self._waiting]
        self._waiting = [read for read in waiting if read.seen_us > settled]
        return sorted((read for read in waiting if read.seen_us <= settled), key=_order)

    def _process(self, read: TagRead) -> Iterator[TagChange]:
        place = self._place(read)
        if place is None:
            return
        track = self._tracks.get(read.epc)
        if track is not None and track.silent_at() < read.seen_us:
            yield from self._ended(read.epc, track)
            track = None
        if track is None:
            track = self._tracks[read.epc] = _Track(read.seen_us)
        heard = track.note(read, place.zone)
        track.last = read.seen_us
        if track.zone is None:
            if track.reads(place.zone) >= place.zone.min_reads:
                yield _settled(track, read, place.zone, Change.APPEARED)
        elif place.zone == track.zone:
            track.seen_there = read.seen_us
        elif heard.count >= _ENOUGH_TO_MOVE and _is_nearer(track, heard, read.seen_us):
            yield _settled(track, read, place.zone, Change.MOVED)

    def _ended(self, epc: str, track: _Track) -> Iterator[TagChange]:
        del self._tracks[epc]
        if track.zone is not None:
            yield _gone(epc, track, track.silent_at())

    def _place(self, read: TagRead) -> Place | None:
        return self._places.get((read.device, read.antenna)) or self._places.get((read.device, 0))


def _too_weak(read: TagRead, place: Place) -> bool:
    return place.floor_cdbm is not None and read.rssi_cdbm is not None and read.rssi_cdbm < place.floor_cdbm


def _settled(track: _Track, read: TagRead, zone: Zone, change: Change) -> TagChange:
    """The tag is there now; how it was heard elsewhere is forgotten, or a weak echo would bring it back on old merits."""
    previous = track.zone.name if track.zone else ""
    track.zone, track.seen_there = zone, read.seen_us
    track.heard = {zone: track.heard[zone]}
    return TagChange(change, read.epc, zone.name, read.seen_us, previous)


def _gone(epc: str, track: _Track, at: int) -> TagChange:
    return TagChange(Change.GONE, epc, track.zone.name if track.zone else "", at)


def _is_nearer(track: _Track, heard: _Heard, now: int) -> bool:
    """Whether the antenna beats the zone the tag is in: by 6 dB, and by less the longer it was not read there.

    The rule of EdgeX's RFID service: 6 - 0.008 dB for each millisecond beyond half a second, 6 at most.
    """
    there = track.strength(track.zone) if track.zone else None
    gain = heard.mean - there if heard.mean is not None and there is not None else 0.0
    age = now - track.seen_there
    return gain > min(_MOST_CDB, _MOST_CDB - _FADE_CDB_PER_US * (age - _FRESH_US))


def _order(read: TagRead) -> tuple[int, str, str, int, int, int]:
    rssi = 0 if read.rssi_cdbm is None else read.rssi_cdbm
    return read.seen_us, read.epc, read.device, read.antenna, rssi, read.count
