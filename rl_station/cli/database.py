"""`rl-station db`: check, backup, rebuild, export."""

from __future__ import annotations

from argparse import Namespace

from rl_station import __version__
from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.domain.hand_over import Cover
from rl_station.station.clocks import SystemClock
from rl_station.store import check_folder, open_reader, rebuild_folder


def check(args: Namespace) -> int:
    """Verify the log and, unless --quick, the read models. Exit 1 where something is wrong."""
    with opening.store_errors():
        found = check_folder(opening.data(args), projections=not args.quick)
    if args.json:
        print_json(
            {
                "ok": found.ok,
                "events": found.events,
                "first_bad": found.first_bad,
                "problems": [problem._asdict() for problem in found.problems],
            }
        )
    else:
        for problem in found.problems:
            print(f"{problem.code}: {problem.message}")
        verdict = "the chain is intact" if found.ok else f"first bad seq: {found.first_bad or 'none'}"
        print(f"{found.events} events, {verdict}")
    return Exit.FINE if found.ok else Exit.FOUND


def backup(args: Namespace) -> int:
    """Copy the database, also while the station runs."""
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        head = reader.backup(args.target)
    if args.json:
        print_json({"target": str(args.target), "events": head.seq, "hash": head.hash.hex()})
    else:
        print(f"{args.target}: {head.seq} events")
    return Exit.FINE


def rebuild(args: Namespace) -> int:
    """Derive the read models again; the station must not be running."""
    with opening.store_errors():
        events = rebuild_folder(opening.data(args))
    if args.json:
        print_json({"events": events})
    else:
        print(f"rebuilt from {events} events")
    return Exit.FINE


def export(args: Namespace) -> int:
    """Write events to a file that `central import-events` takes, also while the station runs."""
    from rl_station.station.sync import StoreOutbox  # noqa: PLC0415  # the others need no network
    from rl_station.sync import hand_over  # noqa: PLC0415  # as above
    from rl_station.sync.outbox import OutboxError  # noqa: PLC0415  # as above

    data = opening.data(args)
    with opening.store_errors(), open_reader(data) as reader:
        station, head, acknowledged = reader.station, reader.head().seq, reader.acknowledged()
    at = SystemClock().now()
    cover = Cover(station=station, after=0 if args.all else acknowledged, through=head, at=at, version=__version__)
    try:
        log = StoreOutbox(data, lambda work: None)
        try:
            written = hand_over.write(log, cover, args.target)
        finally:
            log.close()
    except OutboxError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{args.target}: {error.strerror}") from error
    events = written.last - written.first + 1
    if args.json:
        print_json({"target": str(args.target), "events": events, **written._asdict()})
    else:
        print(f"{args.target}: {events} events" + (f", {written.first} to {written.last}" if events else ""))
    return Exit.FINE
