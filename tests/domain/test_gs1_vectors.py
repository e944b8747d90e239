"""The scans of GS1's own syntax engine, answered as it answers them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from rl_station.domain import aim, gs1


class Case(NamedTuple):
    kind: str
    data: str
    valid: bool
    elements: list[list[str]] | None


VECTORS = Path(__file__).parents[1] / "data" / "gs1_vectors.json"
CASES = [Case(**case) for case in json.loads(VECTORS.read_text(encoding="utf-8"))]


def elements_of(case: Case) -> gs1.Elements | None:
    if case.kind == "digital_link":
        return gs1.digital_link(case.data)
    data = aim.split(case.data)
    found = gs1.read(data.symbology, data.text) if data.symbology else None
    return None if found is None else found.elements


def test_all_the_cases_are_here() -> None:
    assert len(CASES) == 74
    assert {case.kind for case in CASES} == {"scan", "digital_link"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.data))
def test_a_scan_has_the_verdict_and_the_elements_of_the_syntax_engine(case: Case) -> None:
    expected = tuple((ai, value) for ai, value in case.elements or ()) if case.valid else None
    assert elements_of(case) == expected
