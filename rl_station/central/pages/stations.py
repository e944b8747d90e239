"""The site's stations: when they were heard of, what they still have to send, how their devices are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from rl_station.central import reading_tasks, statuses
from rl_station.central.calls import Answer
from rl_station.central.pages.html import Markup, Part, tag
from rl_station.central.pages.tables import Cell, Row, heads, table
from rl_station.central.pages.visit import Visit, page
from rl_station.central.reading_tasks import StationSeen
from rl_station.central.reading_troubles import away
from rl_station.central.statuses import Device, Told
from rl_station.i18n import quantities

WRONG_CLOCK_US = 5 * 60 * 1_000_000
_FINE = ("ready", "opening")


class Station(NamedTuple):
    """A station as the server knows it, and what it says of its devices (None: revoked, or never heard of)."""

    seen: StationSeen
    told: Told | None


def joined(seen: Sequence[StationSeen], told: Sequence[Told]) -> tuple[Station, ...]:
    by_name = {each.station: each for each in told}
    return tuple(Station(each, by_name.get(each.station)) for each in seen)


def show(seen: Visit) -> Answer:
    def read(connection: Connection) -> tuple[Station, ...]:
        return joined(reading_tasks.stations(connection, seen.site), statuses.told(connection, seen.site))

    return seen.page(seen.say("page.sup.stations"), listed(seen, seen.read(read)), here="/stations")


def listed(seen: Visit, found: Sequence[Station]) -> Markup:
    say = seen.say
    names = ("station", "state", "heard", "unsent", "clock", "version", "devices")
    columns = heads(say, *names, numbers=("unsent", "clock"))
    rows = [_row(seen, each) for each in found]
    return table(say("page.sup.stations"), columns, rows, say("page.no_stations"), id_="stations")


def _row(seen: Visit, station: Station) -> Row:
    known = station.seen
    skew = known.skew_us / 1_000_000
    wrong = abs(known.skew_us) > WRONG_CLOCK_US
    heard = quantities.age(seen.now - known.last_seen_at) if known.last_seen_at else "-"
    return (
        known.station,
        _state(seen, station),
        heard,
        Cell(known.waiting, "warn" if known.waiting else ""),
        Cell(f"{'! ' if wrong else ''}{skew:+.1f} s", "bad" if wrong else ""),
        known.version,
        _devices(seen, station),
    )


def _state(seen: Visit, station: Station) -> Cell:
    say = seen.say
    if station.seen.revoked_at is not None:
        return Cell(f"✕ {say('page.station.revoked')}", "bad")
    if station.told is None or not station.told.seen_at:
        return Cell(f"? {say('page.station.never')}", "warn")
    if away(station.told, seen.now):
        return Cell(f"▼ {say('page.station.away')}", "bad")
    forked = f", {say('page.station.forked')}" if station.seen.forked else ""
    return Cell(f"● {say('page.station.there')}{forked}", "good")


def _devices(seen: Visit, station: Station) -> Part:
    if station.told is None or away(station.told, seen.now):
        return "-"
    return (
        tag("ul", [_device(seen, each) for each in station.told.devices], class_="plain")
        if station.told.devices
        else "-"
    )


def _device(seen: Visit, device: Device) -> Markup:
    fine = device.state in _FINE
    since = "" if fine or not device.since else f" {quantities.age(seen.now - device.since)}"
    state = seen.say.named("screen.device", device.state)
    text = f"{'●' if fine else '▼'} {device.name}: {state}{since} {device.reason}".strip()
    return tag("li", text, class_="good" if fine else "bad")


ROUTES = (page("/stations", show, "The stations of the site."),)
