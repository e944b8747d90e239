"""Whose tracking number is this? Interprets the carrier table: patterns and check digits are data in config.

There is no single answer: one number can fit several carriers, so all that fit are candidates, in the order of the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import msgspec

from rl_station.domain import check_digits

MAX_LENGTH = 64
"""No carrier's number is longer. Checked first, so that no pattern ever runs over a long scan."""

# Printed numbers are grouped by spaces; GS stands in element strings such as `420` + ZIP; neither is part of a number.
_IGNORED = str.maketrans("", "", " \x1d")
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class CheckRule:
    """How the group `check` follows from the group `serial`.

    `algorithm` as in `check_digits`; `weights` from the right; `counted_before` is counted although the code leaves it out.
    """

    algorithm: str
    weights: tuple[int, ...] = ()
    counted_before: str = ""

    def holds(self, serial: str, check: str) -> bool:
        return check_digits.expected(self.algorithm, self.counted_before + serial, self.weights) == check


@dataclass(frozen=True)
class CarrierFormat:
    """One way a carrier writes its numbers.

    `pattern` fits the whole text; its group `number` is the canonical number where that is only a part.
    """

    courier: str
    name: str
    pattern: str
    check: CheckRule | None = None

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)


@dataclass(frozen=True, slots=True)
class CarrierTable:
    """The formats, most telling first."""

    formats: tuple[CarrierFormat, ...]


class Candidate(msgspec.Struct, frozen=True):
    """A carrier whose number this can be.

    `lookup_keys`: under which it may have been announced, the canonical `number` first. `checked`: a check digit agreed.
    """

    courier: str
    format: str
    number: str
    lookup_keys: tuple[str, ...]
    checked: bool


def identify(table: CarrierTable, text: str) -> tuple[Candidate, ...]:
    """Every carrier format that fits, best first. Spaces and GS separators are ignored."""
    clean = cleaned(text)
    if not _SHORTEST <= len(clean) <= MAX_LENGTH:
        return ()
    found: dict[tuple[str, str], Candidate] = {}
    for entry in table.formats:
        candidate = _candidate(entry, clean)
        if candidate is not None:
            found.setdefault((candidate.courier, candidate.number), candidate)
    return tuple(found.values())


def cleaned(text: str) -> str:
    """The text without what people and symbols put between the characters of a number; empty if it is too long."""
    return text.translate(_IGNORED) if len(text) <= 2 * MAX_LENGTH else ""


def _candidate(entry: CarrierFormat, clean: str) -> Candidate | None:
    match = entry.compiled.fullmatch(clean)
    if match is None:
        return None
    groups = match.groupdict()
    if entry.check is not None and not entry.check.holds(groups["serial"], groups["check"]):
        return None
    number = groups.get("number") or clean
    return Candidate(entry.courier, entry.name, number, tuple(dict.fromkeys((number, clean))), entry.check is not None)
