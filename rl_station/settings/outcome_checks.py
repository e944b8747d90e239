"""Whether every way out is said in full: a disposition with a bin, sound amounts, and no circle of `like`."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import get_args

from rl_station.domain.conditions import ConditionError, amount
from rl_station.domain.grades import DISPOSITIONS
from rl_station.domain.rules import SAMPLES, SELLABLE
from rl_station.domain.vendors import RETURN_TO_VENDOR
from rl_station.settings.documents import Layers
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.rule_content import line_of, spelt_out
from rl_station.settings.rule_models import OutcomeModel, Pack, RulesModel, Travel

TRAVELS: tuple[str, ...] = get_args(Travel)
PACKS: tuple[str, ...] = get_args(Pack)


def check_outcomes(parsed: Parsed, model: RulesModel, layers: Layers) -> Iterator[Problem]:
    for name, outcome in model.outcomes.items():
        place = ("outcomes", name)
        line = line_of(name, model.outcomes)
        if line[-1] in line[:-1]:
            yield layers.problem((*place, "like"), f"goes in a circle: {' is like '.join(line)}")
        elif outcome.like and outcome.like not in model.outcomes:
            yield layers.problem(
                (*place, "like"), f"there is no outcome {outcome.like!r}", nearest(outcome.like, model.outcomes)
            )
        else:
            yield from _disposition(name, parsed, model, layers)
        yield from _names(name, outcome, layers)
        yield from _amounts(name, outcome, layers)


def without_bin(disposition: str, parsed: Parsed) -> bool:
    """Whether it is known that units of this disposition have nowhere to go."""
    bins = parsed.bins
    return bins is not None and not any(disposition in bin_.dispositions for bin_ in bins.values())


def certain(name: str, model: RulesModel) -> bool:
    """Whether nothing can ever take this outcome away: no removal of the site, and none that holds everywhere."""
    said = spelt_out(name, model.outcomes)
    taken: Set[str] = {"air", "shared", RETURN_TO_VENDOR}.union(*(removal.removes for removal in model.removals))
    disposition = said.get("disposition", name)
    return not (
        said.get("channel")
        or disposition in SELLABLE
        or taken & {name, disposition}
        or taken >= set(said.get("travels", TRAVELS))
        or taken >= set(said.get("packs", PACKS))
    )


def _disposition(name: str, parsed: Parsed, model: RulesModel, layers: Layers) -> Iterator[Problem]:
    path = ("outcomes", name, "disposition")
    found = spelt_out(name, model.outcomes).get("disposition", "")
    if not found:
        yield layers.problem(path, "is missing")
    elif name in DISPOSITIONS and found != name:
        yield layers.problem(path, f"{name!r} is the name of a disposition, and cannot lead to {found!r}")
    elif without_bin(found, parsed):
        yield layers.problem(path, f"no bin in bins.toml takes {found!r}")


def _names(name: str, outcome: OutcomeModel, layers: Layers) -> Iterator[Problem]:
    """An outcome, a channel and a way to travel share the list of what a removal names."""
    for key, found in (("", name), ("channel", outcome.channel or "")):
        if found in (*TRAVELS, *PACKS):
            path = ("outcomes", name, key) if key else ("outcomes", name)
            yield layers.problem(path, f"{found!r} is a way to travel or to pack")
    if outcome.channel in DISPOSITIONS:
        yield layers.problem(("outcomes", name, "channel"), f"{outcome.channel!r} is a disposition")


def _amounts(name: str, outcome: OutcomeModel, layers: Layers) -> Iterator[Problem]:
    for key in ("recovers", "costs"):
        found = getattr(outcome, key)
        if found is not None:
            try:
                amount(found, SAMPLES)
            except ConditionError as error:
                yield layers.problem(("outcomes", name, key), error.message, error.hint)
