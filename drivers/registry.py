"""Adapters by name: a table of the built-in ones, and entry points of installed packages. Naming one imports no other.

A package offers an adapter in the entry point group `rl_station.drivers` under `<kind>.<name>`, such as `scanner.zebra-ssi`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from drivers.contract import DeviceError, Printer, Scale, Scanner, TagReader

GROUP = "rl_station.drivers"


class Kind(StrEnum):
    """What an adapter is for."""

    SCANNER = "scanner"
    SCALE = "scale"
    READER = "reader"
    PRINTER = "printer"


BUILT_IN: Mapping[Kind, Mapping[str, str]] = {
    Kind.SCANNER: {
        "serial": "drivers.scanner.serial:serial_scanner",
        "tcp": "drivers.scanner.tcp:tcp_scanner",
        "ssi": "drivers.scanner.ssi:SsiScanner",
        "evdev": "drivers.scanner.evdev:EvdevScanner",
        "wedge": "drivers.scanner.wedge:WedgeScanner",
        "replay": "drivers.scanner.replay:ReplayScanner",
        "simulated": "drivers.scanner.simulated:SimulatedScanner",
    },
    Kind.SCALE: {
        "serial": "drivers.scale.serial:SerialScale",
        "simulated": "drivers.scale.simulated:SimulatedScale",
    },
    Kind.READER: {
        "llrp": "drivers.rfid.llrp.reader:LlrpReader",
        "simulated": "drivers.rfid.simulated:SimulatedTagReader",
    },
    Kind.PRINTER: {
        "zpl": "drivers.printer.zpl:ZplPrinter",
        "escpos": "drivers.printer.escpos:EscposPrinter",
        "file": "drivers.printer.file:FilePrinter",
    },
}


class DriverError(DeviceError):
    """An adapter that cannot be had: unknown, broken, or given settings it does not take."""


def names(kind: Kind) -> tuple[str, ...]:
    """Every adapter of a kind, built in first. Imports none."""
    return (*BUILT_IN[kind], *(name for name in _installed(kind) if name not in BUILT_IN[kind]))


def adapter(kind: Kind, driver: str) -> Callable[..., object]:
    """What makes the device: a class or function that takes `name` and the adapter's options."""
    if path := BUILT_IN[kind].get(driver):
        module, _, attribute = path.partition(":")
        return _loaded(kind, driver, lambda: getattr(import_module(module), attribute))
    if found := _installed(kind).get(driver):
        return _loaded(kind, driver, found.load)
    near = get_close_matches(driver, names(kind), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"valid: {', '.join(names(kind))}"
    raise DriverError(f"there is no {kind} driver {driver!r}; {hint}")


def scanner(driver: str, name: str, options: Mapping[str, object]) -> Scanner:
    """A scanner, not started yet. Raises `DriverError`."""
    made = _made(Kind.SCANNER, driver, name, options)
    if not isinstance(made, Scanner):
        raise DriverError(f"driver {driver!r} does not make a scanner")
    return made


def scale(driver: str, name: str, options: Mapping[str, object]) -> Scale:
    """A scale, not started yet. Raises `DriverError`."""
    made = _made(Kind.SCALE, driver, name, options)
    if not isinstance(made, Scale):
        raise DriverError(f"driver {driver!r} does not make a scale")
    return made


def reader(driver: str, name: str, options: Mapping[str, object]) -> TagReader:
    """A tag reader, not started yet. Raises `DriverError`."""
    made = _made(Kind.READER, driver, name, options)
    if not isinstance(made, TagReader):
        raise DriverError(f"driver {driver!r} does not make a tag reader")
    return made


def printer(driver: str, name: str, options: Mapping[str, object]) -> Printer:
    """A printer. Raises `DriverError`."""
    made = _made(Kind.PRINTER, driver, name, options)
    if not isinstance(made, Printer):
        raise DriverError(f"driver {driver!r} does not make a printer")
    return made


def _made(kind: Kind, driver: str, name: str, options: Mapping[str, object]) -> object:
    make = adapter(kind, driver)
    try:
        return make(name=name, **options)
    except Exception as error:
        # Adapters come from other packages too: whatever one raises, only its own device may suffer.
        raise DriverError(f"driver {driver!r} cannot make {name!r}: {error}") from error


def _loaded(kind: Kind, driver: str, load: Callable[[], Callable[..., object]]) -> Callable[..., object]:
    try:
        return load()
    except Exception as error:
        # Importing foreign code can raise anything; the message has to name the adapter.
        raise DriverError(f"{kind} driver {driver!r} is broken: {error}") from error


def _installed(kind: Kind) -> dict[str, EntryPoint]:
    prefix = f"{kind}."
    return {
        found.name.removeprefix(prefix): found for found in entry_points(group=GROUP) if found.name.startswith(prefix)
    }
