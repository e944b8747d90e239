"""Rules, checklists and steps of work that the centre sends as the text of their files: checked like those of the settings.

What a file says about others (clients, bins) is not checked: the centre may know other clients and bins than our settings do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from rl_station.domain.checklist import Checklist
from rl_station.domain.kpi import Supervision
from rl_station.domain.rework import WorkTable
from rl_station.domain.rules import RuleTable
from rl_station.domain.vendors import VendorTable
from rl_station.settings.checklist_checks import check_checklist
from rl_station.settings.checklist_content import checklist, reason_checklist
from rl_station.settings.checklist_models import ChecklistModel, ReasonsModel, effects
from rl_station.settings.documents import Layers, document, layer
from rl_station.settings.parsed import CHECKLISTS, Parsed
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.rework_checks import check_rework
from rl_station.settings.rework_content import work_table
from rl_station.settings.rework_models import ReworkModel
from rl_station.settings.rule_checks import check_rules
from rl_station.settings.rule_content import rule_table
from rl_station.settings.rule_models import RulesModel
from rl_station.settings.scope_checks import check_checklists
from rl_station.settings.supervision_checks import FILE, check_timezone
from rl_station.settings.supervision_content import supervision
from rl_station.settings.supervision_models import SupervisionModel
from rl_station.settings.validate import validate
from rl_station.settings.vendor_checks import check_vendors
from rl_station.settings.vendor_content import vendor_table
from rl_station.settings.vendor_models import VendorsFile

RULES_FILE, REASONS_FILE, REWORK_FILE = "dispositions.toml", "reasons.toml", "rework.toml"
VENDORS_FILE = "vendors.toml"

M = TypeVar("M", bound=BaseModel)

SUPERVISION_FILE = f"{FILE}.toml"
"""Which the centre has for itself."""


SentFile = RuleTable | Checklist | WorkTable | VendorTable


def sent_file(name: str, text: str) -> SentFile:
    """What the file of this name says: rules, reasons, rework, vendors, or `checklists/NAME.toml`. Raises ConfigError."""
    if name in _FILES:
        return _FILES[name](text)
    folder, _, file = name.rpartition("/")
    if folder != CHECKLISTS or not file.endswith(".toml") or file == ".toml":
        raise ConfigError([Problem(name, 0, "", f"is none of {', '.join(_FILES)}, and not in {CHECKLISTS}/")])
    return _checklist(file.removesuffix(".toml"), text)


def sent_supervision(text: str) -> Supervision:
    """What the text of a supervision.toml says. Raises ConfigError."""
    model, layers = _validated(SUPERVISION_FILE, text, SupervisionModel)
    _refuse(list(check_timezone(model, layers)))
    return supervision(model)


def _rules(text: str) -> RuleTable:
    model, layers = _validated(RULES_FILE, text, RulesModel)
    _refuse(list(check_rules(_alone(layers, rules=model))))
    return rule_table(model)


def _reasons(text: str) -> Checklist:
    model, layers = _validated(REASONS_FILE, text, ReasonsModel)
    _refuse(list(check_checklists(_alone(layers, reasons=model))))
    return reason_checklist(model)


def _rework(text: str) -> WorkTable:
    model, layers = _validated(REWORK_FILE, text, ReworkModel)
    _refuse(list(check_rework(_alone(layers, rework=model))))
    return work_table(model)


def _vendors(text: str) -> VendorTable:
    model, layers = _validated(VENDORS_FILE, text, VendorsFile)
    _refuse(list(check_vendors(_alone(layers, vendors=model.root))))
    return vendor_table(model.root)


def _checklist(id_: str, text: str) -> Checklist:
    model, layers = _validated(f"{CHECKLISTS}/{id_}.toml", text, ChecklistModel)
    # Which flags other checklists give nobody knows here: each may be there already.
    flags = {flag for question in model.questions for _, effect in effects(question) for flag in effect.flags}
    _refuse(list(check_checklist(id_, model, flags, layers)))
    return checklist(id_, model)


_FILES: Mapping[str, Callable[[str], SentFile]] = {
    RULES_FILE: _rules,
    REASONS_FILE: _reasons,
    REWORK_FILE: _rework,
    VENDORS_FILE: _vendors,
}


def _alone(layers: Layers, **found: object) -> Parsed:
    """One file, and of the others nothing is known."""
    nothing = dict.fromkeys(Parsed.__dataclass_fields__)
    return Parsed(**{**nothing, "layers": {layers.name: layers}, **found})  # type: ignore[arg-type]  # None: unread


def _validated(file: str, text: str, model: type[M]) -> tuple[M, Layers]:
    read = document(file, text)
    if isinstance(read, Problem):
        raise ConfigError([read])
    layers = layer(file.removesuffix(".toml"), read, None, {})
    problems: list[Problem] = []
    found = validate(model, layers, problems)
    if found is None:
        raise ConfigError(problems)
    return found, layers


def _refuse(problems: list[Problem]) -> None:
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
