"""What the doctor says about one thing: fine, worth mending, or broken, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

Figure = str | int | float


class Level(StrEnum):
    """`warn`: the station works, but somebody should look; `fail`: it does not, or will lose something."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """One line. `check` is a short name that stays the same; `fix` is empty where there is nothing to mend."""

    check: str
    level: Level
    told: str
    fix: str = ""
    figures: Mapping[str, Figure] = {}


def fine(check: str, told: str, **figures: Figure) -> Finding:
    return Finding(check, Level.OK, told, "", figures)


def warn(check: str, told: str, fix: str, **figures: Figure) -> Finding:
    return Finding(check, Level.WARN, told, fix, figures)


def fail(check: str, told: str, fix: str, **figures: Figure) -> Finding:
    return Finding(check, Level.FAIL, told, fix, figures)
