"""`rl-station central`: serve, enroll, status."""

from __future__ import annotations

import logging
import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rl_station.central import identity
from rl_station.central.calls import Context
from rl_station.central.clocks import SystemClock
from rl_station.central.database import DatabaseError, open_engine
from rl_station.central.overview import Overview, overview
from rl_station.cli.options import Exit, UsageError, complain, print_json

if TYPE_CHECKING:
    import socket

DATABASE_VARIABLE = "RL_STATION_CENTRAL_DATABASE"


def database(args: Namespace) -> str:
    """The URL of the command line, else of the environment. Raises UsageError."""
    url: str = args.database or os.environ.get(DATABASE_VARIABLE, "")
    if not url:
        raise UsageError(f"name the database: --database sqlite:///FILE, or {DATABASE_VARIABLE} in the environment")
    return url


@contextmanager
def context(args: Namespace) -> Iterator[Context]:
    """The server's database, brought up to date. What it complains of becomes a UsageError."""
    try:
        engine = open_engine(database(args), connections=2)
        try:
            found = Context(engine, SystemClock())
            identity.prepare(found)
            yield found
        finally:
            engine.dispose()
    except DatabaseError as error:
        raise UsageError(str(error)) from error


def serve(args: Namespace) -> int:
    """Until SIGTERM or Ctrl+C. A database that is away is waited for: callers are told to come again."""
    from rl_station.central import serving  # noqa: PLC0415  # the web server, which only this needs
    from rl_station.central.front import Front  # noqa: PLC0415  # as above

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    url = database(args)
    try:
        engine = open_engine(url)
    except DatabaseError as error:
        raise UsageError(str(error)) from error
    listener = _listener(args.listen)
    host, port = listener.getsockname()[:2]
    front = Front(engine, SystemClock(), pepper=serving.pepper())
    try:
        front.prepare()
    except DatabaseError as error:
        if error.code != "away":
            raise UsageError(str(error)) from error
        complain(f"rl-station: {error} It is asked again with every request.")
    _listening(args, host, port)
    if args.workers == 1:
        serving.serve(front, listener)
    else:
        listener.close()
        engine.dispose()
        serving.serve_many(url, host, port, args.workers)
    return Exit.FINE


def _listener(text: str) -> socket.socket:
    from rl_station.central.serving import bind  # noqa: PLC0415  # as above

    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004  # ports have 16 bits
        raise UsageError(f"--listen {text}: expected HOST:PORT")
    try:
        return bind(host.strip("[]"), int(port))
    except OSError as error:
        raise UsageError(f"cannot listen on {text}: {error.strerror}") from error


def _listening(args: Namespace, host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    if args.json:
        print_json({"url": f"http://{shown}:{port}", "host": host, "port": port})
    else:
        print(f"listening on http://{shown}:{port}", flush=True)


def enroll(args: Namespace) -> int:
    """Codes and tokens are shown once and stored nowhere."""
    with context(args) as found:
        try:
            if args.reader:
                return _reader(args, found)
            return _revoke(args, found) if args.revoke else _code(args, found)
        except ValueError as error:
            raise UsageError(str(error)) from error


def _code(args: Namespace, found: Context) -> int:
    code = identity.new_code(found, args.site, args.who, valid=args.valid)
    until = found.clock.now() + args.valid
    if args.json:
        print_json({"site": args.site, "station": args.who, "code": code, "expires_at": until})
    else:
        print(f"{code}\nfor station {args.who} of site {args.site}, once, until {_moment(until)}")
    return Exit.FINE


def _reader(args: Namespace, found: Context) -> int:
    token = identity.new_reader(found, args.site, args.reader)
    if args.json:
        print_json({"site": args.site, "reader": args.reader, "token": token})
    else:
        print(token)
    return Exit.FINE


def _revoke(args: Namespace, found: Context) -> int:
    """Exit 1 where there is no such station."""
    done = identity.revoke(found, args.site, args.revoke)
    if args.json:
        print_json({"site": args.site, "station": args.revoke, "revoked": done})
    else:
        print(f"station {args.revoke} is {'revoked' if done else 'not known'}")
    return Exit.FINE if done else Exit.FOUND


def status(args: Namespace) -> int:
    """How far the stations are, and what waits for a person."""
    with context(args) as found:
        seen = overview(found.engine)
    if args.json:
        print_json(seen)
    else:
        _print(seen)
    return Exit.FINE


def _print(seen: Overview) -> None:
    print(f"incarnation {seen.incarnation}")
    for station in seen.stations:
        last = "never heard of" if station.last_seen_at is None else f"heard {_moment(station.last_seen_at)}"
        print(f"{station.site}/{station.station}: {station.state}, {last}")
        for life in station.epochs:
            skew = life.skew_us / 1_000_000
            behind = f", {life.waiting} waiting" if life.waiting else ""
            print(f"  epoch {life.epoch} ({life.reason}): {life.starts} to {life.seq}{behind}, clock {skew:+.1f} s")
    for task in seen.tasks:
        print(f"{task.site}: {task.open} open tasks ({task.kind})")
    if not seen.stations:
        print("no stations; `rl-station central enroll STATION` gives a code for one")


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
