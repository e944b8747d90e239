"""The disposition decision: what is forbidden is taken away first, then the first rule whose condition holds decides.

Three tables, all content of the site: `removals` take ways out away (a swollen battery never flies), `rules` are tried in
order, and `outcomes` say what a rule's result means (disposition, channel, how it travels, what it brings and costs). Nothing
here raises for any input, and the same inputs always give the same decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rl_station.domain.conditions import ALWAYS, Condition, Fact, Facts, failed, given, number
from rl_station.domain.vendors import PROHIBITED, RETURN_TO_VENDOR

Inputs = tuple[tuple[str, str], ...]
"""Field and value as they are stored; a field that is a list stands once for each value. Sorted."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One way out.

    `channel` is where it is sold or sent; `travels` the ways it may leave (`air`, `ground`, `sea`) and `packs` how it may be
    packed (`shared`, `single`), best first; `recovers` and `costs` are amounts in minor units (compiled, or None).
    """

    id: str
    disposition: str
    channel: str = ""
    travels: tuple[str, ...] = ("air", "ground", "sea")
    packs: tuple[str, ...] = ("shared", "single")
    recovers: Any = None
    costs: Any = None
    steps: tuple[str, ...] = ()


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """What may not happen while `when` holds: dispositions, channels, outcomes, ways to travel or to pack, by name."""

    id: str
    reason: str
    removes: frozenset[str]
    when: Condition


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`reason` is a sentence for the inspector (`reasons` by language).

    Of several `outcomes` the one that brings most, less its costs, is taken; the first of equals. `approval` is the role that has
    to agree, while `approve_when` holds.
    """

    id: str
    outcomes: tuple[str, ...]
    reason: str
    when: Condition
    reasons: tuple[tuple[str, str], ...] = ()
    approval: str = ""
    approve_when: Condition | None = None


class RuleTable(msgspec.Struct, frozen=True):
    """`version` is a hash of the content of all three tables."""

    rules: tuple[Rule, ...]
    version: str
    outcomes: Mapping[str, Outcome] = {}
    removals: tuple[Removal, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit goes and why.

    `lost`: what was tried before, each with the reason it did not do; `removed`: what was taken away, and by which removal.
    `travels` and `packs` are what is left of the outcome's ways. `expected` is recovery less cost in minor units, None where
    the site does not say. `approval`: the role that has to agree before the unit moves, empty for none. `steps`: work orders.
    """

    disposition: str
    rule: str
    reason: str
    lost: tuple[tuple[str, str], ...] = ()
    outcome: str = ""
    channel: str = ""
    travels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    expected: int | None = None
    approval: str = ""
    steps: tuple[str, ...] = ()


FIELDS: Mapping[str, Fact] = {
    "brand": "",
    "category": "",
    "channels_allowed": (),
    "channels_prohibited": (),
    "client": "",
    "cosmetic": "",
    "data_bearing": False,
    "flags": (),
    "functional": "",
    "group": "",
    "hazards": (),
    "match": "",
    "packaging": "",
    "packaging_rule": "",
    "reason": "",
    "reason_found": "",
    "recall": False,
    "region": "",
    "rtv": "",
    "rtv_approval": False,
    "rtv_credit": 0,
    "rtv_destroy": False,
    "rtv_quota_left": 0,
    "sku": "",
    "swap": False,
    "value": 0,
    "vendor": "",
    "weee": "",
    "wish": "",
}
"""What a condition may ask about, with the value of a unit that has none: text, truth, whole number or list of texts.

`value` in minor units; `reason` the customer's (X12 element 1293) and `reason_found` what the inspection found of it (confirmed,
not_found, or empty); `rtv` the vendor's rule (forced, eligible, prohibited); `weee` the category of WEEE Annex III;
`channels_*` what product and client say of selling it, and `packaging_rule` in what (own, neutral, any); `region` the client's.
"""

SAMPLES: tuple[Facts, ...] = (
    FIELDS,
    {
        name: True if isinstance(none, bool) else 100 if isinstance(none, int) else (("-",) if none == () else "-")
        for name, none in FIELDS.items()
    },
)
"""A unit nobody knows anything of, and one of which everything is known: what conditions are tried with when they are read."""

SELLABLE = frozenset(("resell", "refurbish", "donate", "liquidate"))
"""Dispositions that put a unit into somebody's hands again, at once or after some work."""

ALWAYS_RECALL, ALWAYS_HAZARD = "always_recall", "always_hazard"
ALWAYS_PROHIBITED, ALWAYS_NOT_ALLOWED = "always_prohibited", "always_not_allowed"
ALWAYS_VENDOR = "always_vendor"
BUILT_IN = (ALWAYS_RECALL, ALWAYS_HAZARD, ALWAYS_PROHIBITED, ALWAYS_NOT_ALLOWED, ALWAYS_VENDOR)
"""Removals that hold at every site, whatever its table says."""

_FORMER = {"flag": "flags", "hazard": "hazards"}
"""Fields as they were called when older decisions were stored."""

_LONGEST_NUMBER = 18
"""Digits: CEL reckons with 64 bits."""

NO_RULE = Decision(disposition="hold", rule="no_rule", reason="No rule matched: a supervisor has to decide.")


def facts_of(inputs: Inputs) -> dict[str, Fact]:
    """Stored inputs as conditions see them. Fields nobody knows any more are left out; unreadable numbers count as none.

    The order of the inputs makes no difference.
    """
    found: dict[str, Fact] = dict(FIELDS)
    for stored, text in sorted(inputs):
        field = _FORMER.get(stored, stored)
        match FIELDS.get(field):
            case bool():
                found[field] = text == "yes"
            case int():
                digits = text.removeprefix("-")
                readable = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
                found[field] = int(text) if readable else 0
            case str():
                found[field] = text
            case tuple():
                before = found[field]
                found[field] = (*before, text) if isinstance(before, tuple) else (text,)
            case _:
                pass
    return found


def inputs_of(facts: Facts) -> Inputs:
    """Facts as they are stored: what differs from `FIELDS`, sorted."""
    stored: set[tuple[str, str]] = set()
    for field, value in facts.items():
        if isinstance(value, tuple):
            stored.update((field, each) for each in value)
        elif value != FIELDS.get(field):
            stored.add((field, ("yes" if value else "no") if isinstance(value, bool) else str(value)))
    return tuple(sorted(stored))


def handling(travels: tuple[str, ...], packs: tuple[str, ...]) -> tuple[str, ...]:
    """What whoever packs the unit has to know: ground (only), no_air, single (not shared); nothing where any way will do."""
    restrictions: list[str] = []
    if travels and "air" not in travels:
        restrictions.append("ground" if travels == ("ground",) else "no_air")
    if packs == ("single",):
        restrictions.append("single")
    return tuple(restrictions)


def reason_in(table: RuleTable, version: str, rule: str, reason: str, language: str) -> str:
    """The reason of a decision in this language, where the table in force is the one that made it and has it."""
    texts = next((found.reasons for found in table.rules if found.id == rule), ()) if version == table.version else ()
    return dict(texts).get(language, reason)


def decide_disposition(table: RuleTable, inputs: Inputs) -> Decision:
    """What the tables make of a unit. Never raises."""
    known = facts_of(inputs)
    facts = given(known)
    removed = _removed(table, known, facts)
    lost: list[tuple[str, str]] = []
    for rule in table.rules:
        why = failed(rule.when, facts)
        if why is not None:
            lost.append((rule.id, why))
            continue
        ways, refused = _ways(table, rule, removed)
        lost.extend(refused)
        if ways:
            return _decided(rule, ways, facts, removed, tuple(lost))
    return msgspec.structs.replace(NO_RULE, lost=tuple(lost), removed=_told(removed))


def open_outcomes(table: RuleTable, inputs: Inputs) -> tuple[Outcome, ...]:
    """Every outcome of the tables that nothing takes away from this unit, with what is left of its ways; hold last."""
    known = facts_of(inputs)
    facts = given(known)
    hold = NO_RULE.disposition
    named = dict.fromkeys((*table.outcomes, *(name for rule in table.rules for name in rule.outcomes)))
    every = Rule(id="", outcomes=(*(name for name in named if name != hold), hold), reason="", when=ALWAYS)
    return tuple(_ways(table, every, _removed(table, known, facts))[0])


def net(outcome: Outcome, inputs: Inputs) -> int | None:
    """What an outcome brings less what it costs, in minor units; None where the site does not say."""
    return _net(outcome, given(facts_of(inputs)))


def _removed(table: RuleTable, known: Facts, facts: Any) -> dict[str, str]:
    """What may not happen, and the first removal that says so: those of every site before those of this one."""
    removed: dict[str, str] = {}
    if known["recall"]:
        removed.update(dict.fromkeys(SELLABLE, ALWAYS_RECALL))
    if known["hazards"]:
        removed.update(air=ALWAYS_HAZARD, shared=ALWAYS_HAZARD)
    if known["rtv"] == PROHIBITED:
        removed[RETURN_TO_VENDOR] = ALWAYS_VENDOR
    for channel in _texts(known["channels_prohibited"]):
        removed.setdefault(channel, ALWAYS_PROHIBITED)
    allowed = _texts(known["channels_allowed"])
    for outcome in table.outcomes.values() if allowed else ():
        if outcome.channel and outcome.channel not in allowed:
            removed.setdefault(outcome.channel, ALWAYS_NOT_ALLOWED)
    for removal in table.removals:
        if failed(removal.when, facts) is None:
            for name in removal.removes:
                removed.setdefault(name, removal.id)
    return removed


def _texts(value: Fact) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _ways(table: RuleTable, rule: Rule, removed: Mapping[str, str]) -> tuple[list[Outcome], list[tuple[str, str]]]:
    """The outcomes of a rule that are left, with what is left of their ways; and why the others are not."""
    ways: list[Outcome] = []
    refused: list[tuple[str, str]] = []
    for name in rule.outcomes:
        outcome = table.outcomes.get(name) or Outcome(id=name, disposition=name)
        gone = next((each for each in (name, outcome.disposition, outcome.channel) if each in removed), None)
        travels = tuple(way for way in outcome.travels if way not in removed)
        packs = tuple(way for way in outcome.packs if way not in removed)
        if gone is None and (not travels or not packs):
            gone = next(way for way in (*outcome.travels, *outcome.packs) if way in removed)
        if gone is not None:
            refused.append((rule.id, f"{name}: {gone} is removed by {removed[gone]}"))
        else:
            ways.append(msgspec.structs.replace(outcome, travels=travels, packs=packs))
    return ways, refused


def _decided(
    rule: Rule, ways: list[Outcome], facts: Any, removed: Mapping[str, str], lost: tuple[tuple[str, str], ...]
) -> Decision:
    nets = [_net(way, facts) for way in ways]
    first = max(range(len(ways)), key=lambda place: (nets[place] or 0, -place))
    best, most = ways[first], nets[first]
    asked = rule.approve_when is None or failed(rule.approve_when, facts) is None
    others = tuple(
        (rule.id, f"{way.id}: brings {net or 0} less costs, {best.id} {most or 0}")
        for place, (way, net) in enumerate(zip(ways, nets, strict=True))
        if place != first
    )
    return Decision(
        disposition=best.disposition,
        rule=rule.id,
        reason=rule.reason,
        lost=(*lost, *others),
        outcome=best.id,
        channel=best.channel,
        travels=best.travels,
        packs=best.packs,
        removed=_told(removed),
        expected=most,
        approval=rule.approval if asked else "",
        steps=best.steps,
    )


def _net(way: Outcome, facts: Any) -> int | None:
    """What it brings less what it costs; None where the site says neither, or the sum cannot be worked out."""
    if way.recovers is None and way.costs is None:
        return None
    try:
        return (number(way.recovers, facts) if way.recovers else 0) - (number(way.costs, facts) if way.costs else 0)
    except ValueError:
        return None


def _told(removed: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(removed.items()))
