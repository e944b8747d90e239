"""A scanner on a serial port, a USB serial device or a TCP socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Unpack

from drivers.discovery import PortMatch, find_port
from drivers.scanner.profiles import Overrides, Profile
from drivers.scanner.profiles import profile as profile_of
from drivers.scanner.wire import WireScanner
from drivers.transport.links import PortSettings
from drivers.transport.serial_port import Backoff

Find = Callable[[PortMatch], str | None]


def serial_scanner(  # noqa: PLR0913 - one option per setting of the scanner
    *,
    name: str,
    port: str = "",
    match: Mapping[str, object] | None = None,
    profile: str = "generic",
    backoff: Backoff | None = None,
    find: Find = find_port,
    **overrides: Unpack[Overrides],
) -> WireScanner:
    """A scanner at `port`, or wherever what fits `match` (the fields of `PortMatch`) is plugged in.

    Raises ValueError or TypeError for settings that cannot be.
    """
    vendor = profile_of(profile, overrides)
    return WireScanner(name, port_settings(vendor, port, match, find), vendor, backoff=backoff)


def port_settings(
    line: Profile, port: str, match: Mapping[str, object] | None = None, find: Find = find_port
) -> PortSettings:
    """Where a scanner is and how its line is set. Raises ValueError or TypeError."""
    if bool(port) == bool(match):
        raise ValueError("a scanner has either a port or a match")
    wanted = PortMatch(**match) if match else None  # type: ignore[arg-type]  # the settings checked names and types
    return PortSettings(
        port, line.baud, line.bytesize, line.parity, line.stopbits, line.rtscts, line.xonxoff, wanted, find
    )
