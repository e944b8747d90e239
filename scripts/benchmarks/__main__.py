"""`scripts/bench`: measure what was asked for, print one document."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import catalogue, report
from benchmarks.bench import DISK, Bench
from benchmarks.figure import CannotMeasureError, Figure
from benchmarks.machine import machine


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when everything was measured; 1 with --strict when a bar was missed, and whenever a figure failed."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if args.list:
        print("\n".join((*catalogue.NAMES, *catalogue.GROUPS)))
        return 0
    known = (*catalogue.NAMES, *catalogue.GROUPS)
    unknown = [name for name in args.names if name not in known]
    if unknown:
        parser.error(f"unknown figure {unknown[0]!r}; there are: {', '.join(known)}")
    bench = Bench(args.folder, quick=args.quick)
    facts = {**machine(bench), **({"quick": "yes"} if args.quick else {})}
    figures = [figure for measurement in catalogue.chosen(args.names) for figure in _measured(measurement, bench)]
    facts["load_after"] = os.getloadavg()[0]
    as_json = args.json or any(name in catalogue.GROUPS for name in args.names)
    print((report.as_json if as_json else report.as_table)(facts, figures))
    failed = any(figure.value is None for figure in figures)
    missed = args.strict and any(figure.ok is False for figure in figures)
    return 1 if failed or missed else 0


def _measured(measurement: catalogue.Measurement, bench: Bench) -> list[Figure]:
    bench.say(f"measuring {', '.join(measurement.names)}")
    try:
        return measurement.measure(bench)
    except CannotMeasureError as error:
        bench.say(f"could not be measured: {error}")
        why = str(error).partition("\n")[0]
        return [Figure(name, None, "", ok=False, note=f"could not be measured: {why}") for name in measurement.names]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure the station on this machine. Without names: everything but what takes very long.",
        epilog=f"Figures: {', '.join(catalogue.NAMES)}. Groups of them, as JSON: {', '.join(catalogue.GROUPS)}",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a figure to measure")
    parser.add_argument("--json", action="store_true", help="print one JSON document, nothing else")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a bar is missed")
    parser.add_argument(
        "--quick", action="store_true", help="few samples, small logs: to try the bench, not the station"
    )
    parser.add_argument("--list", action="store_true", help="print the names of all figures")
    parser.add_argument(
        "--folder", type=Path, default=DISK, metavar="DIR", help="where to write; a disk like the station's"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
