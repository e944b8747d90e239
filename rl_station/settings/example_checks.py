"""Whether the examples kept beside the rules speak of units there can be."""

from __future__ import annotations

from collections.abc import Iterator

from rl_station.domain.rules import FIELDS
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.rule_values import known_values, wrong_kind


def check_examples(parsed: Parsed) -> Iterator[Problem]:
    if parsed.examples is None:
        return
    layers = parsed.layers["rules_examples"]
    rules = None if parsed.rules is None else [rule.id for rule in parsed.rules.rules]
    outcomes = None if parsed.rules is None else parsed.rules.outcomes
    for index, example in enumerate(parsed.examples.examples):
        place = ("examples", index)
        if rules is not None and example.rule is not None and example.rule not in rules:
            path = (*place, "rule")
            yield layers.problem(path, f"there is no rule {example.rule!r}", nearest(example.rule, rules))
        if outcomes is not None and example.outcome is not None and example.outcome not in outcomes:
            path = (*place, "outcome")
            yield layers.problem(path, f"there is no outcome {example.outcome!r}", nearest(example.outcome, outcomes))
        for field, value in example.unit.items():
            for message, hint in _wrong(field, value, parsed):
                yield layers.problem((*place, "unit", field), message, hint)


def _wrong(field: str, value: str | int | bool | tuple[str, ...], parsed: Parsed) -> Iterator[tuple[str, str]]:
    if field not in FIELDS:
        yield f"there is no {field!r} that rules ask about", nearest(field, FIELDS)
        return
    if isinstance(value, tuple) != isinstance(FIELDS[field], tuple):
        yield f"{field} is {'a list of texts' if isinstance(FIELDS[field], tuple) else 'one value, no list'}", ""
        return
    known = known_values(field, parsed)
    for each in value if isinstance(value, tuple) else (value,):
        why = wrong_kind(field, each)
        if why:
            yield why, ""
        elif known is not None and each and each not in known:
            yield f"{each!r} is never a value of {field}", nearest(str(each), known)
