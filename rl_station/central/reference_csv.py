"""Reads reference data out of CSV with the columns of `config/products.csv`, `config/returns.csv` and of recalls, row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from rl_station.central.reference_checks import NotTakenError
from rl_station.central.reference_read import Read, Refusal, Source, broken
from rl_station.central.reference_values import taken
from rl_station.domain.recalls import Recall, recall_key
from rl_station.settings.content import announced_returns, product
from rl_station.settings.csv_models import SHARED, ProductRow, ReturnRow, Row
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.recall_content import recall_of_row
from rl_station.settings.recall_models import RecallRow
from rl_station.settings.validate import checked


class _Record(NamedTuple):
    line: int
    cells: Mapping[str, str]
    row: Any
    refusals: tuple[Refusal, ...] = ()


_MODELS: Mapping[str, type[Row]] = {"product": ProductRow, "return": ReturnRow, "recall": RecallRow}


def csv_rows(source: Source, kind: str) -> Iterator[Read]:
    """Every row of a file of products, returns or recalls, in its order."""
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
            yield broken(source, kind, f"is not valid CSV: {error}", reader.line_num)
        except UnicodeDecodeError:
            yield broken(source, kind, "is not UTF-8 text", reader.line_num + 1)


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
    if kind == "recall":
        gtins, brands, models, lots = (
            tuple(cells.get(name, "").split()) for name in ("gtins", "brand", "models", "lots")
        )
        brands = (" ".join(brands),)
        recall = Recall(reference=cells.get("reference", ""), gtins=gtins, brands=brands, models=models, lots=lots)
        return recall_key(msgspec.structs.replace(recall, gtins=tuple(gtin.zfill(14) for gtin in gtins)))
    values = [cells.get(name, "") for name in ("client", "sku")]
    return "/".join(values) if any(values) else ""


def _value(kind: str, row: Any) -> object:
    if kind == "product":
        return product(row)
    return recall_of_row(row)


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
