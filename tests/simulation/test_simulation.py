"""Two hundred sites full of troubles, and every promise kept; any number more by scripts/simulate."""

from __future__ import annotations

from collections import Counter

import pytest
from sim_network import WEATHER
from sim_run import TROUBLES, run

SEEDS = 200
PARTS = 4


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_promise_is_kept_through_any_troubles(part: int, happened: Counter[str]) -> None:
    for seed in range(1 + part, 1 + SEEDS, PARTS):
        outcome = run(seed)
        happened.update(outcome.happened)
        assert outcome.broken == "", f"again: scripts/simulate --seed {seed} --verbose"


@pytest.mark.slow
def test_every_trouble_has_befallen_somebody(happened: Counter[str]) -> None:
    if sum(happened.values()) < SEEDS:
        pytest.skip("needs the seeds to have been lived through in this process")
    assert {*TROUBLES, *WEATHER} <= set(happened)


@pytest.fixture(scope="module")
def happened() -> Counter[str]:
    return Counter()


def test_a_seed_lived_through_twice_is_the_same_to_the_letter() -> None:
    first, again = run(12), run(12)
    assert first.timeline == again.timeline
    assert first == again
