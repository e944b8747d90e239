"""What is plugged in, held against what is configured: which device each name is now, and what nobody has named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.discovery import AmbiguousMatchError, PluggedIn, PortMatch, find_port, plugged_in
from drivers.rfid.llrp.approach import TLS_PORT
from drivers.scanner.evdev_input import InputRoots, KeyboardMatch, find_keyboard, keyboard_match
from drivers.transport.links import LinkError
from drivers.usability import Usability
from rl_station.settings.device_settings import DevicesFile, PrinterModel, ScannerModel
from rl_station.settings.reader_settings import ReaderModel
from rl_station.settings.scale_settings import ScaleModel

__all__ = ["Configured", "PluggedIn", "Roots", "Survey", "survey"]

NOT_THERE = "no such device"
PRINTER = "printer"


@dataclass(frozen=True, slots=True)
class Roots:
    """Where Linux tells of its devices; another place for a container or a test."""

    sys: Path = Path("/sys")
    dev: Path = Path("/dev")
    proc: Path = Path("/proc")
    run: Path = Path("/run")


@dataclass(frozen=True, slots=True)
class Configured:
    """A device of devices.toml. `wanted`: what the file says it is; `path`: the port that this is now, if it is one.

    `problem`: why it cannot be used, empty where nothing is known to be in the way. Nothing on the network is asked.
    """

    name: str
    kind: str
    driver: str
    wanted: str = ""
    path: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """`strangers` are plugged in and not configured."""

    configured: tuple[Configured, ...]
    plugged: tuple[PluggedIn, ...]

    def names(self, found: PluggedIn) -> tuple[str, ...]:
        """The configured devices that are this one."""
        real = os.path.realpath(found.path)
        return tuple(each.name for each in self.configured if each.path and os.path.realpath(each.path) == real)

    @property
    def strangers(self) -> tuple[PluggedIn, ...]:
        return tuple(found for found in self.plugged if not self.names(found))


def survey(devices: DevicesFile, roots: Roots | None = None) -> Survey:
    """Look at everything; opens nothing, so that no device and no running station notices."""
    at = roots or Roots()
    usability = Usability(at.sys, at.proc, at.run)
    found = plugged_in(sys_root=at.sys, dev_root=at.dev, proc_root=at.proc, run_root=at.run)
    plugged = (*found, *_usb_printers(at, usability))
    configured = [_scanner(name, model, at) for name, model in devices.scanners.items()]
    configured += [_scale(name, model, at) for name, model in devices.scales.items()]
    configured += [_reader(name, model) for name, model in devices.readers.items()]
    configured += [_printer(name, model) for name, model in devices.printers.items()]
    return Survey(tuple(_usable(each, usability) for each in configured), plugged)


def _usable(device: Configured, usability: Usability) -> Configured:
    if not device.path or device.problem:
        return device
    return replace(device, problem=usability.problem(device.path))


# --- what the file says -----------------------------------------------------------------------------------------------


def _scanner(name: str, model: ScannerModel, at: Roots) -> Configured:
    device = Configured(name, "scanner", model.driver)
    if model.match is not None and model.driver == "evdev":
        return _keyboard(device, keyboard_match(model.match.model_dump(exclude_unset=True)), at)
    if model.match is None and not model.port:
        return replace(device, wanted=model.address or _listening(model.listen) or model.file)
    return _at_port(device, model, at)


def _scale(name: str, model: ScaleModel, at: Roots) -> Configured:
    return _at_port(Configured(name, "scale", model.driver), model, at)


def _reader(name: str, model: ReaderModel) -> Configured:
    port = TLS_PORT if model.tls and "port" not in model.model_fields_set else model.port
    called = f"{model.host}:{port}" if model.host else ""
    return Configured(name, "reader", model.driver, wanted=_listening(model.listen) or called)


def _at_port(device: Configured, model: ScannerModel | ScaleModel, at: Roots) -> Configured:
    if model.match is not None:
        return _matched(device, PortMatch(**model.match.model_dump(exclude_unset=True)), at)
    return replace(device, wanted=model.port, path=model.port if model.port.startswith("/") else "")


def _keyboard(device: Configured, match: KeyboardMatch, at: Roots) -> Configured:
    try:
        path = str(find_keyboard(match, InputRoots(at.sys, at.dev)))
    except LinkError as error:
        return replace(device, wanted=str(match), problem=NOT_THERE if error.absent else error.reason)
    return replace(device, wanted=str(match), path=path)


def _matched(device: Configured, match: PortMatch, at: Roots) -> Configured:
    try:
        path = find_port(match, sys_root=at.sys, dev_root=at.dev)
    except AmbiguousMatchError as error:
        return replace(device, wanted=str(match), problem=str(error))
    return replace(device, wanted=str(match), path=path or "", problem="" if path else NOT_THERE)


def _listening(address: str) -> str:
    return f"calls us at {address}" if address else ""


def _printer(name: str, model: PrinterModel) -> Configured:
    path = model.url if model.url.startswith("/") else ""
    return Configured(name, PRINTER, model.driver, model.url or model.path, path)


# --- printers on USB --------------------------------------------------------------------------------------------------


def _usb_printers(at: Roots, usability: Usability) -> Iterator[PluggedIn]:
    """Device files of the kernel's usblp driver; they say who they are in IEEE 1284 terms (`MFG:Zebra;MDL:ZD420;`)."""
    for node in sorted((at.dev / "usb").glob("lp*")):
        said = _text(at.sys / "class/usbmisc" / node.name / "device/ieee1284_id")
        facts = dict(part.split(":", 1) for part in said.split(";") if ":" in part)
        maker, model = (
            facts.get(short) or facts.get(long, "") for short, long in (("MFG", "MANUFACTURER"), ("MDL", "MODEL"))
        )
        name = " ".join(filter(None, (maker, model)))
        yield PluggedIn(PRINTER, str(node), name=name, problem=usability.problem(str(node)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        # A printer that does not say who it is, or was unplugged while we looked.
        return ""
