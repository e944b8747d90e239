"""What supervision.toml says of people, clients and places that are there, in a timezone that is one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from rl_station.domain.grades import COSMETIC, FUNCTIONAL
from rl_station.settings.documents import Layers
from rl_station.settings.parsed import Parsed
from rl_station.settings.problems import Problem, nearest
from rl_station.settings.supervision_models import SupervisionModel
from rl_station.settings.toml_positions import Path

FILE = "supervision"


def check_supervision(parsed: Parsed) -> Iterator[Problem]:
    """Nothing is concluded from a file that could not be read."""
    model = parsed.supervision
    if model is None:
        return
    layers, again = parsed.layers[FILE], model.second_look
    yield from check_timezone(model, layers)
    yield from _shifts(model, layers)
    yield from _named(layers, ("sla", "clients"), "client", model.sla.clients, parsed.clients)
    yield from _named(layers, ("second_look", "operators"), "person", again.operators, parsed.operators)
    yield from _named(layers, ("second_look", "grades"), "grade", again.grades, (*FUNCTIONAL, *COSMETIC))
    if again.bin is not None and parsed.bins is not None and parsed.lanes is not None:
        yield from _missing(layers, ("second_look", "bin"), "bin or lane", again.bin, (*parsed.bins, *parsed.lanes))


def check_timezone(model: SupervisionModel, layers: Layers) -> Iterator[Problem]:
    """This machine has to know it."""
    try:
        ZoneInfo(model.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # also of a name that is a folder or leads out of one
        hint = nearest(model.timezone, available_timezones())
        yield layers.problem(("timezone",), f"there is no timezone {model.timezone!r}", hint)


def _shifts(model: SupervisionModel, layers: Layers) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, shift in enumerate(model.shifts):
        if shift.name in seen:
            yield layers.problem(("shifts", index, "name"), f"there is a shift {shift.name!r} already")
        seen.add(shift.name)


def _named(
    layers: Layers, path: Path, what: str, names: Collection[str], valid: Collection[str] | None
) -> Iterator[Problem]:
    for name in names if valid is not None else ():
        yield from _missing(layers, (*path, name), what, name, valid or ())


def _missing(layers: Layers, path: Path, what: str, name: str, valid: Collection[str]) -> Iterator[Problem]:
    if name not in valid:
        yield layers.problem(path, f"there is no {what} {name!r}", nearest(name, valid))
