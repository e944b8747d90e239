"""From the zones of devices.toml to the antennas of one station, and which of these places is its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rl_station.devices.tag_smoothing import Place, Zone
from rl_station.settings.device_settings import DevicesFile
from rl_station.settings.zone_settings import ZoneModel

_CDB = 100
_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class TagPlaces:
    """`zone` is the station's own place; it hears of no other. `places` by reader and antenna, as `Smoother` takes them."""

    zone: str = ""
    places: Mapping[tuple[str, int], Place] = field(default_factory=dict)


def tag_places(devices: DevicesFile, readers: Sequence[str], zone: str) -> TagPlaces:
    """Where the station's readers look. What no zone claims of a reader looks at the station's own place."""
    own = zone or _unclaimed(devices)
    model = devices.zones.get(zone)
    places = {(reader, 0): Place(_zone(own, model), _floor(model, None)) for reader in readers}
    for name, each in devices.zones.items():
        places |= dict(_looks(name, each, readers))
    return TagPlaces(own, places) if readers else TagPlaces()


def _looks(name: str, model: ZoneModel, readers: Sequence[str]) -> Iterator[tuple[tuple[str, int], Place]]:
    for look in model.antennas:
        if look.reader in readers:
            yield (look.reader, look.antenna), Place(_zone(name, model), _floor(model, look.rssi_floor_dbm))


def _zone(name: str, model: ZoneModel | None) -> Zone:
    return Zone(name) if model is None else Zone(name, model.min_reads, round(model.gone_after_s * _SECOND_US))


def _floor(model: ZoneModel | None, own: float | None) -> int | None:
    floor = own if own is not None or model is None else model.rssi_floor_dbm
    return None if floor is None else round(floor * _CDB)


def _unclaimed(devices: DevicesFile) -> str:
    """A name for the place of a station without a zone, which no zone has."""
    name = "station"
    while name in devices.zones:
        name += "-"
    return name
