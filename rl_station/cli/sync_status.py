"""`rl-station sync status`: what waits for the central server, and how sync goes."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.station.clocks import SystemClock, rfc3339
from rl_station.store import Epoch, Reader, StoreError, holder, open_reader
from rl_station.store.known import KnownReader
from rl_station.sync import enrolment
from rl_station.sync.enrolment import Enrolled, EnrolmentError
from rl_station.sync.state import Held, Receipt, SyncState, read_state, trouble

_SECOND = 1_000_000


class Acknowledgement(msgspec.Struct, frozen=True):
    """The last one that was signed by the server, whose life is its `incarnation`."""

    epoch: str
    through: int
    head: str
    at: str
    incarnation: str
    receipt: str


class Life(msgspec.Struct, frozen=True):
    """An epoch of the log."""

    epoch: str
    reason: str
    first_seq: int
    sends_from: int
    started_at: str


class Problem(msgspec.Struct, frozen=True):
    """`blocked`: nothing gets through before somebody does what `fix` says."""

    code: str
    message: str
    fix: str
    since: str | None
    blocked: bool


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A document for other programs: times as RFC 3339, durations in seconds. `link`: none, unknown, up, down.

    `known_at`: what other stations do, and the centre's reference data, are known here as of then.
    """

    enrolled: bool
    server: str
    site: str
    station: str
    running: bool
    link: str
    waiting: int
    oldest_at: str | None
    oldest_age_s: int | None
    last_seq: int
    acknowledged: int
    last_contact_at: str | None
    known_at: str | None
    last_acknowledgement: Acknowledgement | None
    skew_s: float | None
    round_trip_s: float
    quarantined: tuple[Held, ...]
    epochs: tuple[Life, ...]
    error: Problem | None


def status(args: Namespace) -> int:
    """Exit 1 where nothing more gets through before somebody does something."""
    data = opening.data(args)
    with opening.store_errors(), _opened(data) as reader:
        found = look(reader, data)
    if args.json:
        print_json(found)
    else:
        _print(found)
    return Exit.FOUND if found.error is not None and found.error.blocked else Exit.FINE


def _opened(data: Path) -> Reader:
    """Raises StoreError; UsageError where the station is enrolled and has not been started here yet."""
    try:
        return open_reader(data)
    except StoreError as error:
        enrolled, _ = _enrolment(data, SyncState())
        if error.code != "no_store" or enrolled is None:
            raise
        raise UsageError(
            f"station {enrolled.station} is enrolled with {enrolled.url} (site {enrolled.site}) and has no database in {data} "
            "yet: start it with `rl-station run`, and it begins to sync"
        ) from error


def look(reader: Reader, data: Path) -> Status:
    """How the sync of the store in a folder is, whether its station is running or not. Raises StoreError."""
    waiting, oldest = reader.unsynced()
    state = read_state(data)
    running = holder(data) is not None
    enrolled, error = _enrolment(data, state)
    return Status(
        enrolled=enrolled is not None,
        server=enrolled.url if enrolled else "",
        site=enrolled.site if enrolled else "",
        station=reader.station,
        running=running,
        link=_link(enrolled, error, state) if running or enrolled is None else "unknown",
        waiting=waiting,
        oldest_at=_time(oldest),
        oldest_age_s=None if oldest is None else max(0, (SystemClock().now() - oldest) // _SECOND),
        last_seq=reader.head().seq,
        acknowledged=reader.acknowledged(),
        last_contact_at=_time(state.contact_at or None),
        known_at=_known_at(data),
        last_acknowledgement=_acknowledgement(state.receipt),
        skew_s=None if state.skew_us is None else state.skew_us / _SECOND,
        round_trip_s=state.round_trip_us / _SECOND,
        quarantined=state.held,
        epochs=tuple(map(_life, reader.epochs())),
        error=error,
    )


def _link(enrolled: Enrolled | None, error: Problem | None, state: SyncState) -> str:
    if enrolled is None:
        return "none" if error is None else "down"
    return state.link


def _enrolment(data: Path, state: SyncState) -> tuple[Enrolled | None, Problem | None]:
    """Whether the station is enrolled, and what is wrong: with that, or with the sync when it ran last."""
    try:
        enrolled = enrolment.read(data)
    except EnrolmentError as error:
        found = trouble("enrolment", str(error), 0)
        return None, Problem(found.code, found.told, found.fix, None, found.blocked)
    at_work = state.trouble
    if enrolled is None or at_work is None:
        return enrolled, None
    return enrolled, Problem(at_work.code, at_work.told, at_work.fix, _time(at_work.since), at_work.blocked)


def _acknowledgement(kept: Receipt | None) -> Acknowledgement | None:
    if kept is None:
        return None
    return Acknowledgement(kept.epoch, kept.through, kept.head, rfc3339(kept.at), kept.incarnation, kept.signature)


def _known_at(data: Path) -> str | None:
    known = KnownReader(data)
    known.refresh()
    at = known.contact_at if known.there else None
    known.close()
    return _time(at)


def _life(epoch: Epoch) -> Life:
    return Life(epoch.token, epoch.reason, epoch.first_seq, epoch.sends_from, rfc3339(epoch.started_at))


def _time(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


def _print(found: Status) -> None:
    if not found.enrolled and found.error is None:
        print(f"not enrolled with a central server; {found.waiting} events are kept here")
        return
    lines = {
        "server": f"{found.server} (site {found.site})" if found.enrolled else "",
        "link": found.link if found.running else "no station is running here",
        "waiting": f"{found.waiting}" + (f", the oldest since {found.oldest_at}" if found.oldest_at else ""),
        "acknowledged": f"{found.acknowledged} of {found.last_seq}",
        "last contact": found.last_contact_at or "never",
        "known as of": found.known_at or "",
        "clock": "" if found.skew_s is None else f"{skew(found.skew_s)} the server's",
        "quarantined": ", ".join(f"{held.seq} ({held.form})" for held in found.quarantined),
        "epochs": ", ".join(f"{life.epoch} from {life.sends_from} ({life.reason})" for life in found.epochs),
    }
    for name, told in lines.items():
        if told:
            print(f"{name:<13} {told}")
    if found.error is not None:
        print(f"{'error':<13} {found.error.message}\n{'':<13} {found.error.fix}")


def skew(seconds: float) -> str:
    """How far one clock is from another, in words."""
    return f"{abs(seconds):.1f} s {'ahead of' if seconds >= 0 else 'behind'}"
