"""The rules of a configuration, or of a draft of one, with the examples that go with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rl_station.domain.conditions import Fact
from rl_station.domain.policy import policy_facts
from rl_station.domain.rules import FIELDS, Decision, Inputs, RuleTable, decide_disposition, facts_of, inputs_of
from rl_station.domain.vendors import VendorTable, rtv_facts_then
from rl_station.settings.client_content import client
from rl_station.settings.content import product
from rl_station.settings.example_models import ExampleModel
from rl_station.settings.parsed import CHECKLISTS, MODELS, OPTIONAL, PRODUCTS_FILE, Parsed
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.rule_content import rule_table
from rl_station.settings.site import examine
from rl_station.settings.vendor_content import vendor_table


class Example(NamedTuple):
    """An example and where it stands."""

    file: str
    line: int
    model: ExampleModel


_Policies = Callable[[str, str], Mapping[str, Fact]]


def _as_they_were(inputs: Inputs) -> Inputs:
    return inputs


class RuleSet(NamedTuple):
    """Rules that were checked, and their examples.

    `under_policy` gives what was known of a unit as the clients, articles and vendors of a draft have it; where that says nothing
    of them, as it was.
    """

    table: RuleTable
    examples: tuple[Example, ...]
    under_policy: Callable[[Inputs], Inputs] = _as_they_were


def load_rules(config: Path, draft: Path | None = None, *, environ: Mapping[str, str] = os.environ) -> RuleSet:
    """The rules of this folder; files that the folder `draft` has stand in for its own.

    Raises ConfigError with everything that is wrong.
    """
    parsed, problems = examine(config, environ, draft)
    if draft is not None and not any(_settings_in(draft)):
        problems.append(Problem(str(draft), 0, "", "there is no settings file in it, such as dispositions.toml"))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or parsed.rules is None:
        raise ConfigError(errors)
    policies = _policies(parsed)
    models = parsed.examples.examples if parsed.examples else ()
    examples = [
        Example(*parsed.layers["rules_examples"].place(("examples", index)), _with_policy(model, policies))
        for index, model in enumerate(models)
    ]
    return RuleSet(rule_table(parsed.rules), tuple(examples), _redoing(parsed, policies, draft))


def tried(example: ExampleModel, table: RuleTable) -> tuple[Decision, tuple[str, ...]]:
    """What the rules make of an example, and every way in which that is not what it asks for."""
    decision = decide_disposition(table, inputs_of({**FIELDS, **example.unit}))
    wrong = [
        f"{name} is {_shown(found)}, not {_shown(wanted)}"
        for name in ("disposition", "rule", "outcome", "approval", "expected", "travels", "packs")
        if (wanted := getattr(example, name)) is not None and (found := getattr(decision, name)) != wanted
    ]
    gone = dict(decision.removed)
    wrong += [f"{name} is not taken away" for name in example.removed or () if name not in gone]
    return decision, tuple(wrong)


def _with_policy(example: ExampleModel, policies: _Policies) -> ExampleModel:
    """An example that names its client, or its article, is under their policy, except in what it says itself."""
    said = policies(str(example.unit.get("client", "")), str(example.unit.get("sku", "")))
    return example.model_copy(update={"unit": {**said, **example.unit}})


def _policies(parsed: Parsed) -> _Policies:
    """What is said of an article of a client; nothing of those that only the centre knows."""
    clients = {id_: client(id_, model) for id_, model in (parsed.clients or {}).items()}
    articles = {(each.row.client, each.row.sku): each.row for each in parsed.products or ()}

    def said(client_id: str, sku: str) -> Mapping[str, Fact]:
        known, row = clients.get(client_id), articles.get((client_id, sku))
        if known is None or (sku and row is None):
            return {}
        return policy_facts(known, product(row) if row else None)

    return said


def _redoing(parsed: Parsed, policies: _Policies, draft: Path | None) -> Callable[[Inputs], Inputs]:
    """What the draft says anew of a unit that was decided."""
    drafted = [] if draft is None else [each.name for each in draft.iterdir()]
    told = policies if {"clients.toml", PRODUCTS_FILE}.intersection(drafted) else None
    vendors = vendor_table(parsed.vendors or {}) if "vendors.toml" in drafted else None
    return _as_they_were if told is None and vendors is None else partial(_redone, told, vendors)


def _redone(policies: _Policies | None, vendors: VendorTable | None, inputs: Inputs) -> Inputs:
    facts = facts_of(inputs)
    client_id, sku, brand = str(facts["client"]), str(facts["sku"]), str(facts["brand"])
    sold = {} if policies is None else policies(client_id, sku)
    returned = {} if vendors is None else rtv_facts_then(vendors.terms(client_id, sku, brand) if sku else None, facts)
    return inputs_of({**facts, **sold, **returned})


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return "not told" if value is None else str(value) or "nothing"


def _settings_in(folder: Path) -> Iterator[Path]:
    for name in (*MODELS, *OPTIONAL):
        if (folder / f"{name}.toml").exists():
            yield folder / f"{name}.toml"
    yield from (folder / CHECKLISTS).glob("*.toml")
    yield from folder.glob(PRODUCTS_FILE)
