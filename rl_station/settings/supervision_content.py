"""Makes the figures' settings of what supervision.toml says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from rl_station.domain.kpi import Promises, ShiftTime, Supervision, Targets
from rl_station.domain.second_look import SecondLookShares
from rl_station.settings.parsed import read_layers
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.supervision_checks import FILE, check_timezone
from rl_station.settings.supervision_models import SupervisionModel
from rl_station.settings.validate import validate


def supervision(model: SupervisionModel | None) -> Supervision:
    """What is in force; where the site has no such file nothing is wanted, promised or looked at again."""
    if model is None:
        return Supervision()
    return Supervision(
        timezone=model.timezone,
        shifts=tuple(ShiftTime(each.name, _minutes(each.begins), _minutes(each.ends)) for each in model.shifts),
        targets=Targets(tuple(model.targets.items()), model.second_look.kappa),
        promises=Promises(model.sla.hours or 0, tuple(model.sla.clients.items())),
        second_look=SecondLookShares(
            share=model.second_look.per_thousand,
            operators=tuple(model.second_look.operators.items()),
            grades=tuple(model.second_look.grades.items()),
            bin=model.second_look.bin or "",
        ),
    )


def load_supervision(config: Path, *, environ: Mapping[str, str] = os.environ) -> Supervision:
    """Of this one file, for who needs nothing else of the site. Raises ConfigError with everything that is wrong in it."""
    problems: list[Problem] = []
    layers = read_layers(config, environ, problems, only=[FILE]) if (config / f"{FILE}.toml").exists() else {}
    model = validate(SupervisionModel, layers[FILE], problems) if FILE in layers else None
    if model is not None:
        problems.extend(check_timezone(model, layers[FILE]))
    if problems:
        raise ConfigError(problems)
    return supervision(model)


def _minutes(wall: str) -> int:
    hours, _, minutes = wall.partition(":")
    return int(hours) * 60 + int(minutes)
