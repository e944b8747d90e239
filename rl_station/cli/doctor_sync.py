"""The way to the central server: whether the station is enrolled, whether it gets through, and how far its clock is off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rl_station.cli.doctor_finding import Finding, fail, fine, warn
from rl_station.cli.sync_status import Status, look, skew
from rl_station.store import StoreError, open_reader
from rl_station.store.folder import DATABASE
from rl_station.sync.channel import ChannelError, Request

MOST_SKEW_S = 300.0
_ASK_S = 5.0
_OK = 200


def sync(folder: Path) -> Iterator[Finding]:
    """Nothing where there is no database yet, or one that cannot be read: the database's own lines tell."""
    if not (folder / DATABASE).is_file():
        return
    try:
        with open_reader(folder) as reader:
            found = look(reader, folder)
    except StoreError:
        return
    if not found.enrolled and found.error is None:
        yield fine("centre", f"not enrolled with a central server; {found.waiting} events are kept here")
        return
    yield _centre(found)
    if found.enrolled:
        yield _answers(found.server)
        if found.skew_s is not None:
            yield _clock(found.skew_s)
    if found.quarantined:
        told = f"the central server holds {len(found.quarantined)} events for a person, the last {found.quarantined[-1].seq}"
        yield warn("quarantine", told, "Look at the tasks at the centre.", events=len(found.quarantined))


def _centre(found: Status) -> Finding:
    error = found.error
    if error is not None:
        make = fail if error.blocked else warn
        return make("centre", error.message, error.fix, waiting=found.waiting, code=error.code)
    told = f"{found.server}, site {found.site}; "
    last = found.last_acknowledgement
    told += f"has everything up to event {last.through} since {last.at}" if last else "has acknowledged nothing yet"
    return fine("centre", told, waiting=found.waiting)


def _answers(url: str) -> Finding:
    """Ask the server itself, as anybody could."""
    from rl_station.sync.http_channel import HttpChannel  # noqa: PLC0415  # a third of a second

    fix = "Check the network, proxies on the way, and the address in central.json."
    try:
        channel = HttpChannel(url, read_s=_ASK_S)
    except ValueError as error:
        return fail("centre answers", str(error), fix)
    try:
        status = channel.exchange(Request(method="GET", path="/health")).status
    except ChannelError as error:
        return warn("centre answers", f"{url} does not answer ({error})", fix)
    finally:
        channel.close()
    if status != _OK:
        return warn("centre answers", f"{url} answers with status {status}", fix, status=status)
    return fine("centre answers", f"{url} answers")


def _clock(seconds: float) -> Finding:
    told = f"this clock is {skew(seconds)} the central server's"
    if abs(seconds) > MOST_SKEW_S:
        return warn("skew", told, "Let it be kept right: sudo timedatectl set-ntp true", seconds=seconds)
    return fine("skew", told, seconds=seconds)
