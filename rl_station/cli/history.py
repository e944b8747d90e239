"""`rl-station events` and `rl-station trace`: what happened, for people and for programs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

import msgspec

from rl_station.cli import opening
from rl_station.cli.options import Exit, complain, print_json
from rl_station.domain.events import CodeTraced, Recorded
from rl_station.domain.meaning import interpret
from rl_station.domain.scan import ScanSource, shown
from rl_station.station.clocks import rfc3339
from rl_station.store import open_reader
from rl_station.workflow.knowledge import HistoryLine
from rl_station.workflow.trace import history_of, resolve


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
    """Print the history of whatever the code stands for. Exit 1 where nothing has happened to it here."""
    site = opening.site(args)
    scan = interpret(ScanSource(device="cli", raw=_raw(args.code), manual=True), site.reference, site.carriers)
    with opening.store_errors(), open_reader(opening.data(args)) as reader:
        resolved = (resolve(meaning, reader.records, site.reference) for meaning in scan.meanings)
        traced = next(filter(None, resolved), None)
        history = history_of(traced, reader.records) if traced else ()
    if args.json:
        lines = [_history_document(line) for line in history]
        print_json({"code": args.code, "subject": traced and subject_of(traced), "events": lines})
    elif not history:
        known = "is announced and has not arrived here" if traced else "is not known here"
        complain(f"{shown(args.code)} {known}.")
    for line in () if args.json else history:
        print(_history_text(line))
    return Exit.FINE if history else Exit.FOUND


def subject_of(traced: CodeTraced) -> dict[str, str]:
    """What a code was resolved to: `kind` is unit, parcel or container, or what was scanned where nothing arrived."""
    for kind, found in (("unit", traced.unit), ("parcel", traced.parcel), ("container", traced.container)):
        if found:
            return {"kind": kind, "id": found}
    return {"kind": traced.kind, "id": traced.value}


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
