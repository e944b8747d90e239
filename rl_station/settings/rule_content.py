"""Makes the rule table of what dispositions.toml says: inherited outcomes spelt out, conditions compiled, content hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from rl_station.domain.conditions import amount, compile_condition
from rl_station.domain.grades import DISPOSITIONS
from rl_station.domain.rules import SAMPLES, Outcome, Removal, Rule, RuleTable
from rl_station.settings.rule_models import OutcomeModel, RemovalModel, RuleModel, RulesModel

_TRANSLATED = ("de", "es")


def rule_table(model: RulesModel) -> RuleTable:
    """The tables as the deciders use them. Raises ConditionError where the model was not checked."""
    return RuleTable(
        rules=tuple(map(_rule, model.rules)),
        version=hashlib.sha256(model.model_dump_json().encode()).hexdigest()[:12],
        outcomes={name: _outcome(name, model.outcomes) for name in model.outcomes},
        removals=tuple(map(_removal, model.removals)),
    )


def line_of(name: str, outcomes: Mapping[str, OutcomeModel]) -> tuple[str, ...]:
    """The outcome and all it is `like`, nearest first. The last is unknown, or comes twice, where there is no good end."""
    line = [name]
    while (found := outcomes.get(line[-1])) and found.like:
        line.append(found.like)
        if found.like in line[:-1]:
            break
    return tuple(line)


def spelt_out(name: str, outcomes: Mapping[str, OutcomeModel]) -> dict[str, Any]:
    """All that is said of an outcome, by itself or by those it is like. One that is named after a disposition leads to it."""
    said: dict[str, Any] = {"disposition": name} if name in DISPOSITIONS else {}
    for each in reversed(line_of(name, outcomes)):
        if each in outcomes:
            said |= {key: value for key, value in outcomes[each] if value is not None and key != "like"}
    return said


def _outcome(name: str, outcomes: Mapping[str, OutcomeModel]) -> Outcome:
    said = spelt_out(name, outcomes)
    amounts = {key: amount(said.pop(key), SAMPLES) for key in ("recovers", "costs") if key in said}
    return Outcome(id=name, **said, **amounts)


def _removal(model: RemovalModel) -> Removal:
    return Removal(
        id=model.id,
        reason=model.reason,
        removes=frozenset(model.removes),
        when=compile_condition(model.when, SAMPLES),
    )


def _rule(model: RuleModel) -> Rule:
    texts = {language: getattr(model, f"reason_{language}") for language in _TRANSLATED}
    return Rule(
        id=model.id,
        outcomes=model.outcomes,
        reason=model.reason,
        reasons=tuple((language, text) for language, text in texts.items() if text),
        when=compile_condition(model.when, SAMPLES),
        approval=model.approval or "",
        approve_when=compile_condition(model.approve_when, SAMPLES) if model.approve_when.strip() else None,
    )
