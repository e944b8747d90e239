"""A scanner in the network: one that is called, one that calls, or one behind a serial server (RFC 2217)."""

from __future__ import annotations

from typing import Unpack

from drivers.scanner.profiles import Overrides
from drivers.scanner.profiles import profile as profile_of
from drivers.scanner.serial import port_settings
from drivers.scanner.wire import WireScanner
from drivers.transport.links import host_and_port
from drivers.transport.listening import Doorway
from drivers.transport.serial_port import Backoff


def tcp_scanner(
    *,
    name: str,
    address: str = "",
    listen: str = "",
    profile: str = "generic",
    backoff: Backoff | None = None,
    **overrides: Unpack[Overrides],
) -> WireScanner:
    """`address` is called: host:port, or rfc2217://host:port with the line settings. `listen` is where the scanner calls.

    Of several that call at once the newest counts. Raises ValueError or TypeError for settings that cannot be.
    """
    vendor = profile_of(profile, overrides)
    if bool(address) == bool(listen):
        raise ValueError("a network scanner has either an address or a place to listen")
    if listen:
        host_and_port(f"tcp://{listen}")
        doorway = Doorway(listen)
        return WireScanner(name, doorway, vendor, backoff=backoff, let_go=doorway.close)
    url = address if "://" in address else f"socket://{address}"
    host_and_port(url)
    return WireScanner(name, port_settings(vendor, url), vendor, backoff=backoff)
