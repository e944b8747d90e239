"""What rework.toml and the rules say about each other: steps, parts and methods that are there, and work that ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rl_station.domain.rework import REGRADE
from rl_station.settings.documents import Layers
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.rework_models import ReworkModel
from rl_station.settings.toml_positions import Path

_FILE = "rework"


def check_rework(parsed: Parsed) -> Iterator[Problem]:
    """Nothing is concluded from a file that could not be read."""
    model = parsed.rework
    if model is not None:
        layers = parsed.layers[_FILE]
        yield from _steps(model, layers)
        yield from _circles(model, layers)
        yield from _codes(model, layers)
    if model is not None or _FILE not in parsed.layers:
        yield from _outcomes(parsed, model.steps if model else ())


def _outcomes(parsed: Parsed, steps: Collection[str]) -> Iterator[Problem]:
    """The steps that the ways out ask for."""
    for name, outcome in (parsed.rules.outcomes if parsed.rules else {}).items():
        path = ("outcomes", name, "steps")
        yield from _unknown(parsed.layers["dispositions"], path, "rework step", outcome.steps or (), steps)


def _steps(model: ReworkModel, layers: Layers) -> Iterator[Problem]:
    for name, step in model.steps.items():
        path = ("steps", name)
        yield from _unknown(layers, (*path, "parts"), "part", step.parts, model.parts)
        yield from _unknown(layers, (*path, "methods"), "method", step.methods, model.methods)
        if "done" not in step.results:
            yield layers.problem((*path, "results"), "nothing can be done here: the result done is missing")
        for result, following in step.next.items():
            place = (*path, "next", result)
            if result not in step.results:
                yield layers.problem(place, f"{result!r} is not among the results", nearest(result, step.results))
            if following not in (*model.steps, REGRADE):
                hint = nearest(following, (*model.steps, REGRADE))
                yield layers.problem(place, f"there is no rework step {following!r}", hint)


def _circles(model: ReworkModel, layers: Layers) -> Iterator[Problem]:
    """A step that can lead back to itself might never end; what has to be tried again is decided again first."""
    for name in model.steps:
        reached, ahead = set[str](), [name]
        while ahead:
            step = model.steps.get(ahead.pop())
            fresh = [each for each in (step.next.values() if step else ()) if each not in reached]
            reached.update(fresh)
            ahead.extend(fresh)
        if name in reached:
            yield layers.problem(("steps", name, "next"), f"the step {name!r} leads back to itself and might never end")


def _codes(model: ReworkModel, layers: Layers) -> Iterator[Problem]:
    """One barcode is one part."""
    holders: dict[str, str] = {}
    for name, part in model.parts.items():
        for index, code in enumerate(part.codes):
            holder = holders.setdefault(code, name)
            if holder != name:
                yield layers.problem(
                    ("parts", name, "codes", index), f"the code {code!r} belongs to {holder!r} already"
                )


def _unknown(layers: Layers, path: Path, what: str, names: Iterable[str], valid: Collection[str]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in valid:
            yield layers.problem((*path, index), f"there is no {what} {name!r}", nearest(name, valid))
