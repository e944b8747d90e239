"""Reads carriers.toml: the formats of tracking numbers, checked so that no pattern can be slow or lack what it needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from rl_station.domain.carriers import CarrierFormat, CarrierTable, CheckRule
from rl_station.domain.check_digits import WEIGHTED
from rl_station.settings.documents import layer, read_toml
from rl_station.settings.models import Slug, Table
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.validate import validate

# Unbounded repeats, look-around, back references and conditionals make a pattern slow on a bad day; letter escapes such
# as `\d` fit digits of every script.
_TOKEN = re.compile(r"\[[^\]]*\]|(?P<bad>\\[0-9A-Za-z]|[*+]|\{[0-9]*,\}|\(\?(?!P<|:))|\\.")


class CheckModel(Table):
    """The check digit of a format."""

    algorithm: Literal["weighted_mod10", "weighted_mod11_mod10", "mod7", "luhn", "s10", "mod37_36"] = Field(
        description="How it is worked out."
    )
    weights: tuple[Annotated[int, Field(ge=1, le=9)], ...] = Field(
        (), strict=False, description="Weights from the right, repeated; for the weighted algorithms only."
    )
    counted_before: Annotated[str, Field(pattern=r"^[0-9A-Z]{0,8}$")] = Field(
        "", description="Characters counted before the serial although the code leaves them out."
    )

    @model_validator(mode="after")
    def _weights_where_needed(self) -> CheckModel:
        if bool(self.weights) != (self.algorithm in WEIGHTED):
            raise ValueError(f"{self.algorithm} {'takes no' if self.weights else 'needs'} weights")
        return self


class FormatModel(Table):
    """One way a carrier writes its numbers."""

    courier: Slug = Field(description="Whose number it is.")
    name: Slug = Field(description="Name of the format in records; unique in the file.")
    pattern: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="Fits the whole code; groups `number`, `serial`, `check`."
    )
    check: CheckModel | None = Field(None, description="Its check digit, if it has one.")

    @field_validator("pattern")
    @classmethod
    def _simple(cls, pattern: str) -> str:
        bad = next((found["bad"] for found in _TOKEN.finditer(pattern) if found["bad"]), "")
        if bad:
            raise ValueError(f"a pattern may not use {bad!r}")
        try:
            groups = set(re.compile(pattern).groupindex)
        except re.error as error:
            raise ValueError(f"is not a pattern: {error}") from error
        if groups - {"number", "serial", "check"}:
            raise ValueError("groups are named number, serial and check")
        return pattern

    @model_validator(mode="after")
    def _has_what_it_checks(self) -> FormatModel:
        groups = set(re.compile(self.pattern).groupindex)
        if self.check is not None and not {"serial", "check"} <= groups:
            raise ValueError("a format with a check digit needs the groups serial and check")
        return self


class CarriersModel(Table):
    """carriers.toml: every format of tracking number, most telling first."""

    formats: tuple[FormatModel, ...] = Field(strict=False, description="The formats in the order of their rank.")

    @field_validator("formats")
    @classmethod
    def _some_and_unique(cls, formats: tuple[FormatModel, ...]) -> tuple[FormatModel, ...]:
        # Not a `min_length`, which complains of an empty table whenever one of its formats is wrong.
        if not formats:
            raise ValueError("there has to be at least one format")
        names = [entry.name for entry in formats]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"the name {twice} stands twice")
        return formats


def carrier_table(model: CarriersModel) -> CarrierTable:
    """The table that `domain.carriers` interprets."""
    return CarrierTable(
        tuple(
            CarrierFormat(entry.courier, entry.name, entry.pattern, _check_rule(entry.check)) for entry in model.formats
        )
    )


def load_carriers(path: Path) -> CarrierTable:
    """The table in one file. Raises ConfigError with every problem, each with file, line and key."""
    document = read_toml(path.parent, path.name)
    if isinstance(document, Problem):
        raise ConfigError([document])
    problems: list[Problem] = []
    model = validate(CarriersModel, layer(path.stem, document, None, {}), problems)
    if model is None:
        raise ConfigError(problems)
    return carrier_table(model)


def _check_rule(check: CheckModel | None) -> CheckRule | None:
    return None if check is None else CheckRule(check.algorithm, check.weights, check.counted_before)
