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
def test_every_promise_is_kept_through_any_troubles(part: int) -> None:
    happened: Counter[str] = Counter()
    for seed in range(1 + part, 1 + SEEDS, PARTS):
        outcome = run(seed)
        happened.update(outcome.happened)
        assert outcome.broken == "", f"again: scripts/simulate --seed {seed} --verbose"
    assert {*TROUBLES, *WEATHER} <= set(happened)


@pytest.mark.slow
def test_a_seed_lived_through_twice_is_the_same_to_the_letter() -> None:
    for seed in (3, 12, 40):
        assert run(seed) == run(seed)


def test_a_few_sites_keep_their_promises() -> None:
    for seed in range(201, 206):
        assert run(seed).broken == ""
