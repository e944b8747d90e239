"""Lists what is in force and where it comes from, and the schema of every file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import NamedTuple

import msgspec

from rl_station.settings.checklist_models import ChecklistModel
from rl_station.settings.csv_models import ProductRow, ReturnRow
from rl_station.settings.documents import HOST_FILE, Layers, dotted
from rl_station.settings.models import SECRETS
from rl_station.settings.parsed import CHECKLISTS, MODELS, OPTIONAL, PRODUCTS_FILE, RETURNS_FILE, read_layers
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.toml_positions import Path


class Setting(NamedTuple):
    """One value in force. `key` starts with the name of its file; `origin` is `file:line`, or the variable it came from."""

    key: str
    value: str
    origin: str


def show(config: FilePath, *, environ: Mapping[str, str] = os.environ) -> list[Setting]:
    """Every setting of the TOML files in force, secrets masked. Raises ConfigError where a file cannot be read at all."""
    if not config.is_dir():
        raise ConfigError([Problem(str(config), 0, "", "there is no such configuration folder")])
    problems: list[Problem] = []
    layers = read_layers(config, environ, problems)
    if problems:
        raise ConfigError(problems)
    return [setting for name, layer in layers.items() for setting in _settings(name, layer)]


def schema() -> dict[str, object]:
    """JSON Schema (2020-12) of every file by its name; for the CSV files, of one row."""
    schemas: dict[str, object] = {
        f"{name}.toml": model.model_json_schema() for name, model in (MODELS | OPTIONAL).items()
    }
    schemas[f"{CHECKLISTS}/*.toml"] = ChecklistModel.model_json_schema()
    schemas[HOST_FILE] = {
        "description": "What differs on this machine: tables named after the files, laid over them.",
        "type": "object",
        "properties": {name: {"type": "object"} for name in (*MODELS, CHECKLISTS)},
        "additionalProperties": False,
    }
    schemas[PRODUCTS_FILE] = ProductRow.model_json_schema()
    schemas[RETURNS_FILE] = ReturnRow.model_json_schema()
    return schemas


def _settings(name: str, layer: Layers) -> Iterator[Setting]:
    for path, value in _leaves(layer.data, ()):
        file, line = layer.place(path)
        secret = path[-1] in SECRETS
        shown = "********" if secret else value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield Setting(f"{name.replace('/', '.')}.{dotted(path)}", shown, f"{file}:{line}" if line else file)


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    """Tables are walked into, and lists of tables; everything else is a value."""
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(element, Mapping) for element in value):
        for index, below in enumerate(value):
            yield from _leaves(below, (*path, index))
    else:
        yield path, value
