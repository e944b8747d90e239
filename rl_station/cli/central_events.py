"""`rl-station central import-events`: what stations handed over by file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import BinaryIO

from rl_station.central.calls import Context
from rl_station.central.hand_over import Handed, sites_of, take_file
from rl_station.cli import central
from rl_station.cli.options import Exit, UsageError, complain, print_json
from rl_station.domain.hand_over import HandOverError, read_cover


def import_events(args: Namespace) -> int:
    """Store what is new in each file. Exit 1 where something of a file was not taken."""
    complete = True
    with central.context(args) as context:
        for path in args.files:
            found = _import(context, path, args.site)
            complete = complete and not found.refused and not found.damaged
            if args.json:
                print_json({"file": str(path), **{name: getattr(found, name) for name in found.__struct_fields__}})
            else:
                _tell(path, found)
    return Exit.FINE if complete else Exit.FOUND


def _import(context: Context, path: Path, site: str | None) -> Handed:
    try:
        with path.open("rb") as file:
            where = site or _site(context, path, file)
            file.seek(0)
            return take_file(context, where, file)
    except HandOverError as error:
        raise UsageError(f"{path}: {error}") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def _site(context: Context, path: Path, file: BinaryIO) -> str:
    """The one site that has the station. Raises UsageError, HandOverError."""
    station = read_cover(file).station
    found = sites_of(context, station)
    if len(found) != 1:
        many = f"several sites have a station {station}: {', '.join(found)}"
        none = f"no site has a station {station}: enrol it (`central enroll`)"
        raise UsageError(f"{path}: {many if found else none}, or name the site with --site")
    return found[0]


def _tell(path: Path, found: Handed) -> None:
    closed = f"; {found.closed} wait for a person" if found.closed else ""
    told = f"{found.stored} events stored, {found.known} known before{closed}"
    print(f"{path}: station {found.station} of {found.site}: {told}")
    for why in filter(None, (found.refused, found.damaged)):
        complain(f"{path}: taken up to event {found.through}, the rest not: {why}")
