"""The rules of a configuration, or of a draft of one, with the examples that go with them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rl_station.domain.policy import policy_facts
from rl_station.domain.rules import FIELDS, Decision, RuleTable, decide_disposition, inputs_of
from rl_station.settings.client_content import client
from rl_station.settings.content import product
from rl_station.settings.example_models import ExampleModel
from rl_station.settings.parsed import CHECKLISTS, MODELS, OPTIONAL, Parsed
from rl_station.settings.problems import ConfigError, Problem
from rl_station.settings.rule_content import rule_table
from rl_station.settings.site import examine


class Example(NamedTuple):
    """An example and where it stands."""

    file: str
    line: int
    model: ExampleModel


class RuleSet(NamedTuple):
    """Rules that were checked, and their examples."""

    table: RuleTable
    examples: tuple[Example, ...]


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
    models = parsed.examples.examples if parsed.examples else ()
    examples = [
        Example(*parsed.layers["rules_examples"].place(("examples", index)), _with_policy(model, parsed))
        for index, model in enumerate(models)
    ]
    return RuleSet(rule_table(parsed.rules), tuple(examples))


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


def _with_policy(example: ExampleModel, parsed: Parsed) -> ExampleModel:
    """An example that names its client, or its article, is under their policy, except in what it says itself."""
    id_, sku = str(example.unit.get("client", "")), example.unit.get("sku", "")
    model = (parsed.clients or {}).get(id_)
    article = next((each.row for each in parsed.products or () if (each.row.client, each.row.sku) == (id_, sku)), None)
    policy = policy_facts(client(id_, model) if model else None, product(article) if article else None)
    return example.model_copy(update={"unit": {**policy, **example.unit}})


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return "not told" if value is None else str(value) or "nothing"


def _settings_in(folder: Path) -> Iterator[Path]:
    for name in (*MODELS, *OPTIONAL):
        if (folder / f"{name}.toml").exists():
            yield folder / f"{name}.toml"
    yield from (folder / CHECKLISTS).glob("*.toml")
