"""`rl-station sync once` and `sync enroll`: sending what waits without a station, and belonging to a central server."""

from __future__ import annotations

import random
import time
from argparse import Namespace
from pathlib import Path
from urllib.parse import urlsplit

from rl_station import __version__
from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, complain, print_json
from rl_station.station.clocks import SystemClock
from rl_station.station.sync import StoreOutbox
from rl_station.store import Store, open_reader
from rl_station.sync import enrolment
from rl_station.sync.channel import ChannelError
from rl_station.sync.enrolment import Enrolled, EnrolmentError
from rl_station.sync.outbox import OutboxError
from rl_station.sync.state import SyncState, read_state, write_state
from rl_station.sync.uplink import Uplink

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def once(args: Namespace) -> int:
    """Send all that waits, for a folder in which no station is running. Exit 1 where something still waits at the end."""
    data = opening.data(args)
    enrolled = _enrolled(data)
    site = opening.site(args)
    with opening.store_errors(), open_reader(data) as reader:
        purpose = reader.purpose
    own, clock = site.station, SystemClock()
    with (
        opening.store_errors(),
        Store.open(data, station=own.id, prefix=own.prefix, clock=clock, purpose=purpose) as store,
    ):
        if enrolled.station != own.id:
            raise UsageError(f"{data / enrolment.FILE} belongs to station {enrolled.station}, not to {own.id}")
        state = _sent(store, data, enrolled, args.seconds)
        waiting, _ = store.unsynced()
    if args.json:
        print_json({"waiting": waiting, "link": state.link, "error": state.trouble and state.trouble.told})
    elif state.trouble is not None:
        complain(f"{waiting} events wait. {state.trouble.told} {state.trouble.fix}")
    else:
        print(f"{waiting} events wait" if waiting else "the central server has everything")
    return Exit.FOUND if waiting or state.trouble is not None else Exit.FINE


def _sent(store: Store, data: Path, enrolled: Enrolled, seconds: float) -> SyncState:
    """Step until the server has everything, somebody has to do something, or the time is up."""
    from rl_station.sync.http_channel import HttpChannel  # noqa: PLC0415  # a third of a second

    clock, chance = SystemClock(), random.Random()  # noqa: S311  # only spreads retries
    try:
        channel = HttpChannel(enrolled.url, authority=enrolled.authority)
        outbox = StoreOutbox(data, lambda work: work(store))
    except (ValueError, OutboxError) as error:
        raise UsageError(str(error)) from error
    uplink = Uplink(outbox, channel, enrolled, clock=clock, chance=chance, before=read_state(data), version=__version__)
    end = time.monotonic() + seconds
    try:
        while True:
            pause = uplink.step(clock.now())
            trouble = uplink.state.trouble
            settled = uplink.state.link == "up" and outbox.acknowledged() == outbox.head()
            left = end - time.monotonic()
            if settled or left <= 0 or (trouble is not None and trouble.blocked):
                break
            time.sleep(min(pause.us / 1_000_000, left))
    except OutboxError as error:
        raise UsageError(str(error)) from error
    finally:
        channel.close()
        outbox.close()
    write_state(data, uplink.state)
    return uplink.state


def enroll(args: Namespace) -> int:
    """Exchange a one-time code of `rl-station central enroll` for this station's token."""
    from rl_station.sync.http_channel import HttpChannel  # noqa: PLC0415  # a third of a second

    data, station = opening.data(args), opening.site(args).station.id
    url = args.central.rstrip("/")
    authority = str(args.authority.resolve()) if args.authority else ""
    try:
        data.mkdir(parents=True, exist_ok=True)
        channel = HttpChannel(url, authority=authority)
        try:
            enrolled = enrolment.enrol(channel, url, station, args.code, authority)
        finally:
            channel.close()
        enrolment.write(data, enrolled)
    except (ChannelError, EnrolmentError, ValueError) as error:
        raise UsageError(f"station {station} was not enrolled: {error}") from error
    except OSError as error:
        raise UsageError(f"{data / enrolment.FILE} cannot be written: {error.strerror}") from error
    if url.startswith("http://") and urlsplit(url).hostname not in _LOCAL:
        complain("Without https:// anybody on the way can read the token and what is sent.")
    if args.json:
        print_json({"site": enrolled.site, "station": station, "server": url, "file": str(data / enrolment.FILE)})
    else:
        print(
            f"station {station} belongs to site {enrolled.site} at {url} now; a running station begins to sync at once"
        )
    return Exit.FINE


def _enrolled(data: Path) -> Enrolled:
    """Raises UsageError where there is none that can be used."""
    try:
        enrolled = enrolment.read(data)
    except EnrolmentError as error:
        raise UsageError(f"{error}. Enrol again: rl-station sync enroll") from error
    if enrolled is None:
        raise UsageError(f"{data} is not enrolled with a central server; see `rl-station sync enroll --help`")
    return enrolled
