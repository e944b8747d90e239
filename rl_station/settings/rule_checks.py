"""Whether the rule table can work: every name is there, every condition sound, every rule can fire and leads to a bin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rl_station.domain.conditions import ALWAYS, Condition, ConditionError, compile_condition, failed, given
from rl_station.domain.grades import DISPOSITIONS
from rl_station.domain.rules import BUILT_IN, FIELDS, SAMPLES
from rl_station.settings.documents import Layers
from rl_station.settings.outcome_checks import PACKS, TRAVELS, certain, check_outcomes, without_bin
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.rule_models import RemovalModel, RuleModel, RulesModel
from rl_station.settings.rule_ranges import impossible
from rl_station.settings.rule_values import wrong_values
from rl_station.settings.toml_positions import Path


def check_rules(parsed: Parsed) -> Iterator[Problem]:
    if parsed.rules is None:
        return
    layers = parsed.layers["dispositions"]
    yield from check_outcomes(parsed, parsed.rules, layers)
    for index, removal in enumerate(parsed.rules.removals):
        yield from _removal(parsed, parsed.rules, index, removal)
    for index, rule in enumerate(parsed.rules.rules):
        yield from _rule(parsed, parsed.rules, index, rule)
    yield from _order(parsed, parsed.rules, layers)


def check_condition(source: str, parsed: Parsed, layers: Layers, path: Path) -> Iterator[Problem]:
    """All that is wrong with a condition over the facts of a unit."""
    try:
        condition = compile_condition(source, SAMPLES)
    except ConditionError as error:
        yield layers.problem(path, error.message, error.hint)
        return
    found = list(wrong_values(source, parsed))
    for message, hint in found:
        yield layers.problem(path, message, hint)
    why = "" if found else impossible([part for part, _ in condition.parts])
    if why or _constant(condition) is False:
        yield layers.problem(path, why or f"{source!r} never holds")


def _removal(parsed: Parsed, model: RulesModel, index: int, removal: RemovalModel) -> Iterator[Problem]:
    layers, place = parsed.layers["dispositions"], ("removals", index)
    if removal.id in [each.id for each in model.removals[:index]]:
        yield layers.problem((*place, "id"), f"the removal {removal.id!r} stands here twice")
    if removal.id in BUILT_IN:
        yield layers.problem((*place, "id"), f"{removal.id!r} is the name of a removal that holds at every site")
    channels = {each.channel for each in model.outcomes.values() if each.channel}
    known = {*model.outcomes, *DISPOSITIONS, *channels, *TRAVELS, *PACKS}
    for number, name in enumerate(removal.removes):
        if name not in known:
            message = f"{name!r} is no outcome, disposition, channel, way to travel or to pack"
            yield layers.problem((*place, "removes", number), message, nearest(name, known))
    yield from check_condition(removal.when, parsed, layers, (*place, "when"))


def _rule(parsed: Parsed, model: RulesModel, index: int, rule: RuleModel) -> Iterator[Problem]:
    layers, place = parsed.layers["dispositions"], ("rules", index)
    if rule.id in [each.id for each in model.rules[:index]]:
        yield layers.problem((*place, "id"), f"the rule {rule.id!r} stands here twice")
    for number, name in enumerate(rule.outcomes):
        path = (*place, "outcomes", number)
        if name not in model.outcomes and name not in DISPOSITIONS:
            known = (*model.outcomes, *DISPOSITIONS)
            yield layers.problem(path, f"{name!r} is no outcome and no disposition", nearest(name, known))
        elif name not in model.outcomes and without_bin(name, parsed):
            yield layers.problem(path, f"no bin in bins.toml takes {name!r}")
        if name in rule.outcomes[:number]:
            yield layers.problem(path, f"the outcome {name!r} stands here twice")
    yield from check_condition(rule.when, parsed, layers, (*place, "when"))
    if rule.approve_when and rule.approval is None:
        yield layers.problem(
            (*place, "approve_when"), "says when somebody has to agree, but not who: approval is missing"
        )
    yield from check_condition(rule.approve_when, parsed, layers, (*place, "approve_when"))


def _order(parsed: Parsed, model: RulesModel, layers: Layers) -> Iterator[Problem]:
    """Every unit gets a decision, and no rule stands where nothing can reach it."""
    conditions = [_compiled(rule.when) for rule in model.rules]
    last = len(model.rules) - 1
    if model.rules[last].when.strip():
        message = "the last rule must have no condition, so that every unit gets a disposition"
        yield layers.problem(("rules", last, "when"), message)
    elif not any(certain(name, model) for name in model.rules[last].outcomes):
        message = "an outcome of the last rule must be one that nothing takes away, such as hold"
        yield layers.problem(("rules", last, "outcomes"), message)
    for index in range(1, len(model.rules)):
        above = _in_the_way(model.rules[:index], conditions[:index], conditions[index], model)
        if above is not None:
            here = model.rules[index].id
            message = f"the rule {here!r} never decides: {above.id!r} above it holds whenever it does"
            yield layers.problem(("rules", index), message)


def _in_the_way(
    rules: Sequence[RuleModel], conditions: Sequence[Condition | None], condition: Condition | None, model: RulesModel
) -> RuleModel | None:
    """A rule above that holds at least as often, and has an outcome that nothing takes away."""
    if condition is None:
        return None
    terms = {part for part, _ in condition.parts}
    for rule, other in zip(rules, conditions, strict=True):
        if other is None or not any(certain(name, model) for name in rule.outcomes):
            continue
        if _constant(other) is True or {part for part, _ in other.parts} <= terms:
            return rule
    return None


def _compiled(source: str) -> Condition | None:
    try:
        return compile_condition(source, SAMPLES)
    except ConditionError:
        return None


def _constant(condition: Condition) -> bool | None:
    """What a condition always says, where it asks about nothing; None where it does ask."""
    if condition is ALWAYS:
        return True
    return None if condition.names else failed(condition, given(FIELDS)) is None
