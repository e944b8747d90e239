"""What stations say of themselves that is in no log: how their devices are, and what they still have to send.

Kept as it was last said, with the time since when each device has been in its state. A status never holds up an event: of one
that is too large the beginning is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select

from rl_station.central import tables
from rl_station.central.database import upsert
from rl_station.domain.sync_wire import DeviceTold, StationStatus

MOST_DEVICES = 100
LONGEST = 200
"""Characters of a name or a reason."""

_status, _station, _stream = tables.station_status.c, tables.station.c, tables.stream.c
_ONE = select(_status.devices).where(_status.site == bindparam("at_site"), _status.station == bindparam("who"))
_KEPT = (
    select(_status.station, _status.at, _status.devices)
    .where(_status.site == bindparam("at_site"))
    .order_by(_status.station)
)
_CONTACTS = select(_station.station, _station.last_seen_at, _station.revoked_at).where(
    _station.site == bindparam("at_site")
)
_WAITING = (
    select(_stream.station, _stream.waiting, _stream.received_at)
    .where(_stream.site == bindparam("at_site"))
    .order_by(_stream.station, _stream.received_at)
)


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: absent, opening, ready, degraded, lost, `since` when (microseconds since 1970 UTC, by the server's clock)."""

    name: str
    kind: str
    state: str
    reason: str = ""
    since: int = 0


class Told(NamedTuple):
    """A station as it last told of itself: `seen_at` its last contact, `waiting` the events that it has still to send."""

    station: str
    seen_at: int
    waiting: int
    devices: tuple[Device, ...]


_devices = msgspec.json.Decoder(tuple[Device, ...])
_encoder = msgspec.json.Encoder()


def keep(connection: Connection, site: str, station: str, status: StationStatus, now: int) -> None:
    """Note what a station says. `now` microseconds since 1970 UTC."""
    found = connection.execute(_ONE, {"at_site": site, "who": station}).scalar_one_or_none()
    before = {device.name: device for device in (_devices.decode(found) if found else ())}
    devices = tuple(_known(each, before, now) for each in status.devices[:MOST_DEVICES])
    row = {"site": site, "station": station, "at": now, "devices": _encoder.encode(devices)}
    upsert(connection, tables.station_status, [row], update=("at", "devices"))


def told(connection: Connection, site: str) -> tuple[Told, ...]:
    """Every station that was heard of and not revoked."""
    here = {"at_site": site}
    devices = {row.station: _devices.decode(row.devices) for row in connection.execute(_KEPT, here)}
    waiting = {row.station: (row.waiting, row.received_at) for row in connection.execute(_WAITING, here)}
    contacts = {row.station: row for row in connection.execute(_CONTACTS, here)}
    revoked = {name for name, row in contacts.items() if row.revoked_at is not None}
    return tuple(
        Told(name, _seen(contacts.get(name), waiting.get(name)), waiting.get(name, (0, 0))[0], devices.get(name, ()))
        for name in sorted((contacts.keys() | waiting.keys()) - revoked)
    )


def _seen(contact: object, waiting: tuple[int, int] | None) -> int:
    return getattr(contact, "last_seen_at", None) or (waiting[1] if waiting else 0)


def _known(told: DeviceTold, before: dict[str, Device], now: int) -> Device:
    name, kind, state, reason = _clean((told.name, told.kind, told.state, told.reason))
    old = before.get(name)
    since = old.since if old is not None and old.state == state else now
    return Device(name=name, kind=kind, state=state, reason=reason, since=since)


def _clean(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text[:LONGEST] for text in texts)
