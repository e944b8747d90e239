"""Where the parts are wired together: a site, a data folder and a purpose become a running station."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from rl_station.devices import DeviceSet, TerminalScanner, bind
from rl_station.domain.kpi import Of
from rl_station.settings import Site
from rl_station.station.clocks import SystemClock
from rl_station.station.demo import DemoWorker
from rl_station.station.demo_network import DemoNetwork, DemoSync
from rl_station.station.demo_station import DemoStation
from rl_station.station.engine import Engine
from rl_station.station.figures import FiguresReader
from rl_station.station.hot_swap import watch_site
from rl_station.station.known_copy import KnownCopy
from rl_station.station.pins import PinDesk
from rl_station.station.running import RunningStation
from rl_station.station.scale_pan import ScalePan
from rl_station.station.site_view import SiteView
from rl_station.station.supervisor_desk import Desk
from rl_station.station.sync import StationSync, site_figures
from rl_station.station.tag_field import TagField
from rl_station.station.told_status import told_status
from rl_station.store import Store
from rl_station.tui.contract import TerminalInput, TerminalKeys


def open_engine(
    site: Site, data: Path, purpose: str, field: TagField | None = None, scale: ScalePan | None = None
) -> Engine:
    """The engine over this folder's store. Raises `StoreError`."""
    station = site.station
    store = Store.open(data, station=station.id, prefix=station.prefix, clock=SystemClock(), purpose=purpose)
    return Engine(site, store, field, scale)


def live_station(site: Site, data: Path) -> RunningStation:
    """A station with the devices its site gives it, not started yet."""
    devices = devices_of(site, data)
    field, scale = TagField(lambda: devices.watches_tags), ScalePan(lambda: devices.weighs)
    return RunningStation(
        lambda: open_engine(site, data, "live", field, scale),
        devices,
        watch_site(site, devices, data),
        station_sync(site, data, devices=devices),
        desk_of(site, data, devices),
    )


def station_sync(
    site: Site, data: Path, network: DemoNetwork | None = None, devices: DeviceSet | None = None
) -> StationSync:
    """Both ways to the centre, for a station that is enrolled or will be; it says how its `devices` are."""
    copy = partial(KnownCopy, data, site)
    status = None if devices is None else partial(told_status, devices)
    if network is None:
        return StationSync(data, site.station.id, SystemClock(), copy, status=status)
    return StationSync(data, site.station.id, SystemClock(), copy, network.through, status=status)


def demo_station(site: Site, data: Path, seed: int) -> DemoStation:
    """The same, with hands that know what to scan next."""
    devices = devices_of(site, data)
    if devices.reader() is None:
        # Without the extra `llrp` the tags are observed without a reader, and its absence is no trouble to show.
        devices = devices_of(replace(site, station=replace(site.station, readers=())), data)
    hands = DemoWorker(site, seed)
    field = TagField(lambda: bool(site.station.readers))
    scale = ScalePan(lambda: devices.weighs)
    network = DemoNetwork()
    return DemoStation(
        lambda: open_engine(site, data, "demo", field, scale),
        devices,
        hands,
        watch_site(site, devices, data),
        DemoSync(station_sync(site, data, network, devices), network),
        desk_of(site, data, devices, network),
    )


def desk_of(site: Site, data: Path, devices: DeviceSet, network: DemoNetwork | None = None) -> Desk:
    """What a supervisor of this station sees and types a PIN for."""
    clock, station = SystemClock(), site.station.id
    of = Of(scope="station", site=site.id, station=station)
    own = FiguresReader(data, of, site.supervision, clock=clock.now, devices=devices.status)
    centre = site_figures(data, clock) if network is None else site_figures(data, clock, network.through)
    view = SiteView(centre, station, own.epoch, clock.now)
    return Desk(own, PinDesk(site.pins, site.pin_pepper), view, heed=own.heed)


def devices_of(site: Site, data: Path) -> DeviceSet:
    """The station's own devices, their counters kept in the data folder."""
    own = site.station
    return bind(
        site.devices,
        own.scanners,
        own.printers,
        own.scales,
        readers=own.readers,
        zone=own.zone,
        data=data,
        keep_statistics=True,
    )


def terminal_input(devices: DeviceSet) -> TerminalInput:
    """How the screen's terminal tells scans from typing, whichever scanner types into it at the time."""
    return WedgeInput(devices.terminal)


class WedgeInput:
    """Hands terminal bytes to the wedge scanner. Its scans go to the devices' listener; typed keys come back."""

    def __init__(self, scanner: TerminalScanner) -> None:
        self._scanner = scanner

    @property
    def waiting(self) -> bool:
        return self._scanner.waiting

    def feed(self, data: bytes, now_ns: int) -> Sequence[TerminalKeys]:
        return [TerminalKeys(keys.data) for keys in self._scanner.feed(data, now_ns)]

    def flush(self, now_ns: int) -> Sequence[TerminalKeys]:
        return [TerminalKeys(keys.data) for keys in self._scanner.flush(now_ns)]
