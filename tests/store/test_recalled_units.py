"""What recalls make of a unit's row."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_world import identified, open_store, opened, parcel_plate, received, sorted_into, undo, unit_plate

from rl_station.domain import events as ev

P1, U1 = parcel_plate(1), unit_plate(1)
RECALLED = ev.UnitRecalled(unit=U1, parcel=P1, recall="R-1", how="gtin", previous="T1")


def start() -> tuple[ev.AnyEvent, ...]:
    return received(P1), identified(U1, P1, gtin="09520000000011"), opened("T1"), sorted_into(U1, "T1")


def test_a_unit_that_is_set_aside_lies_in_no_tote_until_that_is_taken_back(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append(start(), operator="ada")
        done = store.append([RECALLED], operator="ada")
        unit, tote = store.records.unit(U1), store.records.container("T1")
        assert unit is not None
        assert tote is not None
        assert (unit.recall, unit.container, tote.units) == ("R-1", "", ())
        assert [found.unit for found in store.records.units_recalled("R-1")] == [U1]
        store.append([undo(*done)], operator="ada")
        unit = store.records.unit(U1)
        assert unit is not None
        assert (unit.recall, unit.container) == ("", "T1")
        assert store.records.units_recalled("R-1") == ()


@pytest.mark.parametrize(("graded", "status"), [(True, "sorted"), (False, "rework")])
def test_a_lifted_recall_leaves_a_unit_that_was_never_graded_to_rework(
    tmp_path: Path, status: str, *, graded: bool
) -> None:
    lifted = ev.UnitRecallLifted(unit=U1, parcel=P1, recall="R-1", reason="wrong model", graded=graded)
    with open_store(tmp_path) as store:
        store.append([*start(), RECALLED, lifted], operator="ada")
        unit = store.records.unit(U1)
    assert unit is not None
    assert (unit.recall, unit.status, unit.container) == ("", status, "")


@pytest.mark.parametrize(("verdict", "recall"), [("affected", "R-1"), ("spared", ""), ("lot", "")])
def test_only_a_word_that_says_so_makes_a_unit_recalled(tmp_path: Path, verdict: str, recall: str) -> None:
    said = ev.UnitRecallAnswered(unit=U1, parcel=P1, recall="R-1", asked="model", answer="yes", verdict=verdict)
    with open_store(tmp_path) as store:
        store.append([*start(), said], operator="ada")
        unit = store.records.unit(U1)
    assert unit is not None
    assert unit.recall == recall
