"""What reading a file of reference data gives: its rows, each a value or the reasons why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, NamedTuple

import msgspec

from rl_station.central.reference_values import Taken


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


def broken(source: Source, kind: str, reason: str, line: int = 0) -> Read:
    """What is wrong with the file from here on."""
    return Read(kind, "", None, (Refusal(source.name, line, "", reason),), broken=True)
