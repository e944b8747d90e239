"""Turns what a model finds wrong into problems that name file, line, key and the nearest valid name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rl_station.settings.documents import Layers
from rl_station.settings.models import SECRETS
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.toml_positions import Path

M = TypeVar("M", bound=BaseModel)
Report = Callable[[Path, str, str], Problem]


def validate(model: type[M], layers: Layers, problems: list[Problem]) -> M | None:
    """The model's value, or None with everything that is wrong added to `problems`."""
    return checked(model, layers.data, layers.problem, problems)


def checked(model: type[M], data: Mapping[str, object], report: Report, problems: list[Problem]) -> M | None:
    """As `validate`, for data from anywhere; `report` knows how to name its place."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        found = [(_path(detail), *_explained(model, detail)) for detail in details]
        mistyped = {(path[:-1], hint) for path, message, hint in found if message == _UNKNOWN and hint}
        # A mistyped name of a required key is one mistake, not an unknown key and a missing one.
        kept = [entry for entry in found if not (entry[1] == _MISSING and (entry[0][:-1], entry[0][-1]) in mistyped)]
        problems.extend(report(*entry) for entry in kept)
        return None


_UNKNOWN = "is not a known key"
_MISSING = "is missing"
_LONGEST_SHOWN = 60


def _path(detail: ErrorDetails) -> Path:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _explained(model: type[BaseModel], detail: ErrorDetails) -> tuple[str, str]:
    """Message and suggestion."""
    path = _path(detail)
    found = _shown(path, detail["input"])
    context = detail.get("ctx", {})
    message, hint = detail["msg"], ""
    match detail["type"]:
        case "extra_forbidden":
            message, hint = _UNKNOWN, nearest(str(path[-1]), known_keys(model, path[:-1]))
        case "missing":
            message = _MISSING
        case "literal_error":
            valid = [name.strip("'") for name in str(context["expected"]).replace(" or ", ", ").split(", ")]
            message, hint = f"{found} is not one of {', '.join(valid)}", nearest(str(detail["input"]), valid)
        case "string_pattern_mismatch":
            message = f"{found} does not have the form {context['pattern']}"
        case "value_error":
            message = str(context["error"])
        case "model_type" | "dict_type":
            message = f"has to be a table, not {found}"
        case _:
            message = f"{message[:1].lower()}{message[1:]}, not {found}"
    return message, hint


def _shown(path: Path, found: object) -> str:
    """The wrong value, cut to what fits a line; a secret stays one even when it is wrong."""
    if SECRETS.intersection(path):
        return "what is there"
    text = repr(found)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def known_keys(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The keys a table at this path may have."""
    schema = _schema(model)
    node = schema
    for part in path:
        node = _below(node, part, schema)
    return tuple(node.get("properties", ()))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    return _followed(schema, schema)


def _below(node: dict[str, Any], part: str | int, schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(part, int):
        return _followed(node.get("items", {}), schema)
    return _followed(node.get("properties", {}).get(part) or _of_any_key(node), schema)


def _followed(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {**node, **schema["$defs"][node["$ref"].rpartition("/")[2]]} if "$ref" in node else node


def _of_any_key(node: dict[str, Any]) -> dict[str, Any]:
    patterns = node.get("patternProperties", {})
    found = next(iter(patterns.values()), node.get("additionalProperties", {}))
    return found if isinstance(found, dict) else {}
