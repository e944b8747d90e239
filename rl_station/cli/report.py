"""`rl-station report`: figures of this station, by the same definitions as the screens."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace
from contextlib import closing

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.cli.report_sheets import REPORTS, Asked, Row, Sheet
from rl_station.domain.kpi import Supervision
from rl_station.settings.problems import nearest
from rl_station.station.clocks import SystemClock, rfc3339
from rl_station.station.elsewhere import Elsewhere
from rl_station.store import open_reader

_SHARES = ("share", "rate", "agreed")
_MONEY = ("value", "expected")
_NUMBERS = ("count", "units", "looks", "waiting", "minutes", "late", "soon", "kappa", "before", *_SHARES, *_MONEY)


def report(args: Namespace) -> int:
    """Print one report as a table, CSV or JSON. All times are UTC."""
    kind = REPORTS[args.name]
    by = _by(args.name, args.by)
    if kind.now and (args.since or args.until):
        raise UsageError(f"the report {args.name} is of now: leave out --since and --until")
    if 0 < args.until <= args.since:
        raise UsageError("--until has to be later than --since")
    folder = opening.data(args)
    with opening.store_errors(), open_reader(folder) as reader, closing(Elsewhere(folder, reader)) as elsewhere:
        supervision = opening.supervision(args) if kind.now else Supervision()
        asked = Asked(SystemClock().now(), by, args.since, args.until, supervision)
        sheet = kind.make(elsewhere.figures(), asked)
    if args.json:
        times = {name: rfc3339(at) if at else None for name, at in (("since", args.since), ("until", args.until))}
        print_json({"report": args.name, **times, "by": by, "rows": sheet.rows, "totals": sheet.totals})
    elif args.csv:
        writer = csv.DictWriter(sys.stdout, sheet.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sheet.rows)
    else:
        _print_table(sheet)
    return Exit.FINE


def _by(name: str, asked: str | None) -> tuple[str, ...]:
    """The names after --by; raises `UsageError` for one that this report does not know."""
    kind = REPORTS[name]
    if asked is None:
        return kind.default
    by = tuple(dict.fromkeys(each.strip() for each in asked.split(",") if each.strip()))
    for each in by:
        if each not in kind.by:
            close = nearest(each, kind.by)
            hint = f" (did you mean {close!r}?)" if close else ""
            raise UsageError(f"the report {name} cannot be grouped by {each!r}{hint}: it knows {', '.join(kind.by)}")
    return by


def _print_table(sheet: Sheet) -> None:
    rows = [[_shown(name, row[name]) for name in sheet.columns] for row in sheet.rows]
    titles = [f"{name} (UTC)" if name in ("hour", "oldest") else name for name in sheet.columns]
    lines = [titles, *rows, *_totals(sheet)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(titles))]
    for line in lines:
        cells = zip(sheet.columns, line, widths, strict=True)
        print("  ".join(f"{cell:>{w}}" if name in _NUMBERS else f"{cell:<{w}}" for name, cell, w in cells).rstrip())


def _totals(sheet: Sheet) -> list[list[str]]:
    """A line for everything, or one for each stage; none where it would say what is there already."""
    if sheet.columns[0] in _NUMBERS or sheet.columns == ("stage", "count"):
        return []
    if sheet.columns[0] == "currency" and len(sheet.rows) == 1:
        return []
    if "count" not in sheet.columns:
        return [_total(sheet, sheet.totals)]
    if "stage" not in sheet.columns:
        return [_total(sheet, {"count": sum(count for count in sheet.totals.values() if isinstance(count, int))})]
    return [_total(sheet, {"stage": stage, "count": count}) for stage, count in sheet.totals.items()]


def _total(sheet: Sheet, totals: Row) -> list[str]:
    cells = [_shown(name, totals[name]) if name in totals else "" for name in sheet.columns]
    return [f"total {cells[0]}".rstrip(), *cells[1:]]


def _shown(name: str, value: str | float | None) -> str:
    match value:
        case None | "":
            return "-"
        case str():
            return value[:16] if name in ("hour", "oldest") else value
        case _ if name in _SHARES:
            return f"{value:.1%}"
        case _ if name in _MONEY:
            return f"{value / 100:,.2f}"
        case float():
            return f"{value:.2f}"
    return str(value)
