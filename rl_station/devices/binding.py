"""From devices.toml to devices: each table becomes what its driver makes of it, or a device that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drivers import registry
from rl_station.devices.device_set import BoundPrinter, BoundScanner, DeviceSet
from rl_station.settings.device_settings import DevicesFile, PrinterModel, ScannerModel


def bind(devices: DevicesFile, scanners: Sequence[str], printers: Sequence[str], *, data: Path) -> DeviceSet:
    """The devices a station names, not started yet. Relative paths of printers count from the data folder.

    Never raises for a device: one that cannot be made is in the set as lost, with its reason.
    """
    return DeviceSet(
        [_scanner(name, devices.scanners.get(name)) for name in dict.fromkeys(scanners)],
        [_printer(name, devices.printers.get(name), data) for name in dict.fromkeys(printers)],
    )


def _scanner(name: str, model: ScannerModel | None) -> BoundScanner:
    if model is None:
        return BoundScanner(name, "", None, failure="not in devices.toml")
    try:
        made = registry.scanner(model.driver, name, model.driver_options())
    except registry.DriverError as error:
        return BoundScanner(name, model.driver, None, failure=str(error))
    return BoundScanner(name, model.driver, made, model.debounce_ms)


def _printer(name: str, model: PrinterModel | None, data: Path) -> BoundPrinter:
    if model is None:
        return BoundPrinter(name, "", None, failure="not in devices.toml")
    options = model.driver_options()
    if model.path:
        options["path"] = str(data / model.path)
    try:
        made = registry.printer(model.driver, name, options)
    except registry.DriverError as error:
        return BoundPrinter(name, model.driver, None, failure=str(error))
    return BoundPrinter(name, model.driver, made, model.dpi, model.timeout)
