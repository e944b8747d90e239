"""The devices of this station: each is started for a moment, unless a running station has them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from rl_station.cli.devices_open import bound, chosen, wait_settled
from rl_station.cli.doctor_finding import Finding, fail, fine, warn
from rl_station.cli.doctor_machine import group_of, usermod
from rl_station.devices import DeviceSet, DeviceState, DeviceStatus, Report
from rl_station.devices.discovery import Survey
from rl_station.settings import Site
from rl_station.settings.device_settings import DevicesFile
from rl_station.store import holder

PATIENCE_S = 6.0
"""How long all devices together may take to say how they are."""

_SERIAL = frozenset({"serial", "ssi"})


def needed_groups(site: Site) -> dict[str, str]:
    """Groups that own what this station's devices are, with what each opens."""
    needed: dict[str, str] = {}
    scanners = [(name, site.devices.scanners.get(name)) for name in site.station.scanners]
    scales = [(name, site.devices.scales.get(name)) for name in site.station.scales]
    for name, reading in (*scanners, *scales):
        if reading is not None and reading.driver in _SERIAL and "://" not in reading.port:
            needed.setdefault("dialout", f"serial ports ({name})")
        elif reading is not None and reading.driver == "evdev":
            needed.setdefault("input", f"keyboards and HID scanners ({name})")
    for name in site.station.printers:
        printer = site.devices.printers.get(name)
        if printer is not None and printer.url.startswith("/dev/usb/lp"):
            needed.setdefault("lp", f"printers on USB ({name})")
        elif printer is not None and printer.url.startswith("/dev/tty"):
            needed.setdefault("dialout", f"serial ports ({name})")
    return needed


def surroundings(found: Survey) -> Iterator[Finding]:
    """What is plugged in: what may go wrong with it later, and what nobody has configured."""
    for advice in dict.fromkeys(each.advice for each in found.plugged if each.advice):
        places = ", ".join(each.path for each in found.plugged if each.advice == advice)
        yield warn("ports", f"{places}: {advice}", mend("ModemManager", ""))
    if strangers := len(found.strangers):
        told = f"{strangers} plugged in and not configured; `rl-station devices list` shows them"
        yield fine("plugged in", told, strangers=strangers)


def devices(site: Site, data: Path, patience: float = PATIENCE_S) -> Iterator[Finding]:
    """How each device is."""
    if (running := holder(data)) is not None:
        yield fine("devices", f"held by the running station (process {running}); its devices screen (F6) shows them")
        return
    lines = states(bound(site, chosen(site, None), data), patience)
    if not lines:
        fix = f"List some for {site.station.id} in stations.toml."
        yield warn("devices", f"station {site.station.id} has no devices", fix)
    for line in lines:
        yield _finding(line, site.devices)


def states(devices: DeviceSet, patience: float) -> tuple[DeviceStatus, ...]:
    """Start them, wait until every one has said how it is or time is up, stop them."""
    told = threading.Event()

    def listener(report: Report) -> None:
        told.set()

    devices.start(listener)
    try:
        return wait_settled(devices, told, patience)
    finally:
        devices.stop()


def _finding(line: DeviceStatus, configured: DevicesFile) -> Finding:
    check = f"device {line.name}"
    told = f"{line.kind}, driver {line.driver or '-'}: {line.state.value}"
    if line.state is DeviceState.READY:
        return fine(check, told, state=line.state.value)
    fix = mend(line.reason, place(line.name, configured))
    return fail(check, f"{told}, {line.reason or 'does not answer'}", fix, state=line.state.value)


def place(name: str, configured: DevicesFile) -> str:
    """Where the file says a device is; empty where it does not."""
    reading = configured.scanners.get(name) or configured.scales.get(name)
    printer = configured.printers.get(name)
    if reader := configured.readers.get(name):
        return reader.listen or (f"{reader.host}:{reader.port}" if reader.host else "")
    return reading.port if reading is not None else printer.url if printer is not None else ""


_FIXES = {
    "another client": "It is switched on, and somebody else is connected to it: another station, or a program left open. "
    "End that, or have the reader hang up on its own page.",
    "ModemManager": "A station has no modem: sudo systemctl disable --now ModemManager",
    "not in devices.toml": "Add it to devices.toml, or take it out of stations.toml; `rl-station config check` tells more.",
}
"""By a part of the reason."""


def mend(reason: str, place: str) -> str:
    """What to do about a device that is not ready."""
    if "permission" in reason:
        return usermod(group_of(Path(place)) or "dialout")
    if reason == "busy":
        return f"Another program holds it: sudo fuser -v {place or 'the device'} names it."
    if found := next((fix for said, fix in _FIXES.items() if said in reason), ""):
        return found
    if "no such device" in reason or not place or place.startswith("/"):
        return "Plug it in and switch it on; `rl-station devices list` shows what is there."
    return f"Switch it on, and see whether {place} is its address."
