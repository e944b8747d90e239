"""Grades are the worst of what was found, on scales whose order is fixed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl_station.domain.grades import COSMETIC, FUNCTIONAL, PACKAGING, worst

SCALES = [FUNCTIONAL, COSMETIC, PACKAGING]


@pytest.mark.parametrize("scale", SCALES)
def test_a_unit_nobody_found_fault_with_is_best(scale: tuple[str, ...]) -> None:
    assert worst(scale, []) == scale[-1]


@given(st.sampled_from(SCALES), st.data())
def test_one_bad_finding_cannot_be_made_good_by_others(scale: tuple[str, ...], data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.sampled_from(scale), min_size=1))
    found = worst(scale, codes)
    assert found in codes
    assert all(scale.index(found) <= scale.index(code) for code in codes)
    assert worst(scale, reversed(codes)) == found


def test_a_code_of_another_scale_is_a_bug_and_not_a_grade() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        worst(FUNCTIONAL, ["F9"])
