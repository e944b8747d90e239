"""Whether the rule table can work: every rule can fire, names only what exists, and leads to a bin."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import get_args

from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING
from rl_station.settings.content_models import ConditionModel
from rl_station.settings.csv_models import ReturnRow
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.toml_positions import Path

_YES_NO = ("yes", "no")
_FIXED: Mapping[str, Collection[str]] = {
    "cosmetic": COSMETIC,
    "functional": FUNCTIONAL,
    "packaging": PACKAGING,
    "match": ("expected", "unexpected", "other_client", "unknown_product"),
    "data_bearing": _YES_NO,
    "recall": _YES_NO,
    "swap": _YES_NO,
}
_NUMBERS = ("value",)
_PARCEL_HAZARDS = ("heat", "leak", "smell", "smoke", "swelling")


def check_rules(parsed: Parsed) -> Iterator[Problem]:
    if parsed.rules is None:
        return
    layers = parsed.layers["dispositions"]
    rules = parsed.rules.rules
    ids = [rule.id for rule in rules]
    with_bin = None if parsed.bins is None else {name for bin_ in parsed.bins.values() for name in bin_.dispositions}
    for index, rule in enumerate(rules):
        place: Path = ("rules", index)
        if rule.id in ids[:index]:
            yield layers.problem((*place, "id"), f"the rule {rule.id!r} stands here twice")
        if not rule.when and index < len(rules) - 1:
            yield layers.problem(place, f"the rule {rule.id!r} always holds, so the rules below it never do")
        if with_bin is not None and rule.disposition not in with_bin:
            yield layers.problem((*place, "disposition"), f"no bin in bins.toml takes {rule.disposition!r}")
        for field, condition in rule.when.items():
            for message, hint in _wrong(field, condition, _known(field, parsed)):
                yield layers.problem((*place, "when", field), message, hint)


def _wrong(field: str, condition: ConditionModel, known: Collection[str] | None) -> Iterator[tuple[str, str]]:
    compares = condition.at_least is not None or condition.at_most is not None
    if compares and field not in _NUMBERS:
        yield f"{field} is not a number; at_least and at_most are for {', '.join(_NUMBERS)}", ""
    if condition.at_least is not None and condition.at_most is not None and condition.at_least > condition.at_most:
        yield f"nothing is at least {condition.at_least} and at most {condition.at_most}", ""
    for name in (*(condition.in_ or ()), *(condition.not_in or ())):
        if known is not None and name not in known:
            yield f"{name!r} is never a value of {field}", nearest(name, known)


def _known(field: str, parsed: Parsed) -> Collection[str] | None:
    """The values a field can have, or None where anything goes or a file could not be read."""
    if field in ("reason", "wish"):
        return get_args(ReturnRow.model_fields[field].annotation)
    if field in _FIXED:
        return _FIXED[field]
    return {
        "category": parsed.categories,
        "client": parsed.clients,
        "flag": _flags(parsed),
        "hazard": _flags(parsed, _PARCEL_HAZARDS),
    }.get(field)


def _flags(parsed: Parsed, more: tuple[str, ...] = ()) -> Collection[str] | None:
    if parsed.checklists is None:
        return None
    options = [
        option
        for checklist in parsed.checklists.values()
        for question in checklist.questions
        for option in question.options
    ]
    return {*more, *(flag for option in options for flag in option.flags)}
