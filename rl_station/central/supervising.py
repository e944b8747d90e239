"""A site's figures as the centre sees them: all its stations' rows, and what the site says of shifts, targets and promises."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from rl_station.central import items, reading_counts, reading_selected, reading_troubles, statuses
from rl_station.central.reading_counts import MOST_WAITING
from rl_station.central.statuses import Told
from rl_station.domain import kpi
from rl_station.domain.kpi import (
    QUEUES,
    Decided,
    Figures,
    Looked,
    Moment,
    Of,
    Selection,
    Subject,
    Supervision,
    Trouble,
    Waiting,
    Work,
)
from rl_station.domain.shifts import moment
from rl_station.settings import SUPERVISION_FILE, ConfigError, sent_supervision

AWAY = "away"
"""The state of a station that was not heard of for some time, among those of devices."""

_log = logging.getLogger(__name__)


class SiteCounted(NamedTuple):
    """Implements `kpi.Counted` for one site, within one transaction. `now` microseconds since 1970 UTC.

    `briefly`: units as they are decided only as far as `kpi.look` needs them, added up by the database.
    """

    connection: Connection
    site: str
    now: int
    briefly: bool = False

    def work(self, since: int = 0, until: int = 0) -> tuple[Work, ...]:
        return reading_counts.work(self.connection, self.site, since, until)

    def decided(self, since: int = 0, until: int = 0) -> tuple[Decided, ...]:
        read = reading_counts.decided_shares if self.briefly else reading_counts.decided
        return read(self.connection, self.site, since, until)

    def looked(self, since: int = 0, until: int = 0) -> tuple[Looked, ...]:
        return reading_counts.looked(self.connection, self.site, since, until)

    def waiting(self) -> tuple[Waiting, ...]:
        return reading_counts.waiting(self.connection, self.site)

    def troubles(self) -> tuple[Trouble, ...]:
        return reading_troubles.troubles(self.connection, self.site, self.now)

    def selected(self, selection: Selection) -> tuple[Subject, ...]:
        return reading_selected.selected(self.connection, self.site, selection, self.now)


def figures(connection: Connection, site: str, now: int) -> Figures:
    """All figures of a site. `now` microseconds since 1970 UTC."""
    settings = supervision(connection, site)
    told = statuses.told(connection, site)
    counted = SiteCounted(connection, site, now, briefly=True)
    found = kpi.look(counted, Of(scope="site", site=site), at(now, settings), settings)
    return replace(found, waiting_to_sync=sum(each.waiting for each in told), devices=tuple(_devices(told, now)))


def waiting(connection: Connection, site: str, queue: str = "", limit: int = MOST_WAITING) -> tuple[Waiting, ...]:
    """What waits in a queue or in all of them, with when it is due; at most `limit` of each, what waits longest first."""
    promises = supervision(connection, site).promises
    queues = (queue,) if queue else QUEUES
    found = (each for name in queues for each in reading_counts.waiting_list(connection, site, name, limit))
    return kpi.promised(found, promises)


def supervision(connection: Connection, site: str) -> Supervision:
    """What the site says of its supervision; nothing is wanted or promised where it says nothing."""
    found = next(items.load(connection, site, "supervision", [SUPERVISION_FILE]), None)
    if found is None or found.gone:
        return Supervision()
    return _read(site, found.value)


@lru_cache(maxsize=64)
def _read(site: str, value: bytes) -> Supervision:
    try:
        return sent_supervision(msgspec.json.decode(value, type=str))
    except (ConfigError, msgspec.DecodeError) as error:
        # Another version took it.
        _log.error("%s of site %s is not used: %s", SUPERVISION_FILE, site, error)
        return Supervision()


def at(now: int, settings: Supervision) -> Moment:
    """What a moment is on the site; in UTC where this machine does not know the site's timezone."""
    try:
        return moment(now, settings)
    except ZoneInfoNotFoundError:
        return moment(now, replace(settings, timezone="UTC"))


def _devices(told: tuple[Told, ...], now: int) -> Iterator[tuple[str, str, str]]:
    """Devices as `station/name`; of a station that is away only that."""
    for station in told:
        if reading_troubles.away(station, now):
            yield station.station, AWAY, ""
        else:
            yield from ((f"{station.station}/{each.name}", each.state, each.reason) for each in station.devices)
