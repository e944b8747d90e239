"""Only the events that a row is said to change by are asked for when it is merged: none may be missing."""

from __future__ import annotations

import inspect
import re
from types import ModuleType

import pytest

from rl_station.domain.projections import CONTAINER_EVENTS, PARCEL_EVENTS, UNIT_EVENTS, containers, parcels, units


@pytest.mark.parametrize(
    ("module", "said"), [(parcels, PARCEL_EVENTS), (units, UNIT_EVENTS), (containers, CONTAINER_EVENTS)]
)
def test_every_event_that_a_fold_looks_at_is_among_those_that_can_change_the_row(
    module: ModuleType, said: tuple[type, ...]
) -> None:
    looked_at = set(re.findall(r"events\.([A-Z]\w+)\(", inspect.getsource(module)))
    assert looked_at == {event.__name__ for event in said}
