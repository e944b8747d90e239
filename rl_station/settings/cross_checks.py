"""What the files say about each other: every name that one file uses has to be there in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from pydantic import BaseModel

from rl_station.settings.client_checks import check_clients, check_product_channels
from rl_station.settings.device_settings import DevicesFile
from rl_station.settings.documents import Layers
from rl_station.settings.example_checks import check_examples
from rl_station.settings.models import OperatorModel, StationModel
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.rework_checks import check_rework
from rl_station.settings.rule_checks import check_rules
from rl_station.settings.scope_checks import check_checklists
from rl_station.settings.stock_checks import check_products, check_recalls, check_returns, check_streams
from rl_station.settings.supervision_checks import check_supervision
from rl_station.settings.toml_positions import Path
from rl_station.settings.vendor_checks import check_vendors
from rl_station.settings.zone_settings import shared_antennas


def cross_check(parsed: Parsed) -> tuple[Problem, ...]:
    """All problems between files, those of the site's files before those of its goods."""
    return tuple(
        chain(
            _site(parsed),
            _stations(parsed),
            _zones(parsed),
            _operators(parsed),
            _categories(parsed.lanes, parsed, "lanes"),
            _categories(parsed.bins, parsed, "bins"),
            _bins(parsed),
            check_clients(parsed),
            _destinations(parsed),
            check_checklists(parsed),
            check_rules(parsed),
            check_rework(parsed),
            check_supervision(parsed),
            check_vendors(parsed),
            check_examples(parsed),
            check_products(parsed),
            check_streams(parsed),
            check_product_channels(parsed),
            check_recalls(parsed),
            check_returns(parsed),
        )
    )


def _unknown(layers: Layers, path: Path, what: str, name: str, valid: Collection[str] | None) -> Iterator[Problem]:
    """A problem if the name is not among the valid ones; nothing where those could not be read."""
    if valid is not None and name not in valid:
        yield layers.problem(path, f"there is no {what} {name!r}", nearest(name, valid))


def _repeated(layers: Layers, found: Iterable[tuple[Path, str]], what: str) -> Iterator[Problem]:
    """A problem for every value that was there before, naming the first holder."""
    holders: dict[str, Path] = {}
    for path, value in found:
        if value in holders:
            yield layers.problem(path, f"the {what} {value!r} belongs to {holders[value][0]!r} already")
        holders.setdefault(value, path)


def _site(parsed: Parsed) -> Iterator[Problem]:
    if parsed.site is None:
        return
    site, layers = parsed.site, parsed.layers["site"]
    yield from _unknown(layers, ("default_client",), "client", site.default_client, parsed.clients)
    yield from _unknown(layers, ("hold_bin",), "bin", site.hold_bin, parsed.bins)
    if site.station:
        yield from _unknown(layers, ("station",), "station", site.station, parsed.stations)
    bin_ = (parsed.bins or {}).get(site.hold_bin)
    if bin_ and "hold" not in bin_.dispositions:
        yield layers.problem(("hold_bin",), f"the bin {site.hold_bin!r} does not take the disposition hold")


def _stations(parsed: Parsed) -> Iterator[Problem]:
    if parsed.stations is None:
        return
    layers = parsed.layers["stations"]
    prefixes = [((id_, "prefix"), station.prefix) for id_, station in parsed.stations.items()]
    yield from _repeated(layers, prefixes, "prefix")
    for id_, station in parsed.stations.items():
        yield from _unknown(layers, (id_, "default_lane"), "lane", station.default_lane, parsed.lanes)
        if parsed.devices is not None:
            yield from check_station_devices(layers, id_, station, parsed.devices)


def _zones(parsed: Parsed) -> Iterator[Problem]:
    if parsed.devices is not None:
        yield from check_zones(parsed.layers["devices"], parsed.devices)


def check_station_devices(layers: Layers, id_: str, station: StationModel, devices: DevicesFile) -> Iterator[Problem]:
    """The devices that a station names have to be in devices.toml."""
    yield from _each(layers, (id_, "scanners"), "scanner", station.scanners, devices.scanners)
    yield from _each(layers, (id_, "scales"), "scale", station.scales, devices.scales)
    yield from _each(layers, (id_, "readers"), "reader", station.readers, devices.readers)
    yield from _each(layers, (id_, "printers"), "printer", station.printers, devices.printers)
    if station.zone:
        yield from _unknown(layers, (id_, "zone"), "zone", station.zone, devices.zones)


def check_zones(layers: Layers, devices: DevicesFile) -> Iterator[Problem]:
    """Zones are watched by readers that are there, and no antenna looks at two of them."""
    for name, zone in devices.zones.items():
        for index, look in enumerate(zone.antennas):
            path = ("zones", name, "antennas", index, "reader")
            yield from _unknown(layers, path, "reader", look.reader, devices.readers)
    for name, index, before in shared_antennas(devices.zones):
        yield layers.problem(("zones", name, "antennas", index), f"this antenna looks at zone {before!r} already")


def _operators(parsed: Parsed) -> Iterator[Problem]:
    if parsed.operators is not None:
        badges = [((id_, "badge"), operator.badge) for id_, operator in parsed.operators.items()]
        yield from _repeated(parsed.layers["operators"], badges, "badge")
        yield from _pins(parsed, parsed.operators)


def _pins(parsed: Parsed, operators: Mapping[str, OperatorModel]) -> Iterator[Problem]:
    """A hash without the pepper can never be matched, and one that nobody asks for is most likely somebody else's."""
    layers = parsed.layers["operators"]
    for id_, operator in operators.items():
        if operator.pin and parsed.site is not None and not parsed.site.pin_pepper:
            yield layers.problem((id_, "pin"), "needs pin_pepper in site.toml, the one it was made with")
        if operator.pin and "supervisor" not in operator.roles:
            yield layers.problem((id_, "pin"), "is asked of supervisors only, and this is none", warning=True)


def _categories(tables: Mapping[str, BaseModel] | None, parsed: Parsed, file: str) -> Iterator[Problem]:
    for id_, table in (tables or {}).items():
        names: tuple[str, ...] = getattr(table, "categories", ())
        yield from _each(parsed.layers[file], (id_, "categories"), "category", names, parsed.categories)


def _bins(parsed: Parsed) -> Iterator[Problem]:
    for id_, bin_ in (parsed.bins or {}).items():
        yield from _each(parsed.layers["bins"], (id_, "clients"), "client", bin_.clients, parsed.clients)


def _destinations(parsed: Parsed) -> Iterator[Problem]:
    """Lanes and bins share one kind of barcode, so they share their names."""
    for id_ in parsed.bins or {}:
        if id_ in (parsed.lanes or {}):
            yield parsed.layers["bins"].problem((id_,), f"{id_!r} is a lane already; one barcode cannot be both")


def _each(
    layers: Layers, path: Path, what: str, names: tuple[str, ...], valid: Collection[str] | None
) -> Iterator[Problem]:
    for index, name in enumerate(names):
        yield from _unknown(layers, (*path, index), what, name, valid)
