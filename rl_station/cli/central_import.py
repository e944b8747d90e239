"""`rl-station central import`: reference data out of files."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import IO

from rl_station.central.database import DatabaseError
from rl_station.central.reference_import import How, Report, import_reference
from rl_station.central.reference_read import Source
from rl_station.central.reference_rows import CSV_KINDS
from rl_station.cli.central import context
from rl_station.cli.options import Exit, UsageError, complain, print_json
from rl_station.domain.sync_wire import REFERENCE_KINDS


def import_files(args: Namespace) -> int:
    """Take the files in the order given. Ends with 1 where a row was refused."""
    if args.kind and args.kind not in REFERENCE_KINDS:
        raise UsageError(f"--kind is one of {', '.join(REFERENCE_KINDS)}")
    sources = [_source(Path(file), args.kind or "") for file in args.files]
    with context(args) as found:
        try:
            report = import_reference(found.engine, args.site, sources, How(args.strict, args.replace))
        except OSError as error:
            raise UsageError(f"{error.filename}: {error.strerror}") from error
        except DatabaseError as error:
            raise UsageError(str(error)) from error
    if args.json:
        print_json(report)
    else:
        _print(report)
    return Exit.FOUND if report.refused else Exit.FINE


def _source(file: Path, kind: str) -> Source:
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    if file.suffix == ".csv" and not kind and file.name not in ("products.csv", "returns.csv", "recalls.csv"):
        raise UsageError(f"--kind says what is in {file}: one of {', '.join(CSV_KINDS)}")
    return Source(str(file), kind, partial(_opened, file))


def _opened(file: Path) -> IO[bytes]:
    return file.open("rb")


def _print(report: Report) -> None:
    for refusal in report.refusals:
        place = f"{refusal.file}:{refusal.line}" if refusal.line else refusal.file
        key = f" {refusal.key}:" if refusal.key else ""
        complain(f"{place}:{key} {refusal.reason}")
    if report.refused > len(report.refusals):
        complain(f"... and {report.refused - len(report.refusals)} more")
    for kind in report.kept:
        complain(f"nothing of kind {kind} was removed: a refused row may be one of those that are there")
    print(
        f"{report.accepted} accepted, {report.unchanged} unchanged, {report.removed} removed, {report.refused} refused"
    )
