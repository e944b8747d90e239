"""Reads files of reference data row by row: CSV with the columns of `config/*.csv`, JSON, and the files of rules as they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import PurePath
from typing import IO, Any, NamedTuple

import msgspec

from rl_station.central.reference_checks import NotTakenError
from rl_station.central.reference_values import Taken, decoded, taken
from rl_station.domain.reference import Recall
from rl_station.settings.content import announced_returns, product
from rl_station.settings.csv_models import SHARED, ProductRow, ReturnRow, Row
from rl_station.settings.models import RecallModel
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.validate import checked

CSV_KINDS = ("product", "return", "recall")
_CSV_FILES = {"products.csv": "product", "returns.csv": "return", "recalls.csv": "recall"}


class Refusal(msgspec.Struct, frozen=True):
    """A row that was not taken. `line` counts from 1, 0 where the file as a whole is meant; `key` where it could be read."""

    file: str
    line: int
    key: str
    reason: str


class Read(NamedTuple):
    """One row: what it says, or why not. `broken`: nothing after it could be read. `key` is known even of many refused ones."""

    kind: str
    key: str
    found: Taken | None = None
    refusals: tuple[Refusal, ...] = ()
    broken: bool = False
    line: int = 0


class Source(NamedTuple):
    """A file to read: its name for the report, its kind where the name does not say it, and how to open it, from the start."""

    name: str
    kind: str
    open: Callable[[], IO[bytes]]


def rows(source: Source) -> Iterator[Read]:
    """Every row of a file, in its order. Never raises for what is in it."""
    name = PurePath(source.name)
    if name.suffix == ".json" or (source.kind and source.kind not in CSV_KINDS and name.suffix != ".toml"):
        yield from _json(source)
    elif name.suffix == ".toml":
        yield _rules(source)
    else:
        kind = source.kind or _CSV_FILES.get(name.name, "")
        if kind in CSV_KINDS:
            yield from _csv(source, kind)
        else:
            reason = f"is none of {', '.join(_CSV_FILES)}, *.json, *.toml; --kind says what it is"
            yield _whole(source, "", reason)


def _whole(source: Source, kind: str, reason: str, line: int = 0) -> Read:
    """What is wrong with the file from here on."""
    return Read(kind, "", None, (Refusal(source.name, line, "", reason),), broken=True)


# --- CSV --------------------------------------------------------------------------------------------------------------


class _RecallRow(Row, RecallModel):
    """recalls.csv: one recalled article."""


class _Record(NamedTuple):
    line: int
    cells: Mapping[str, str]
    row: Any
    refusals: tuple[Refusal, ...] = ()


_MODELS: Mapping[str, type[Row]] = {"product": ProductRow, "return": ReturnRow, "recall": _RecallRow}


def _csv(source: Source, kind: str) -> Iterator[Read]:
    with source.open() as raw:
        text = io.TextIOWrapper(raw, "utf-8-sig", newline="")
        reader = csv.reader(text, strict=True)
        try:
            header = next(reader, [])
            problems = _header(source.name, header, _MODELS[kind])
            if problems:
                yield Read(kind, "", None, tuple(map(_refusal, problems)), broken=True)
                return
            records = _records(source.name, reader, header, _MODELS[kind])
            yield from _returns(source.name, records) if kind == "return" else _singles(source.name, kind, records)
        except csv.Error as error:
            yield _whole(source, kind, f"is not valid CSV: {error}", reader.line_num)
        except UnicodeDecodeError:
            yield _whole(source, kind, "is not UTF-8 text", reader.line_num + 1)


def _header(file: str, header: Sequence[str], model: type[Row]) -> list[Problem]:
    fields = model.model_fields
    unknown = [
        Problem(file, 1, each, "is not a known column", nearest(each, fields)) for each in header if each not in fields
    ]
    twice = [Problem(file, 1, each, "stands in the header twice") for each in set(header) if header.count(each) > 1]
    missing = [
        Problem(file, 1, name, "is a column that must be there")
        for name, field in fields.items()
        if field.is_required() and name not in header
    ]
    return [*unknown, *twice, *missing]


def _records(file: str, reader: Any, header: Sequence[str], model: type[Row]) -> Iterator[_Record]:
    line = reader.line_num + 1
    for cells in reader:
        start, line = line, reader.line_num + 1
        if not cells:
            continue
        named = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        if len(cells) != len(header):
            reason = f"has {len(cells)} cells where the header has {len(header)}"
            yield _Record(start, named, None, (Refusal(file, start, "", reason),))
            continue
        problems: list[Problem] = []
        row = checked(model, named, partial(_problem, file, start), problems)
        yield _Record(start, named, row, tuple(map(_refusal, problems)))


def _problem(file: str, line: int, path: tuple[str | int, ...], message: str, hint: str) -> Problem:
    return Problem(file, line, str(path[0]) if path else "", message, hint)


def _refusal(problem: Problem) -> Refusal:
    reason = f"{problem.key}: {problem.message}" if problem.key else problem.message
    hint = f" (did you mean {problem.suggestion!r}?)" if problem.suggestion else ""
    return Refusal(problem.file, problem.line, "", reason + hint)


def _singles(file: str, kind: str, records: Iterator[_Record]) -> Iterator[Read]:
    for record in records:
        key = _key(kind, record.cells)
        if record.row is None:
            yield Read(kind, key, None, tuple(msgspec.structs.replace(each, key=key) for each in record.refusals))
        else:
            yield _checked(kind, Refusal(file, record.line, key, ""), partial(_value, kind, record.row))


def _key(kind: str, cells: Mapping[str, str]) -> str:
    """The key that a row means, even one that is refused."""
    if kind == "return":
        return cells.get("rma", "")
    names = ("client", "sku") if kind == "product" else ("gtin", "lot", "reference")
    values = [cells.get(name, "") for name in names]
    if kind == "recall":
        values[0] = values[0].zfill(14)
    return "/".join(values) if any(values) else ""


def _value(kind: str, row: Any) -> object:
    if kind == "product":
        return product(row)
    return Recall(row.gtin, row.reference, row.hazard, row.lot)


def _returns(file: str, records: Iterator[_Record]) -> Iterator[Read]:
    """The rows of one return stand together; where one of them is refused, the return is: a line would be missing."""
    group: list[_Record] = []
    for record in chain(records, (None,)):
        if group and (record is None or record.cells.get("rma", "") != group[0].cells.get("rma", "")):
            yield _return(file, group)
            group = []
        if record is not None:
            group.append(record)


def _return(file: str, group: Sequence[_Record]) -> Read:
    key = group[0].cells.get("rma", "")
    refusals = [msgspec.structs.replace(each, key=key) for record in group for each in record.refusals]
    first = group[0].row
    refusals += [
        Refusal(file, record.line, key, f"{column}: differs from line {group[0].line} of the same return")
        for record in group
        for column in SHARED
        if first is not None and record.row is not None and getattr(record.row, column) != getattr(first, column)
    ]
    if refusals:
        blamed = {refusal.line for refusal in refusals}
        innocent = (record.line for record in group if record.line not in blamed)
        refusals += [Refusal(file, line, key, "another row of the same return was refused") for line in innocent]
        return Read("return", key, None, tuple(sorted(refusals, key=lambda each: each.line)))
    place = Refusal(file, group[0].line, key, "")
    return _checked("return", place, lambda: announced_returns(record.row for record in group)[0])


def _checked(kind: str, place: Refusal, value: Callable[[], object]) -> Read:
    """The value, or a refusal at this place."""
    try:
        found = taken(kind, "", value())
    except NotTakenError as error:
        return Read(kind, place.key, None, (msgspec.structs.replace(place, reason=str(error)),))
    return Read(kind, found.key, found, line=place.line)


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
        yield _whole(source, source.kind, f"is not a JSON list: {error}")
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


def _rules(source: Source) -> Read:
    """A file of rules or a checklist, whose text is the value."""
    path = PurePath(source.name)
    key = f"checklists/{path.name}" if path.parent.name == "checklists" else path.name
    try:
        with source.open() as file:
            text = file.read().decode("utf-8-sig").replace("\r\n", "\n")
        return Read("rules", key, taken("rules", key, text))
    except UnicodeDecodeError:
        reason = "is not UTF-8 text"
    except NotTakenError as error:
        reason = str(error)
    return Read("rules", key, None, (Refusal(source.name, 0, key, reason),))
