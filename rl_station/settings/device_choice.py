"""What a station's devices are, read by itself: a running station looks again whenever one of these files is saved."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from rl_station.settings.cross_checks import check_station_devices, check_zones
from rl_station.settings.device_settings import DevicesFile
from rl_station.settings.documents import HOST_FILE, Layers
from rl_station.settings.models import StationModel, StationsFile
from rl_station.settings.parsed import read_layers
from rl_station.settings.problems import ConfigError, Problem, nearest
from rl_station.settings.validate import validate

_DEVICES, _STATIONS = "devices", "stations"


class DeviceChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The devices of the site and those that this station uses, in its order."""

    devices: DevicesFile
    scanners: tuple[str, ...]
    scales: tuple[str, ...]
    readers: tuple[str, ...]
    zone: str
    printers: tuple[str, ...]
    layers: Layers

    def problem(self, name: str, message: str) -> Problem:
        """A problem with a device of this name, at its place in the file."""
        kinds = (kind for kind in DevicesFile.model_fields if name in getattr(self.devices, kind))
        return self.layers.problem((next(kinds, "scanners"), name), message)


def device_files(config: Path) -> tuple[Path, ...]:
    """The files that `load_device_choice` reads."""
    return tuple(config / file for file in (f"{_DEVICES}.toml", f"{_STATIONS}.toml", HOST_FILE))


def load_device_choice(config: Path, station: str, *, environ: Mapping[str, str] = os.environ) -> DeviceChoice:
    """The devices of this station as the files say now. Raises ConfigError with everything that is wrong in them."""
    problems: list[Problem] = []
    layers = read_layers(config, environ, problems, only=(_DEVICES, _STATIONS))
    devices = validate(DevicesFile, layers[_DEVICES], problems) if _DEVICES in layers else None
    stations = validate(StationsFile, layers[_STATIONS], problems) if _STATIONS in layers else None
    if devices is not None and stations is not None:
        problems.extend(_crossed(layers, stations.root, station, devices))
    if problems or devices is None or stations is None:
        raise ConfigError(problems)
    own = stations.root[station]
    return DeviceChoice(
        devices=devices,
        scanners=own.scanners,
        scales=own.scales,
        readers=own.readers,
        zone=own.zone,
        printers=own.printers,
        layers=layers[_DEVICES],
    )


def _crossed(
    files: Mapping[str, Layers], stations: Mapping[str, StationModel], station: str, devices: DevicesFile
) -> Iterator[Problem]:
    layers = files[_STATIONS]
    if station not in stations:
        yield layers.problem((), f"there is no station {station!r} any more", nearest(station, stations))
    yield from check_zones(files[_DEVICES], devices)
    for id_, model in stations.items():
        yield from check_station_devices(layers, id_, model, devices)
