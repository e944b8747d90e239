"""Which values the facts of a unit can have, so that a condition that waits for a misspelt one is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import get_args

from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING
from rl_station.domain.rules import FIELDS
from rl_station.domain.vendors import RTV
from rl_station.domain.weee import WEEE
from rl_station.settings.checklist_models import effects
from rl_station.settings.condition_words import Compared, Value, compared
from rl_station.settings.csv_models import ReturnRow
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import nearest

_FIXED: Mapping[str, Collection[str]] = {
    "cosmetic": COSMETIC,
    "functional": FUNCTIONAL,
    "packaging": PACKAGING,
    "packaging_rule": ("own", "neutral", "any"),
    "match": ("expected", "unexpected", "other_client", "unknown_product"),
    "reason_found": ("confirmed", "not_found"),
    "rtv": RTV,
    "weee": WEEE,
}
_PARCEL_HAZARDS = ("heat", "leak", "smell", "smoke", "swelling")


def wrong_values(source: str, parsed: Parsed) -> Iterator[tuple[str, str]]:
    """What an expression compares that can never be equal, and the nearest that can."""
    for each in compared(source):
        if each.name in FIELDS:
            yield from _wrong(each, known_values(each.name, parsed))


def _wrong(each: Compared, known: Collection[str] | None) -> Iterator[tuple[str, str]]:
    name, none = each.name, FIELDS[each.name]
    if isinstance(none, tuple) and each.sign != "has" and each.values:
        yield f"{name} is a list: ask any({name}, [...]) or whether something is in {name}", ""
        return
    if each.sign == "has" and not isinstance(none, tuple):
        yield f"{name} is no list: compare it with ==", ""
        return
    for value in each.values:
        why = wrong_kind(name, value)
        if why:
            yield why, ""
        elif known is not None and value and value not in known:
            yield f"{value!r} is never a value of {name}", nearest(str(value), known)


def wrong_kind(field: str, value: Value) -> str:
    """Why a value, or one of the values of a list, is not of the kind of the field; nothing where it is."""
    none = FIELDS[field]
    kind = str if isinstance(none, tuple) else type(none)
    return "" if type(value) is kind else f"{value!r} is never a value of {field}, which is {_KINDS[kind]}"


_KINDS: Mapping[type, str] = {str: "text", bool: "true or false", int: "a whole number"}


def known_values(field: str, parsed: Parsed) -> Collection[str] | None:
    """The texts a field can have besides none, or None where anything goes or a file could not be read."""
    if field in ("reason", "wish"):
        return get_args(ReturnRow.model_fields[field].annotation)
    if field in _FIXED:
        return _FIXED[field]
    of_site = _OF_SITE.get(field)
    return of_site(parsed) if of_site else None


def _flags(parsed: Parsed, more: tuple[str, ...] = ()) -> Collection[str] | None:
    if parsed.checklists is None:
        return None
    questions = [question for checklist in parsed.checklists.values() for question in checklist.questions]
    return {*more, *(flag for question in questions for _, effect in effects(question) for flag in effect.flags)}


def _of_products(field: str, parsed: Parsed) -> Collection[str] | None:
    return None if parsed.products is None else {getattr(each.row, field) for each in parsed.products}


def _regions(parsed: Parsed) -> Collection[str] | None:
    return None if parsed.clients is None else {each.region for each in parsed.clients.values()}


def _channels(parsed: Parsed) -> Collection[str] | None:
    return None if parsed.rules is None else {each.channel or "" for each in parsed.rules.outcomes.values()}


_OF_SITE: Mapping[str, Callable[[Parsed], Collection[str] | None]] = {
    "brand": partial(_of_products, "brand"),
    "category": lambda parsed: parsed.categories,
    "channels_allowed": _channels,
    "channels_prohibited": _channels,
    "client": lambda parsed: parsed.clients,
    "flags": _flags,
    "group": partial(_of_products, "group"),
    "hazards": partial(_flags, more=_PARCEL_HAZARDS),
    "region": _regions,
    "sku": partial(_of_products, "sku"),
    "vendor": lambda parsed: parsed.vendors,
}
