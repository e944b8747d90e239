"""`rl-station devices list` and `suggest`: what is configured, what is plugged in, and how the one becomes the other."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from rl_station.cli import opening
from rl_station.cli.devices_suggest import suggestion
from rl_station.cli.options import Exit, complain, print_json
from rl_station.devices.discovery import Configured, PluggedIn, Survey, survey
from rl_station.domain.scan import shown
from rl_station.settings import Site


def list_devices(args: Namespace) -> int:
    """Print what is configured with what it is now, then what nobody has configured. Opens no device."""
    site = opening.site(args)
    found = survey(site.devices)
    if args.json:
        print_json(document(site, found))
    else:
        print("\n".join(text(site, found)))
    return Exit.FINE


def suggest(args: Namespace) -> int:
    """Print a block for devices.toml for each thing that is plugged in and not configured."""
    site = opening.site(args)
    found = survey(site.devices)
    blocks = suggestion(
        found,
        site.station.id,
        taken={*site.devices.scanners, *site.devices.scales, *site.devices.readers, *site.devices.printers},
    )
    if args.json:
        print_json([block._asdict() for block in blocks])
    elif not blocks:
        complain("Everything that is plugged in is configured, or nothing is plugged in.")
    else:
        print("\n\n".join(block.toml for block in blocks))
    return Exit.FINE


def document(site: Site, found: Survey) -> dict[str, object]:
    """`used`: this station has it; `configured_as`: names in devices.toml, empty for what nobody has configured."""
    used = used_names(site)
    return {
        "station": site.station.id,
        "configured": [{**_fields(device), "used": device.name in used} for device in found.configured],
        "plugged_in": [{**_fields(each), "configured_as": found.names(each)} for each in found.plugged],
    }


def _fields(value: Configured | PluggedIn) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def used_names(site: Site) -> tuple[str, ...]:
    """The devices of this station."""
    station = site.station
    return (*station.scanners, *station.scales, *station.readers, *station.printers)


def text(site: Site, found: Survey) -> Iterator[str]:
    """For people, one device a line."""
    used = used_names(site)
    yield f"Configured for station {site.station.id}:"
    yield from _lines([device for device in found.configured if device.name in used])
    if others := [device for device in found.configured if device.name not in used]:
        yield "\nConfigured, for other stations:"
        yield from _lines(others)
    yield "\nPlugged in and not configured:"
    for stranger in found.strangers:
        yield from _stranger(stranger)
    if not found.strangers:
        yield "  nothing"
    else:
        yield "\n`rl-station devices suggest` prints what to put into devices.toml."


def _lines(devices: list[Configured]) -> Iterator[str]:
    if not devices:
        yield "  nothing"
    for device in devices:
        place = shown(device.wanted) or "-"
        now = f" = {device.path}" if device.path and device.path != device.wanted else ""
        problem = f"  ({shown(device.problem)})" if device.problem else ""
        yield f"  {device.name:<20} {device.driver:<10} {place}{now}{problem}"


def _stranger(found: PluggedIn) -> Iterator[str]:
    usb = [f"{found.vid}:{found.pid}"] if found.vid else []
    usb += [f"serial {found.usb_serial}"] if found.usb_serial else []
    usb += [f"interface {found.interface}"] if found.interface is not None else []
    usb += [f"USB port {found.location}"] if found.location else []
    yield shown(f"  {found.path}  {found.name or found.kind}" + (f" ({', '.join(usb)})" if usb else ""))
    yield from (f"    {shown(link)}" for link in found.by_id)
    yield from (f"    {shown(told)}" for told in (found.problem, found.advice) if told)
