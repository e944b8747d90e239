"""Whether it is always clear which checklist a unit is asked about, and whether reasons.toml can be asked."""

from __future__ import annotations

from collections.abc import Iterator

from rl_station.domain.checklist import REASON, Scope
from rl_station.settings.checklist_checks import check_checklist, check_condition
from rl_station.settings.checklist_content import SHARED, samples_of, scope_of
from rl_station.settings.checklist_values import check_values, wrong_words
from rl_station.settings.parsed import CHECKLISTS, Parsed
from rl_station.settings.problems import Problem, nearest


def check_checklists(parsed: Parsed) -> Iterator[Problem]:
    """Each checklist by itself, and all of them beside each other."""
    checklists = parsed.checklists or {}
    foreign = {
        flag
        for id_ in SHARED
        if id_ in checklists
        for question in checklists[id_].questions
        for option in question.options
        for flag in option.flags
    }
    for id_, model in checklists.items():
        layers = parsed.layers[f"{CHECKLISTS}/{id_}"]
        yield from check_checklist(id_, model, () if id_ in SHARED else foreign, layers)
        yield from check_values(model, parsed, layers)
    yield from _scopes(parsed)
    yield from _reasons(parsed)


def _scopes(parsed: Parsed) -> Iterator[Problem]:
    """No two for the same, one for all of each category, and of names only those that are there."""
    scopes: dict[Scope, str] = {}
    for id_, model in (parsed.checklists or {}).items():
        layers = parsed.layers[f"{CHECKLISTS}/{id_}"]
        scope = scope_of(id_, model)
        if id_ == REASON or (id_ in SHARED and model.scope is not None):
            yield layers.problem(("scope",), f"{id_!r} is the name of questions that belong to no category")
        elif scope in scopes and scope.category:
            yield layers.problem(("scope",), f"{scopes[scope]!r} is for the very same: nobody can tell which is meant")
        scopes.setdefault(scope, id_)
        if model.scope is not None:
            yield from _names(id_, scope, parsed)
    for scope, id_ in scopes.items():
        if scope.category and Scope(scope.category) not in scopes:
            layers = parsed.layers[f"{CHECKLISTS}/{id_}"]
            near = nearest(scope.category, [each.category for each in scopes if each == Scope(each.category)])
            yield layers.problem(("scope", "category"), f"no checklist is for all of {scope.category!r}", near)


def _names(id_: str, scope: Scope, parsed: Parsed) -> Iterator[Problem]:
    layers = parsed.layers[f"{CHECKLISTS}/{id_}"]
    if scope.client and parsed.clients is not None and scope.client not in parsed.clients:
        near = nearest(scope.client, parsed.clients)
        yield layers.problem(("scope", "client"), f"there is no client {scope.client!r}", near)
        return
    if scope.product and not scope.client:
        yield layers.problem(("scope", "product"), "an article number says nothing without its `client`")
        return
    rows = [each.row for each in parsed.products or () if each.row.category == scope.category]
    if parsed.products is None or not rows:
        return
    of_client = [row for row in rows if scope.client in ("", row.client)]
    if scope.group and scope.group not in {row.group for row in of_client}:
        near = nearest(scope.group, {row.group for row in of_client if row.group})
        yield layers.problem(
            ("scope", "group"), f"no product of {scope.category!r} is of the group {scope.group!r}", near
        )
    if scope.product and scope.product not in {row.sku for row in of_client}:
        near = nearest(scope.product, {row.sku for row in of_client})
        yield layers.problem(
            ("scope", "product"), f"{scope.client} has no {scope.product!r} in {scope.category!r}", near
        )


def _reasons(parsed: Parsed) -> Iterator[Problem]:
    for code, reason in (parsed.reasons.reasons if parsed.reasons else {}).items():
        path, layers = ("reasons", code, "when"), parsed.layers["reasons"]
        yield from check_condition(reason.when, path, samples_of(()), layers)
        yield from wrong_words(reason.when, path, {}, parsed, layers)
