"""Reads files of reference data row by row: CSV with the columns of `config/*.csv`, JSON, operators.toml, files of rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import PurePath

import msgspec

from rl_station.central.reference_checks import NotTakenError
from rl_station.central.reference_csv import csv_rows
from rl_station.central.reference_read import Read, Refusal, Source, broken
from rl_station.central.reference_values import decoded, taken
from rl_station.domain.reference import Operator
from rl_station.settings import SUPERVISION_FILE
from rl_station.settings.recall_files import REVERSED

OPERATORS_FILE = "operators.toml"
CSV_KINDS = ("product", "return", "recall")
_CSV_FILES = {"products.csv": "product", "returns.csv": "return", "recalls.csv": "recall"}


def rows(source: Source) -> Iterator[Read]:
    """Every row of a file, in its order. Never raises for what is in it."""
    name = PurePath(source.name)
    if name.suffix == ".json" or (source.kind and source.kind not in CSV_KINDS and name.suffix != ".toml"):
        yield from _json(source)
    elif name.name == OPERATORS_FILE:
        yield from _people(source)
    elif name.suffix == ".toml":
        yield _text(source)
    elif name.suffix == ".jsonl":
        yield from _recalls(source)
    else:
        kind = source.kind or _CSV_FILES.get(name.name, "")
        if kind in CSV_KINDS:
            yield from csv_rows(source, kind)
        else:
            reason = f"is none of {', '.join(_CSV_FILES)}, *.json, *.jsonl, *.toml; --kind says what it is"
            yield broken(source, "", reason)


# --- JSON and TOML ----------------------------------------------------------------------------------------------------


class _Entry(msgspec.Struct, frozen=True):
    value: msgspec.Raw
    kind: str = ""
    key: str = ""


_entry = msgspec.json.Decoder(_Entry)
_list = msgspec.json.Decoder(list[msgspec.Raw])


def _json(source: Source) -> Iterator[Read]:
    with source.open() as file:
        text = file.read()
    try:
        entries = _list.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield broken(source, source.kind, f"is not a JSON list: {error}")
        return
    line, position = 1, 0
    for raw in entries:
        start = text.find(bytes(raw), position)
        line += text.count(b"\n", position, start)
        yield _json_row(source, raw, line)
        position = start + len(bytes(raw))
        line += text.count(b"\n", start, position)


def _json_row(source: Source, raw: msgspec.Raw, line: int) -> Read:
    kind = key = ""
    try:
        entry = _entry.decode(raw)
        kind, key = entry.kind or source.kind, entry.key
        found = taken(kind, key, decoded(kind, entry.value))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotTakenError) as error:
        return Read(kind, key, None, (Refusal(source.name, line, key, str(error)),))
    return Read(kind, found.key, found, line=line)


def _recalls(source: Source) -> Iterator[Read]:
    """A list of recalls as `rl-station recalls import` writes it (its first line tells whose it is), or `reversed.jsonl`."""
    kind = "recall_reversed" if PurePath(source.name).name == REVERSED else "recall"
    with source.open() as file:
        for number, raw in enumerate(file, 1):
            if not raw.strip() or (number == 1 and kind == "recall"):
                continue
            try:
                found = taken(kind, "", decoded(kind, raw))
            except NotTakenError as error:
                yield Read(kind, "", None, (Refusal(source.name, number, "", str(error)),))
            else:
                yield Read(kind, found.key, found, line=number)


def _people(source: Source) -> Iterator[Read]:
    """The settings of the site's people, one table each."""
    try:
        with source.open() as file:
            tables = tomllib.loads(file.read().decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        yield broken(source, "operator", f"is not TOML: {error}")
        return
    for id_, found in tables.items():
        try:
            fields = found if isinstance(found, dict) else {}
            person = taken("operator", id_, msgspec.convert({**fields, "id": id_}, Operator))
        except (msgspec.ValidationError, NotTakenError) as error:
            yield Read("operator", id_, None, (Refusal(source.name, 0, id_, str(error)),))
        else:
            yield Read("operator", id_, person)


def _text(source: Source) -> Read:
    """A file of rules, a checklist or the settings of supervision, whose text is the value."""
    path = PurePath(source.name)
    kind = "supervision" if path.name == SUPERVISION_FILE else "rules"
    key = f"checklists/{path.name}" if path.parent.name == "checklists" else path.name
    try:
        with source.open() as file:
            text = file.read().decode("utf-8-sig").replace("\r\n", "\n")
        return Read(kind, key, taken(kind, key, text))
    except UnicodeDecodeError:
        reason = "is not UTF-8 text"
    except NotTakenError as error:
        reason = str(error)
    return Read(kind, key, None, (Refusal(source.name, 0, key, reason),))
