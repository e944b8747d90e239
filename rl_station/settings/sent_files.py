"""Rules and checklists that the centre sends as the text of their files: checked like those in the configuration folder.

What a file says about others (clients, bins) is not checked: the centre may know other clients and bins than our settings do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from rl_station.domain.checklist import Checklist
from rl_station.domain.kpi import Supervision
from rl_station.domain.rules import RuleTable
from rl_station.settings.checklist_checks import check_checklist
from rl_station.settings.checklist_content import checklist
from rl_station.settings.checklist_models import ChecklistModel
from rl_station.settings.documents import Document, Layers, layer
from rl_station.settings.parsed import CHECKLISTS, Parsed
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.rule_checks import check_rules
from rl_station.settings.rule_content import rule_table
from rl_station.settings.rule_models import RulesModel
from rl_station.settings.supervision_checks import FILE, check_timezone
from rl_station.settings.supervision_content import supervision
from rl_station.settings.supervision_models import SupervisionModel
from rl_station.settings.validate import validate

RULES_FILE = "dispositions.toml"

M = TypeVar("M", bound=BaseModel)

SUPERVISION_FILE = f"{FILE}.toml"
"""Which the centre has for itself."""


def sent_file(name: str, text: str) -> RuleTable | Checklist:
    """What the file of this name (`dispositions.toml`, `checklists/NAME.toml`) says. Raises ConfigError."""
    if name == RULES_FILE:
        return _rules(text)
    folder, _, file = name.rpartition("/")
    if folder != CHECKLISTS or not file.endswith(".toml") or file == ".toml":
        raise ConfigError([Problem(name, 0, "", f"is neither {RULES_FILE} nor in {CHECKLISTS}/")])
    return _checklist(file.removesuffix(".toml"), text)


def sent_supervision(text: str) -> Supervision:
    """What the text of a supervision.toml says. Raises ConfigError."""
    model, layers = _validated(SUPERVISION_FILE, text, SupervisionModel)
    _refuse(list(check_timezone(model, layers)))
    return supervision(model)


def _rules(text: str) -> RuleTable:
    model, layers = _validated(RULES_FILE, text, RulesModel)
    nothing = dict.fromkeys(Parsed.__dataclass_fields__)
    parsed = Parsed(**{**nothing, "layers": {layers.name: layers}, "rules": model})  # type: ignore[arg-type]  # None: unread
    _refuse(list(check_rules(parsed)))
    return rule_table(model)


def _checklist(id_: str, text: str) -> Checklist:
    model, layers = _validated(f"{CHECKLISTS}/{id_}.toml", text, ChecklistModel)
    _refuse(list(check_checklist(id_, model, (), layers)))
    return checklist(id_, model)


def _validated(file: str, text: str, model: type[M]) -> tuple[M, Layers]:
    data: Mapping[str, object]
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem(file, 0, "", f"is not valid TOML: {error}")]) from error
    layers = layer(file.removesuffix(".toml"), Document(file, text, data), None, {})
    problems: list[Problem] = []
    found = validate(model, layers, problems)
    if found is None:
        raise ConfigError(problems)
    return found, layers


def _refuse(problems: list[Problem]) -> None:
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
