"""`rl-station db`: check, backup, rebuild."""

from __future__ import annotations

from argparse import Namespace

from rl_station.cli import opening
from rl_station.cli.options import Exit, print_json
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
