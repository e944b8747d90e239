"""Devices opened by the command line itself, without a station: started, fed from the terminal, stopped whatever happens."""

from __future__ import annotations

import os
import select
import sys
import termios
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rl_station.cli import opening
from rl_station.cli.options import UsageError, complain
from rl_station.devices import BoundScanner, DeviceSet, DeviceState, DeviceStatus, TerminalScanner, bind
from rl_station.domain.scan import shown
from rl_station.settings import Site
from rl_station.settings.problems import nearest
from rl_station.store import holder

NOT_STARTED = "not started"
_WAITING_S = 0.02
_CHUNK = 4096

TypedListener = Callable[[bytes, int], None]


class Names(NamedTuple):
    """Devices by their kinds."""

    scanners: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    printers: tuple[str, ...] = ()


def chosen(site: Site, name: str | None) -> Names:
    """The devices that are meant: one by its name, or all of the station. Raises `UsageError`."""
    station, devices = site.station, site.devices
    if name is None:
        return Names(station.scanners, station.scales, station.readers, station.printers)
    if name in devices.scanners:
        return Names(scanners=(name,))
    if name in devices.scales:
        return Names(scales=(name,))
    if name in devices.readers:
        return Names(readers=(name,))
    if name in devices.printers:
        return Names(printers=(name,))
    known = [*devices.scanners, *devices.scales, *devices.readers, *devices.printers]
    hint = nearest(name, known)
    advice = f"did you mean {hint!r}?" if hint else f"devices.toml has {', '.join(known) or 'none'}"
    raise UsageError(f"there is no device {shown(name)!r}; {advice}")


def chosen_readers(site: Site, name: str | None) -> Names:
    """As `chosen`, without what reads nothing. Raises `UsageError` where nothing is left."""
    names = chosen(site, name)
    if name is not None and names.printers:
        raise UsageError(f"{name} is a printer; it reads nothing")
    if not (names.scanners or names.scales or names.readers):
        raise UsageError(f"station {site.station.id} has no scanners, no scales and no tag readers")
    return names._replace(printers=())


def bound(site: Site, names: Names, data: Path) -> DeviceSet:
    """The devices, not started; their counters are left to the station."""
    return bind(
        site.devices,
        names.scanners,
        names.printers,
        names.scales,
        readers=names.readers,
        zone=site.station.zone,
        data=data,
    )


def warn_of_station(args: Namespace) -> None:
    """A port has one user: with the station running, its devices are busy here."""
    if (running := holder(opening.data(args))) is not None:
        complain(
            f"rl-station: the station is running (process {running}) and holds its devices: here they are busy."
            " Stop it first, or look at its devices screen (F6)."
        )


def types(devices: DeviceSet, name: str) -> bool:
    """Whether this is a scanner that types into the terminal."""
    found = devices.bound[name]
    return isinstance(found, BoundScanner) and isinstance(found.scanner, TerminalScanner)


def settled(line: DeviceStatus) -> bool:
    """Whether a device has said how it is."""
    starting = line.state is DeviceState.ABSENT and line.reason == NOT_STARTED
    return not starting and line.state is not DeviceState.OPENING


def wait_settled(devices: DeviceSet, told: threading.Event, patience: float) -> tuple[DeviceStatus, ...]:
    """Wait until every device has said how it is, or time is up. `told` is set by whoever listens to them."""
    until = time.monotonic() + patience
    while not all(map(settled, devices.status())) and (left := until - time.monotonic()) > 0:
        told.wait(left)
        told.clear()
    return devices.status()


@contextmanager
def typed_scans(devices: DeviceSet, heard: TypedListener = lambda data, now: None) -> Iterator[None]:
    """Hand what is typed into this terminal to the scanner that types, if the devices have one and this is a terminal.

    `heard` gets every byte first. Ctrl+C still ends the program.
    """
    if not any(types(devices, name) for name in devices.bound) or not sys.stdin.isatty():
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    raw = termios.tcgetattr(descriptor)
    # Byte by byte, unechoed, and CR stays CR; signals stay as they are.
    raw[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
    raw[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
    stop, stopping = os.pipe()
    feeder = threading.Thread(
        target=_feed, args=(devices.terminal, descriptor, stop, heard), name="terminal", daemon=True
    )
    termios.tcsetattr(descriptor, termios.TCSANOW, raw)
    feeder.start()
    try:
        yield
    finally:
        os.write(stopping, b"x")
        feeder.join()
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
        os.close(stop)
        os.close(stopping)


def _feed(scanner: TerminalScanner, terminal: int, stop: int, heard: TypedListener) -> None:
    while True:
        ready, _, _ = select.select([terminal, stop], [], [], _WAITING_S if scanner.waiting else None)
        now = time.monotonic_ns()
        if stop in ready:
            return
        if terminal not in ready:
            scanner.flush(now)
            continue
        data = os.read(terminal, _CHUNK)
        if not data:
            return
        heard(data, now)
        scanner.feed(data, now)
