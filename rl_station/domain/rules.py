"""The disposition decision table: first rule whose conditions all hold, and why the ones before it did not."""

from __future__ import annotations

import msgspec


class Condition(msgspec.Struct, frozen=True):
    """`field` of the inputs compared with `values`.

    `test`: `in`, `not_in` (any of the input's values), `at_least`, `at_most` (whole numbers, one value), `present` (the input
    has any value for the field: yes or no).
    """

    field: str
    test: str
    values: tuple[str, ...]


class Rule(msgspec.Struct, frozen=True):
    """`reason` is a sentence for the inspector. No conditions: always fires."""

    id: str
    disposition: str
    reason: str
    when: tuple[Condition, ...] = ()


class RuleTable(msgspec.Struct, frozen=True):
    """Rules in order; `version` is a hash of their content."""

    rules: tuple[Rule, ...]
    version: str


Inputs = tuple[tuple[str, str], ...]
"""Field and value; a field may stand several times (flags). Sorted, so that a decision can be stored and compared."""


class Decision(msgspec.Struct, frozen=True):
    disposition: str
    rule: str
    reason: str
    lost: tuple[tuple[str, str], ...] = ()


FIELDS = (
    "category",
    "client",
    "cosmetic",
    "data_bearing",
    "flag",
    "functional",
    "hazard",
    "match",
    "packaging",
    "reason",
    "recall",
    "swap",
    "value",
    "wish",
)
"""What a condition may name. `data_bearing`, `recall`, `swap`: yes or no; `value` in minor units; `hazard` absent if none."""

NO_RULE = Decision("hold", "no_rule", "No rule matched: a supervisor has to decide.")


def decide_disposition(table: RuleTable, inputs: Inputs) -> Decision:
    """The first rule that fires, with every earlier rule and the condition that stopped it. Never raises."""
    lost: list[tuple[str, str]] = []
    for rule in table.rules:
        failed = next((condition for condition in rule.when if not holds(condition, inputs)), None)
        if failed is None:
            return Decision(rule.disposition, rule.id, rule.reason, tuple(lost))
        lost.append((rule.id, describe(failed)))
    return Decision(NO_RULE.disposition, NO_RULE.rule, NO_RULE.reason, tuple(lost))


def holds(condition: Condition, inputs: Inputs) -> bool:
    found = [value for field, value in inputs if field == condition.field]
    match condition.test:
        case "in":
            return any(value in condition.values for value in found)
        case "not_in":
            return not any(value in condition.values for value in found)
        case "at_least":
            return any(_number(value) >= _number(condition.values[0]) for value in found)
        case "at_most":
            return any(_number(value) <= _number(condition.values[0]) for value in found)
        case "present":
            return any(found) == (condition.values == ("yes",))
        case _:
            return False


def describe(condition: Condition) -> str:
    return f"{condition.field} {condition.test} {', '.join(condition.values)}"


def _number(text: str) -> int:
    return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else 0
