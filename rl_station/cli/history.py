"""`rl-station events` and `rl-station trace`: what happened, for people and for programs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from rl_station.cli import opening
from rl_station.cli.options import Exit, complain, print_json
from rl_station.domain.events import Recorded
from rl_station.domain.meaning import interpret
from rl_station.domain.scan import Scan, ScanKind, ScanSource, shown
from rl_station.station.clocks import rfc3339
from rl_station.store import open_reader
from rl_station.workflow.knowledge import HistoryLine, Records


def events(args: Namespace) -> int:
    """Print the log from a seq on; with --json one event a line, with its hash."""
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        for recorded, link in reader.entries(since=args.since):
            if args.json:
                print_json(as_document(recorded, link))
            else:
                print(as_line(recorded))
    return Exit.FINE


def trace(args: Namespace) -> int:
    """Print the history of whatever the code stands for. Exit 1 where this station knows nothing of it."""
    site = opening.site(args)
    scan = interpret(ScanSource(device="cli", raw=_raw(args.code), manual=True), site.reference, site.carriers)
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        subject = find(scan, reader.records)
        history = subject.history(reader.records) if subject else ()
    if args.json:
        lines = [_history_document(line) for line in history]
        print_json({"code": args.code, "subject": subject and subject._asdict(), "events": lines})
    elif not history:
        complain(f"Nothing is known here of {shown(args.code)}.")
    for line in () if args.json else history:
        print(_history_text(line))
    return Exit.FINE if history else Exit.FOUND


class Subject(NamedTuple):
    """What a code stands for; `kind`: parcel, unit, container."""

    kind: str
    id: str

    def history(self, records: Records) -> tuple[HistoryLine, ...]:
        match self.kind:
            case "parcel":
                return records.history(parcel=self.id)
            case "unit":
                return records.history(unit=self.id)
            case _:
                return records.history(container=self.id)


def find(scan: Scan, records: Records) -> Subject | None:
    """The parcel, unit or container a code stands for."""
    for meaning in scan.meanings:
        for kind, known in (
            ("unit", records.unit(meaning.value)),
            ("parcel", records.parcel(meaning.value)),
            ("container", records.container(meaning.value)),
        ):
            if known is not None:
                return Subject(kind, meaning.value)
        parcels = records.parcels_by_key(meaning.kind.value, meaning.value)
        if parcels:
            return Subject("parcel", parcels[0].parcel)
        if meaning.kind in (ScanKind.SERIAL, ScanKind.TEXT, ScanKind.GTIN):
            units = records.units_by_serial(meaning.attribute("21") or meaning.value)
            if units:
                return Subject("unit", units[-1].unit)
    return None


def as_document(recorded: Recorded, link: bytes) -> dict[str, object]:
    """An event as JSON for other programs: the envelope, the event under its own keys, the chain's hash in hex."""
    document: dict[str, object] = msgspec.to_builtins(recorded)
    document["time"] = rfc3339(recorded.at)
    document["hash"] = link.hex()
    return document


def as_line(recorded: Recorded) -> str:
    fields: Mapping[str, object] = msgspec.to_builtins(recorded.event)
    told = " ".join(f"{name}={shown(str(value))}" for name, value in fields.items() if name != "type" and value)
    return f"{recorded.seq:>8} {rfc3339(recorded.at)} {recorded.operator or '-':<10} {fields['type']} {told}"


def _history_document(line: HistoryLine) -> dict[str, object]:
    return {**msgspec.to_builtins(line), "params": dict(line.params), "time": rfc3339(line.at)}


def _history_text(line: HistoryLine) -> str:
    told = " ".join(f"{name}={shown(value)}" for name, value in line.params)
    mark = " (corrected)" if line.corrected else ""
    return f"{rfc3339(line.at)} {line.station:<8} {line.operator or '-':<10} {line.type}{mark} {told}"


def _raw(code: str) -> str:
    return code.encode("utf-8", "surrogateescape").decode("latin-1")
