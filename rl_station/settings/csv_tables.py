"""Reads the bulk files: CSV with a header line, UTF-8, one problem per bad row with its number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from rl_station.settings.csv_models import Row
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.validate import checked

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Numbered(Generic[R]):
    """A row and the line it starts on."""

    line: int
    row: R


def read_csv(folder: Path, file: str, model: type[R], problems: list[Problem]) -> tuple[Numbered[R], ...]:
    """The good rows; what is wrong with the others, or with the file, is added to `problems`."""
    try:
        text = (folder / file).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problems.append(Problem(file, 0, "", "the file is missing"))
        return ()
    except OSError as error:
        problems.append(Problem(file, 0, "", f"cannot be read: {error.strerror}"))
        return ()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.append(Problem(file, line, "", "is not UTF-8 text"))
        return ()
    records = _records(text)
    _, header = next(records, (1, []))
    if isinstance(header, csv.Error):
        problems.append(Problem(file, 1, "", f"is not valid CSV: {header}"))
        return ()
    if not _header_fits(file, header, model, problems):
        return ()
    return tuple(_rows(file, records, header, model, problems))


def _records(text: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each record with the line it starts on; an error ends the file, because what follows cannot be told apart."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        start = reader.line_num + 1
        try:
            yield start, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, error
            return


def _header_fits(file: str, header: list[str], model: type[Row], problems: list[Problem]) -> bool:
    before = len(problems)
    for name in dict.fromkeys(header):
        if name not in model.model_fields:
            hint = nearest(name, model.model_fields)
            problems.append(Problem(file, 1, name, "is not a known column", hint))
        elif header.count(name) > 1:
            problems.append(Problem(file, 1, name, "stands in the header twice"))
    hinted = {problem.suggestion for problem in problems[before:]}
    problems.extend(
        Problem(file, 1, name, "is a column that must be there")
        for name, field in model.model_fields.items()
        if field.is_required() and name not in header and name not in hinted
    )
    return len(problems) == before


def _rows(
    file: str,
    records: Iterator[tuple[int, list[str] | csv.Error]],
    header: list[str],
    model: type[R],
    problems: list[Problem],
) -> Iterator[Numbered[R]]:
    for line, cells in records:
        if isinstance(cells, csv.Error):
            problems.append(Problem(file, line, "", f"is not valid CSV: {cells}"))
        elif cells and len(cells) != len(header):
            problems.append(Problem(file, line, "", f"has {len(cells)} cells where the header has {len(header)}"))
        elif cells:
            data = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
            row = checked(model, data, partial(_problem, file, line), problems)
            if row is not None:
                yield Numbered(line, row)


def _problem(file: str, line: int, path: tuple[str | int, ...], message: str, hint: str) -> Problem:
    return Problem(file, line, str(path[0]) if path else "", message, hint)
