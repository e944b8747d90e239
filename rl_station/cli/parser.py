"""Every command with its arguments. `handler` names the function that carries it out, as `module:function`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from rl_station import __version__
from rl_station.cli.options import shared_options
from rl_station.station.clocks import microseconds

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

REPORTS = ("throughput", "queues", "grades", "dispositions", "reasons", "recovery", "agreement")
RECALL_SOURCES = ("cpsc", "openfda", "csv")
_DRAFT = "a folder with settings files that stand in for those of --config"
LABELS = ("commands", "plates", "badges", "bins", "containers")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="rl-station",
        description="The dock workstation of a returns centre.",
        epilog="Exit codes: 0 fine, 1 the check found something, 2 wrong usage or configuration.",
    )
    parser.add_argument("--version", action="version", version=f"rl-station {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _screens(commands)
    _history(commands)
    _config(commands)
    _operators(commands)
    _rules(commands)
    _recalls(commands)
    _labels(commands)
    _database(commands)
    _sync(commands)
    _central(commands)
    _devices(commands)
    _command(
        commands,
        "doctor",
        "doctor:doctor",
        "Everything IT asks first: versions, configuration, data, disk, clock, terminal, permissions, devices.",
    )
    return parser


def _command(commands: Commands, name: str, handler: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text, parents=[shared_options()])
    parser.set_defaults(handler=handler)
    return parser


def _group(commands: Commands, name: str, text: str) -> Commands:
    return commands.add_parser(name, help=text, description=text).add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )


def _screens(commands: Commands) -> None:
    _command(commands, "run", "run:run", "The full-screen station.")
    demo = _command(commands, "demo", "run:demo", "The station with simulated devices and sample returns.")
    demo.add_argument("--seed", type=int, default=1, metavar="N", help="which course the demo's parcels take")
    demo.add_argument("--fresh", action="store_true", help="forget what was done in earlier demos")
    demo.add_argument("--headless", action="store_true", help="play a few parcels without a screen and print them")
    demo.add_argument("--parcels", type=_positive, default=5, metavar="N", help="how many parcels --headless plays")
    demo.add_argument("--record", type=Path, metavar="FILE", help="with --headless: keep the inputs as a replay script")
    replay = _command(
        commands,
        "replay",
        "replay:replay",
        "Run a script of reads (JSON lines) through the same workflows, without a screen.",
    )
    replay.add_argument("file", type=Path, help="the script; - for standard input")


def _history(commands: Commands) -> None:
    trace = _command(commands, "trace", "history:trace", "The history of anything that has a code.")
    trace.add_argument("code", help="a plate, tracking number, RMA, serial, container or any other code")
    events = _command(commands, "events", "history:events", "The event log.")
    events.add_argument("--since", type=_count, default=0, metavar="N", help="only events after this seq")
    shifts = _command(
        commands, "shifts", "shifts:shifts", "The shift log: sign-ins, breaks and notes to the next shift."
    )
    shifts.add_argument("--since", type=_date, metavar="DATE", help="from this day (UTC) on, YYYY-MM-DD; else 7 days")
    report = _command(commands, "report", "report:report", "Figures of this station.")
    report.add_argument("name", choices=REPORTS)
    report.add_argument("--csv", action="store_true", help="print CSV")
    report.add_argument("--by", metavar="NAMES", help="group by these, such as operator,stage; a wrong one lists them")
    report.add_argument(
        "--since", type=_time, default=0, metavar="TIME", help="from 2026-11-30 or 2026-11-30T06:00 on, UTC"
    )
    report.add_argument("--until", type=_time, default=0, metavar="TIME", help="before this time, UTC")


def _config(commands: Commands) -> None:
    group = _group(commands, "config", "Check and show the configuration.")
    _command(group, "check", "config:check", "Name every mistake with file, line, key and the nearest valid name.")
    _command(group, "show", "config:show", "Every value and the file and line it comes from.")
    _command(group, "schema", "config:schema", "JSON schemas of the configuration files.")


def _operators(commands: Commands) -> None:
    group = _group(commands, "operators", "The people of operators.toml.")
    pin = _command(
        group, "pin", "operators:pin", "Read a supervisor's PIN without showing it; print its line for operators.toml."
    )
    pin.add_argument("operator", metavar="OPERATOR", help="the id, as in operators.toml")


def _rules(commands: Commands) -> None:
    group = _group(commands, "rules", "Try the disposition rules, and what a draft of them would change.")
    test = _command(group, "test", "rules:test", "Run the examples of rules_examples.toml; name each that fails.")
    test.add_argument("draft", nargs="?", type=Path, metavar="DRAFT_DIR", help=_DRAFT)
    diff = _command(
        group, "diff", "rules:diff", "Which units would have gone elsewhere under a draft, and their value."
    )
    diff.add_argument("draft", type=Path, metavar="DRAFT_DIR", help=_DRAFT)
    diff.add_argument(
        "--since", type=_date, default=0, metavar="DATE", help="only decisions from this day (UTC) on, YYYY-MM-DD"
    )


def _recalls(commands: Commands) -> None:
    group = _group(commands, "recalls", "The offline list of recalls, and the units here that it means.")
    read = _command(group, "import", "recalls:import_", "Take published lists into the configuration folder.")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON of CPSC or openFDA, or CSV")
    read.add_argument(
        "--source", choices=RECALL_SOURCES, default="", help="whose shape it has; else told from the file"
    )
    read.add_argument("--snapshot", type=_day, metavar="DATE", help="when the list was fetched, YYYY-MM-DD; else today")
    _command(group, "list", "recalls:list_", "Every recall that stands, those that were reversed, and the list's age.")
    _command(
        group, "affected", "recalls:affected", "Units on the shelf, and gone, that a recall means which came later."
    )
    reverse = _command(group, "reverse", "recalls:reverse", "A recall does not hold: its units are decided anew.")
    reverse.add_argument("reference", help="the number of the notice")
    reverse.add_argument("--reason", required=True, metavar="TEXT", help="why; it stands in the records")


def _labels(commands: Commands) -> None:
    labels = _command(
        commands, "labels", "labels:labels", "Printable sheets: commands, plates, badges, bins, containers."
    )
    labels.add_argument("what", choices=LABELS)
    labels.add_argument("--output", "-o", type=Path, metavar="FILE", help="FILE.pdf, FILE.png or FILE.zpl")
    labels.add_argument("--count", type=_positive, default=10, metavar="N", help="how many pre-printed plates")


def _database(commands: Commands) -> None:
    group = _group(commands, "db", "Check, back up and rebuild the station's database.")
    check = _command(group, "check", "database:check", "Verify the hash chain; name the first bad seq.")
    check.add_argument("--quick", action="store_true", help="leave out comparing the read models with a rebuild")
    backup = _command(group, "backup", "database:backup", "Copy the database while the station runs.")
    backup.add_argument("target", type=Path, help="a file that does not exist yet")
    _command(group, "rebuild", "database:rebuild", "Derive all read models from the log again.")
    salvage = _command(
        group, "salvage", "salvage:salvage", "Make a damaged database good, with what the central server has of it."
    )
    salvage.add_argument("--alone", action="store_true", help="do not ask the central server")
    export = _command(
        group, "export", "database:export", "Write the events the central server does not have to a file."
    )
    export.add_argument("target", type=Path, metavar="FILE", help="a file that does not exist yet")
    export.add_argument("--all", action="store_true", help="the whole log")


def _sync(commands: Commands) -> None:
    group = _group(commands, "sync", "The way to the central server.")
    _command(group, "status", "sync_status:status", "How many events wait, how old they are, and what is in the way.")
    once = _command(group, "once", "sync:once", "Send what waits, where no station is running to do it.")
    once.add_argument("--seconds", type=_seconds, default=60.0, metavar="N", help="give up after so many seconds")
    enroll = _command(group, "enroll", "sync:enroll", "Exchange a one-time code for this station's token.")
    enroll.add_argument("--central", required=True, metavar="URL", help="the server's address: https://...")
    enroll.add_argument("--code", required=True, help="of `central enroll`, at the server")
    enroll.add_argument("--authority", type=Path, metavar="FILE", help="the certificate that signed the server's own")


def _central(commands: Commands) -> None:
    group = _group(commands, "central", "The central server of one or more sites.")
    serve = _command(group, "serve", "central:serve", "Take the stations' events until told to end.")
    serve.add_argument(
        "--listen", default="127.0.0.1:8420", metavar="HOST:PORT", help="default %(default)s; port 0 takes a free one"
    )
    serve.add_argument("--workers", type=_positive, default=1, metavar="N", help="so many processes on one port")
    enroll = _command(
        group, "enroll", "central:enroll", "A one-time code for a station, or a token for a program that reads."
    )
    who = enroll.add_mutually_exclusive_group(required=True)
    who.add_argument("who", nargs="?", metavar="STATION", help="the station that may show the code")
    who.add_argument("--reader", metavar="NAME", help="a program that reads: prints its token")
    who.add_argument("--revoke", metavar="STATION", help="hear no more of this station")
    enroll.add_argument("--valid", type=_span, default="24h", metavar="TIME", help="of a code: 90s, 30m, 24h or 7d")
    status = _command(group, "status", "central:status", "Stations, how far they are, and the tasks that wait.")
    events = _command(
        group, "import-events", "central_events:import_events", "Take what stations handed over with `db export`."
    )
    events.add_argument("files", nargs="+", type=Path, metavar="FILE")
    events.add_argument("--site", metavar="ID", help="where several sites have a station of that name, or none yet")
    taking = _central_import(group)
    for each in (serve, enroll, status, events, taking):
        _central_database(each)
    for each in (enroll, taking):
        each.add_argument("--site", default="main", metavar="ID", help="the site it belongs to; default %(default)s")


def _central_import(group: Commands) -> argparse.ArgumentParser:
    taking = _command(group, "import", "central_import:import_files", "Take reference data: CSV, JSON, files of rules.")
    taking.add_argument(
        "files", nargs="+", metavar="FILE", help="products.csv, returns.csv, recalls.csv, *.json, *.toml"
    )
    taking.add_argument("--kind", metavar="KIND", help="what is in them, where their names do not say it")
    taking.add_argument("--strict", action="store_true", help="take nothing if one row is refused")
    taking.add_argument("--replace", action="store_true", help="delete what is not in them, of the kinds they hold")
    return taking


def _central_database(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--database",
        metavar="URL",
        help="sqlite:///FILE or postgresql://USER@HOST/NAME; default: the environment's RL_STATION_CENTRAL_DATABASE",
    )


def _devices(commands: Commands) -> None:
    group = _group(commands, "devices", "Find, watch and try scanners, scales and printers.")
    _command(group, "list", "devices:list_devices", "What is configured, what is plugged in, and what is in the way.")
    _command(group, "suggest", "devices:suggest", "Print a block for devices.toml for what is not configured yet.")
    monitor = _command(group, "monitor", "devices_live:monitor", "Raw bytes, reads and meanings, live until Ctrl+C.")
    record = _command(group, "record", "devices_live:record", "As monitor, and keep the raw bytes in a file.")
    record.add_argument("file", type=Path, help="a file that does not exist yet")
    for live in (monitor, record):
        live.add_argument("name", nargs="?", help="one device; all scanners of the station otherwise")
        live.add_argument("--seconds", type=_seconds, default=0.0, metavar="N", help="end after so many seconds")
        live.add_argument("--count", type=_count, default=0, metavar="N", help="end after so many reads")
    replay = _command(group, "replay", "devices_replay:replay", "Recorded bytes through another scanner's settings.")
    replay.add_argument("file", type=Path, help="a recording of `devices record`")
    replay.add_argument("--through", required=True, metavar="NAME", help="the scanner whose settings are tried")
    replay.add_argument("--against", metavar="NAME", help="compare with this one, not with the scanner it came from")
    replay.add_argument("--device", metavar="NAME", help="only what this scanner sent")
    test = _command(
        group, "test", "devices_check:check_device", "Try a scanner (scan the code on the screen) or a printer."
    )
    test.add_argument("name", help="a device of devices.toml")
    test.add_argument(
        "--seconds", type=_seconds, default=20.0, metavar="N", help="wait so long for the scan; 0: no scan"
    )


def _span(text: str) -> int:
    """Microseconds."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.isdecimal() or not 0 < int(number) < 10_000:  # noqa: PLR2004 - 27 years
        raise argparse.ArgumentTypeError("expected a time such as 30m, 24h or 7d")
    return int(number) * units[unit] * 1_000_000


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1e6:  # noqa: PLR2004 - a fortnight is as good as for ever
        raise argparse.ArgumentTypeError("expected 0 or more")
    return number


def _at_least(least: int, text: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a whole number, {least} or more")
    return int(text)


def _positive(text: str) -> int:
    return _at_least(1, text)


def _date(text: str) -> int:
    """Microseconds since 1970 at the beginning of the day, UTC."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a date as 2026-11-30") from None
    return int(day.timestamp()) * 1_000_000


def _time(text: str) -> int:
    """Microseconds since 1970; without an offset it is UTC."""
    try:
        return microseconds(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a time as 2026-11-30 or 2026-11-30T06:00") from None


def _day(text: str) -> str:
    _date(text)
    return text


def _count(text: str) -> int:
    return _at_least(0, text)
