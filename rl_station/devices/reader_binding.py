"""From a reader's table in devices.toml to a tag reader, or one that says why not."""

from __future__ import annotations

from collections.abc import Mapping

from drivers import registry
from rl_station.devices.bound import Bound, BoundScanner
from rl_station.devices.lights import Outputs
from rl_station.settings.reader_settings import ReaderModel

KIND = "reader"


def bound_reader(name: str, model: ReaderModel | None, there: Mapping[str, Bound]) -> BoundScanner:
    """The reader; the very same as before where its settings are, or where it cannot be made for the same reason."""
    before = there.get(name)
    if model is None:
        fresh = BoundScanner(name, "", None, failure="not in devices.toml", kind=KIND)
    elif isinstance(before, BoundScanner) and not before.failure and before.settings == _settings(model):
        return before
    else:
        fresh = _made(name, model)
    return before if isinstance(before, BoundScanner) and fresh.failure and before == fresh else fresh


def _made(name: str, model: ReaderModel) -> BoundScanner:
    try:
        made = registry.reader(model.driver, name, model.driver_options())
    except registry.DriverError as error:
        return BoundScanner(name, model.driver, None, failure=str(error), kind=KIND, settings=_settings(model))
    outputs = Outputs(model.output_alarm, model.output_good, model.good_ms / 1000)
    return BoundScanner(name, model.driver, made, kind=KIND, settings=_settings(model), outputs=outputs)


def _settings(model: ReaderModel) -> object:
    return KIND, model.model_dump(), frozenset(model.model_fields_set)
