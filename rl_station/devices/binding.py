"""From devices.toml to devices: each table becomes what its driver makes of it, or a device that says why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from drivers import registry
from rl_station.devices.bound import Bound, BoundPrinter, BoundScanner, Changes
from rl_station.devices.device_set import DeviceSet
from rl_station.devices.reader_binding import bound_reader
from rl_station.devices.tag_places import tag_places
from rl_station.settings.device_settings import DevicesFile, PrinterModel, ScannerModel
from rl_station.settings.scale_settings import ScaleModel

_MISSING = "not in devices.toml"


class BindError(Exception):
    """Devices that cannot be made of their settings. `failures`: the reason of each, by name."""

    def __init__(self, failures: Mapping[str, str]) -> None:
        self.failures = dict(failures)
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in failures.items()))


def bind(  # noqa: PLR0913 - one list for each kind of device
    devices: DevicesFile,
    scanners: Sequence[str],
    printers: Sequence[str],
    scales: Sequence[str] = (),
    *,
    readers: Sequence[str] = (),
    zone: str = "",
    data: Path,
    keep_statistics: bool = False,
) -> DeviceSet:
    """The devices a station names, not started yet. Relative paths of printers and recordings count from the data folder.

    Never raises for a device: one that cannot be made is in the set as lost, with its reason. With `keep_statistics` their
    counters are kept in the data folder; only the station itself may do that.
    """
    return DeviceSet(
        [
            *_scanners(devices, scanners, scales, data, {}),
            *(bound_reader(name, devices.readers.get(name), {}) for name in dict.fromkeys(readers)),
        ],
        [_printer(name, devices.printers.get(name), data, {}) for name in dict.fromkeys(printers)],
        folder=data if keep_statistics else None,
        places=tag_places(devices, readers, zone),
    )


def rebind(  # noqa: PLR0913 - as bind
    current: DeviceSet,
    devices: DevicesFile,
    scanners: Sequence[str],
    printers: Sequence[str],
    scales: Sequence[str] = (),
    *,
    readers: Sequence[str] = (),
    zone: str = "",
    data: Path,
) -> Changes:
    """Have the devices of this configuration from now on. One whose settings are the same goes on undisturbed.

    Blocks until what is gone has stopped and what is new has been started. Raises `BindError` where one cannot be made that
    is new or was fine before; then nothing has changed.
    """
    there = current.bound
    fresh_scanners = _scanners(devices, scanners, scales, data, there)
    fresh_scanners += [bound_reader(name, devices.readers.get(name), there) for name in dict.fromkeys(readers)]
    fresh_printers = [_printer(name, devices.printers.get(name), data, there) for name in dict.fromkeys(printers)]
    fresh: list[Bound] = [*fresh_scanners, *fresh_printers]
    failed = {bound.name: bound.failure for bound in fresh if bound.failure and there.get(bound.name) is not bound}
    if failed:
        raise BindError(failed)
    return current.swap(fresh_scanners, fresh_printers, tag_places(devices, readers, zone))


def _scanners(
    devices: DevicesFile, scanners: Sequence[str], scales: Sequence[str], data: Path, there: Mapping[str, Bound]
) -> list[BoundScanner]:
    """Scanners, then scales: both report by themselves from their start to their stop."""
    return [
        *(_scanner(name, "scanner", devices.scanners.get(name), data, there) for name in dict.fromkeys(scanners)),
        *(_scanner(name, "scale", devices.scales.get(name), data, there) for name in dict.fromkeys(scales)),
    ]


def _scanner(
    name: str, kind: str, model: ScannerModel | ScaleModel | None, data: Path, there: Mapping[str, Bound]
) -> BoundScanner:
    before = there.get(name)
    if model is None:
        fresh = BoundScanner(name, "", None, failure=_MISSING, kind=kind)
    elif isinstance(before, BoundScanner) and not before.failure and before.settings == _settings(model):
        return _tuned(before, model)
    else:
        fresh = _made_scale(name, model) if isinstance(model, ScaleModel) else _made_scanner(name, model, data)
    # What could not be made before and cannot be made now is the same trouble as before.
    return before if isinstance(before, BoundScanner) and fresh.failure and before == fresh else fresh


def _tuned(before: BoundScanner, model: ScannerModel | ScaleModel) -> BoundScanner:
    """The same adapter under what the station does with it; the very same object where that is the same too."""
    debounce_ms = model.debounce_ms if isinstance(model, ScannerModel) else before.debounce_ms
    if (debounce_ms, model.silence_s) == (before.debounce_ms, before.silence_s):
        return before
    return replace(before, debounce_ms=debounce_ms, silence_s=model.silence_s)


def _made_scale(name: str, model: ScaleModel) -> BoundScanner:
    settings = _settings(model)
    try:
        made = registry.scale(model.driver, name, model.driver_options())
    except registry.DriverError as error:
        return BoundScanner(name, model.driver, None, failure=str(error), kind="scale", settings=settings)
    return BoundScanner(name, model.driver, made, kind="scale", silence_s=model.silence_s, settings=settings)


def _made_scanner(name: str, model: ScannerModel, data: Path) -> BoundScanner:
    settings = _settings(model)
    options = model.driver_options()
    if model.file:
        options["file"] = str(data / model.file)
    try:
        made = registry.scanner(model.driver, name, options)
    except registry.DriverError as error:
        return BoundScanner(name, model.driver, None, failure=str(error), settings=settings)
    return BoundScanner(name, model.driver, made, model.debounce_ms, silence_s=model.silence_s, settings=settings)


def _printer(name: str, model: PrinterModel | None, data: Path, there: Mapping[str, Bound]) -> BoundPrinter:
    before = there.get(name)
    if model is None:
        fresh = BoundPrinter(name, "", None, failure=_MISSING)
    elif isinstance(before, BoundPrinter) and not before.failure and before.settings == _settings(model):
        return before
    else:
        fresh = _made_printer(name, model, data)
    return before if isinstance(before, BoundPrinter) and fresh.failure and before == fresh else fresh


def _made_printer(name: str, model: PrinterModel, data: Path) -> BoundPrinter:
    settings = _settings(model)
    options = model.driver_options()
    if model.path:
        options["path"] = str(data / model.path)
    try:
        made = registry.printer(model.driver, name, options)
    except registry.DriverError as error:
        return BoundPrinter(name, model.driver, None, failure=str(error), settings=settings)
    return BoundPrinter(name, model.driver, made, model.dpi, model.timeout, settings=settings)


def _settings(model: ScannerModel | ScaleModel | PrinterModel) -> object:
    """What tells one device from another: every value, and whether it was given or is a default that a profile may change.

    What a scanner or scale is not told itself, such as `debounce_ms`, makes no other device of it.
    """
    apart = frozenset[str]() if isinstance(model, PrinterModel) else model.of_the_station()
    return model.model_dump(exclude=set(apart)), frozenset(model.model_fields_set) - apart
