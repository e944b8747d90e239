"""`rl-station db salvage`: what can still be read of a damaged database, and the rest from the central server."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.station.clocks import SystemClock
from rl_station.store import check_folder
from rl_station.store.salvaging import Centre, Salvaged
from rl_station.store.salvaging import salvage as salvaged
from rl_station.sync import enrolment, returning
from rl_station.sync.channel import Channel, ChannelError
from rl_station.sync.enrolment import Enrolled, EnrolmentError


def salvage(args: Namespace) -> int:
    """Only a database that `db check` complains of is touched. Exit 1 where something is lost."""
    data = opening.data(args)
    with opening.store_errors():
        if check_folder(data).ok:
            return _tell(args, None)
        enrolled = None if args.alone else _enrolled(data)
        if enrolled is None:
            return _tell(args, _salvaged(args, data, None))
        from rl_station.sync.http_channel import HttpChannel  # noqa: PLC0415  # a third of a second

        channel = HttpChannel(enrolled.url, authority=enrolled.authority)
        try:
            return _tell(args, _salvaged(args, data, _centre(channel, enrolled)))
        except ChannelError as error:
            told = f"the central server does not give back what it has ({error}); nothing was changed"
            raise UsageError(f"{told}. Try again later, or with --alone.") from error
        finally:
            channel.close()


def _salvaged(args: Namespace, data: Path, centre: Centre | None) -> Salvaged:
    station = opening.site(args).station.id
    return salvaged(data, station=station, purpose="live", centre=centre, now=SystemClock().now())


def _enrolled(data: Path) -> Enrolled | None:
    try:
        return enrolment.read(data)
    except EnrolmentError as error:
        raise UsageError(f"{error}. Enrol again (rl-station sync enroll), or go on with --alone.") from error


def _centre(channel: Channel, enrolled: Enrolled) -> Centre:
    return Centre(
        returning.lives(channel, enrolled), lambda epoch, since: returning.events(channel, enrolled, epoch, since)
    )


def _tell(args: Namespace, found: Salvaged | None) -> int:
    if args.json:
        print_json(None if found is None else {**found._asdict(), "old": str(found.old)})
    elif found is None:
        print("nothing is damaged; nothing was changed")
    else:
        print(f"{found.kept} events, {found.fetched} of them from the central server")
        if found.lost:
            print(f"event {found.lost} is lost, and the log ends before it; {found.beyond} later ones are only in")
        print(f"the damaged database: {found.old}")
    return Exit.FOUND if found is not None and found.lost else Exit.FINE
