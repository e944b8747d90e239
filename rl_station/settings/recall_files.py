"""The files in recalls/: imported feeds and reversals, one JSON object a line so that every mistake has its line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from rl_station.domain.identifiers import has_gs1_check_digit
from rl_station.domain.recalls import Recall, Reversal
from rl_station.settings.problems import Problem, nearest

FEEDS = "recalls"
REVERSED = "reversed.jsonl"
_FIELD = re.compile(r"`([^`]*)`")
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)?")
_DAYS = ("date", "made_from", "made_to", "expires_from", "expires_to")


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a feed: where it is from, and of when."""

    source: str
    snapshot: str


class _Line(Recall, frozen=True, forbid_unknown_fields=True):
    """A recall as it stands in a feed: a misspelt field is a mistake."""


class _Reversed(Reversal, frozen=True, forbid_unknown_fields=True):
    pass


class Feed(msgspec.Struct, frozen=True):
    """An imported list."""

    header: Header
    recalls: tuple[Recall, ...]


class Feeds(msgspec.Struct, frozen=True):
    """Everything in recalls/. None stands for a file that could not be understood."""

    feeds: tuple[Feed, ...] = ()
    reversals: tuple[Reversal, ...] = ()


T = TypeVar("T", bound=msgspec.Struct)


def read_feeds(folder: Path, problems: list[Problem]) -> Feeds:
    """The imported feeds by name and the reversals; what is wrong with them is added to `problems`."""
    feeds: list[Feed] = []
    reversals: tuple[Reversal, ...] = ()
    for path in sorted((folder / FEEDS).glob("*.jsonl")):
        if path.name == REVERSED:
            reversals = tuple(found for _, found in _read(path, _lines(path, problems), _Reversed, problems))
        else:
            feeds.extend(_feed(path, problems))
    return Feeds(tuple(feeds), reversals)


def write_feed(folder: Path, header: Header, recalls: Iterable[Recall]) -> Path:
    """A feed under its source's name, whole or not at all. Raises OSError."""
    return _write(folder / FEEDS / f"{header.source}.jsonl", [header, *recalls])


def write_reversals(folder: Path, reversals: Iterable[Reversal]) -> Path:
    """All reversals, whole or not at all. Raises OSError."""
    return _write(folder / FEEDS / REVERSED, reversals)


def _write(path: Path, lines: Iterable[msgspec.Struct]) -> Path:
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path


def _feed(path: Path, problems: list[Problem]) -> list[Feed]:
    lines = _lines(path, problems)
    headers = [found for _, found in _read(path, lines[:1], Header, problems)]
    if not lines:
        problems.append(Problem(_name(path), 1, "", "is empty: its first line tells source and snapshot"))
    recalls = _read(path, lines[1:], _Line, problems)
    problems.extend(found for line, recall in recalls for found in _wrong(path, line, recall))
    return [Feed(header, tuple(recall for _, recall in recalls)) for header in headers]


def _wrong(path: Path, line: int, recall: Recall) -> list[Problem]:
    found = [
        Problem(_name(path), line, "gtins", f"{gtin!r} is no GTIN of 14 digits with its check digit")
        for gtin in recall.gtins
        if len(gtin) != 14 or not gtin.isascii() or not gtin.isdigit() or not has_gs1_check_digit(gtin)  # noqa: PLR2004
    ]
    days = [name for name in _DAYS if not _DAY.fullmatch(getattr(recall, name))]
    return [*found, *(Problem(_name(path), line, name, "has to be a date, YYYY-MM-DD") for name in days)]


def _lines(path: Path, problems: list[Problem]) -> list[tuple[int, bytes]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        problems.append(Problem(_name(path), 0, "", f"cannot be read: {error.strerror}"))
        return []
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _read(path: Path, lines: list[tuple[int, bytes]], kind: type[T], problems: list[Problem]) -> list[tuple[int, T]]:
    decoder = msgspec.json.Decoder(kind)
    found: list[tuple[int, T]] = []
    for number, line in lines:
        try:
            found.append((number, decoder.decode(line)))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            problems.append(_problem(path, number, str(error), kind))
    return found


def _problem(path: Path, line: int, said: str, kind: type[msgspec.Struct]) -> Problem:
    field = _FIELD.search(said)
    if "unknown field" in said and field:
        hint = nearest(field[1], kind.__struct_fields__)
        return Problem(_name(path), line, field[1], "is not a known key", hint)
    if "missing required field" in said and field:
        return Problem(_name(path), line, field[1], "is missing")
    place = _PATH.search(said)
    return Problem(_name(path), line, place[1] if place else "", _PATH.sub("", said))


def _name(path: Path) -> str:
    return f"{FEEDS}/{path.name}"
