"""`rl-station report`: figures of this station, from the same read models as the screens."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace

from rl_station.cli import opening
from rl_station.cli.options import Exit, print_json
from rl_station.station.clocks import rfc3339
from rl_station.store import open_reader

_HOUR = 3_600_000_000

Row = dict[str, str | int]


def report(args: Namespace) -> int:
    """Throughput: work finished by hour, stage and operator."""
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        rows: list[Row] = [
            {"hour": rfc3339(line.hour * _HOUR), "stage": line.stage, "operator": line.operator, "count": line.count}
            for line in reader.records.throughput()
        ]
    if args.json:
        print_json({"report": args.name, "rows": rows, "totals": totals(rows)})
    elif args.csv:
        writer = csv.DictWriter(sys.stdout, ["hour", "stage", "operator", "count"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_table(rows)
    return Exit.FINE


def totals(rows: list[Row]) -> dict[str, int]:
    """Finished work by stage."""
    by_stage: dict[str, int] = {}
    for row in rows:
        stage = str(row["stage"])
        by_stage[stage] = by_stage.get(stage, 0) + int(row["count"])
    return by_stage


def _print_table(rows: list[Row]) -> None:
    print(f"{'hour (UTC)':<18} {'stage':<10} {'operator':<12} {'count':>7}")
    for row in rows:
        print(f"{str(row['hour'])[:16]:<18} {row['stage']:<10} {row['operator'] or '-':<12} {row['count']:>7}")
    for stage, count in totals(rows).items():
        print(f"{'total':<18} {stage:<10} {'':<12} {count:>7}")
