"""Whatever happened, the derived tables say what the log says: folded event by event or anew, the rows are the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from old_database import populated
from pysqlite3 import dbapi2
from store_world import live, open_store, opened, parcel_life, parcel_plate, received, sorted_into, unit_plate

from rl_station.domain import events as ev
from rl_station.domain.kpi import TROUBLES
from rl_station.domain.projections import FOLDS
from rl_station.store import Store, StoreError, check_folder
from rl_station.store.folder import DATABASE
from rl_station.store.rebuilding import fingerprints

PARCELS = st.sampled_from([parcel_plate(n) for n in (1, 2, 9)])
UNITS = st.sampled_from([unit_plate(n) for n in (1, 2, 9)])
BOXES = st.sampled_from(["T1", "T2", "PAL"])
WORDS = st.sampled_from(["", "a", "b"])
LABELS = st.sampled_from(["parcel", "unit", "container"])
KEYS = st.lists(st.tuples(st.sampled_from(["tracking", "rma"]), WORDS), max_size=2).map(tuple)

FACTS: st.SearchStrategy[ev.AnyEvent] = st.one_of(
    st.builds(
        ev.ParcelReceived,
        parcel=PARCELS,
        outcome=WORDS,
        client=WORDS,
        rmas=st.lists(WORDS, max_size=2).map(tuple),
        keys=KEYS,
        preprinted=st.booleans(),
    ),
    st.builds(ev.ParcelHeld, parcel=PARCELS, reason=WORDS),
    st.builds(ev.ParcelLaneAssigned, parcel=PARCELS, lane=WORDS),
    st.builds(ev.ParcelHazardChecked, parcel=PARCELS, hazards=st.lists(WORDS, max_size=2).map(tuple)),
    st.builds(ev.ParcelOpened, parcel=PARCELS, client=WORDS),
    st.builds(ev.ParcelClosed, parcel=PARCELS, units=st.lists(UNITS, max_size=2).map(tuple)),
    st.builds(ev.ParcelReleased, parcel=PARCELS, before=st.sampled_from(["hazard", "a"])),
    st.builds(ev.ParcelReassigned, parcel=PARCELS, before=WORDS, lane=WORDS),
    st.builds(
        ev.UnitIdentified, unit=UNITS, parcel=PARCELS, match=WORDS, serial=WORDS, client=WORDS, value=st.integers(0, 9)
    ),
    st.builds(ev.UnitSerialRead, unit=UNITS, parcel=PARCELS, serial=WORDS),
    st.builds(ev.UnitSwapSuspected, unit=UNITS, parcel=PARCELS, expected=st.just(()), found=WORDS),
    st.builds(ev.UnitGraded, unit=UNITS, parcel=PARCELS, functional=WORDS, cosmetic=WORDS, packaging=WORDS),
    st.builds(
        ev.DispositionDecided,
        unit=UNITS,
        parcel=PARCELS,
        client=WORDS,
        disposition=WORDS,
        rule=WORDS,
        reason=WORDS,
        bin=WORDS,
        rules_version=WORDS,
        approval=WORDS,
        steps=st.lists(WORDS, max_size=2).map(tuple),
        expected=st.none() | st.integers(-5, 5),
        inputs=WORDS.map(lambda reason: (("reason", reason),)),
    ),
    st.builds(ev.UnitPutAside, unit=UNITS, parcel=PARCELS, approval=WORDS, bin=WORDS),
    st.builds(
        ev.DispositionApproved,
        unit=UNITS,
        parcel=PARCELS,
        client=WORDS,
        approver=WORDS,
        before=WORDS,
        disposition=WORDS,
        outcome_before=WORDS,
        outcome=WORDS,
        bin=WORDS,
        why=WORDS,
    ),
    st.builds(
        ev.UnitTakenUp,
        unit=UNITS,
        parcel=PARCELS,
        work=st.sampled_from(["rework", "approval"]),
        previous=st.just("") | BOXES,
    ),
    st.builds(
        ev.DispositionOverridden,
        unit=UNITS,
        parcel=PARCELS,
        client=WORDS,
        before=WORDS,
        disposition=WORDS,
        outcome_before=WORDS,
        outcome=WORDS,
        bin=WORDS,
        why=WORDS,
        container_before=st.just("") | BOXES,
        expected=st.none() | st.integers(-5, 5),
    ),
    st.builds(ev.UnitHeld, unit=UNITS, parcel=PARCELS, before=WORDS, bin=WORDS, why=WORDS),
    st.builds(ev.UnitReleased, unit=UNITS, parcel=PARCELS, disposition=WORDS, bin=WORDS),
    st.builds(
        ev.SecondLookTaken,
        unit=UNITS,
        parcel=PARCELS,
        inspector=WORDS,
        functional=WORDS,
        cosmetic=WORDS,
        packaging=WORDS,
        pairs=st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=2).map(tuple),
    ),
    st.builds(ev.ScanRefused, code=WORDS, unit=st.just("") | UNITS),
    st.builds(ev.LabelPrintFailed, label=LABELS, parcel=PARCELS, unit=UNITS, container=BOXES, reason=WORDS),
    st.builds(ev.LabelRequested, label=LABELS, parcel=PARCELS, unit=UNITS, container=BOXES),
    st.builds(ev.TroubleSettled, kind=st.sampled_from(TROUBLES), note=WORDS, parcel=PARCELS, unit=UNITS),
    st.builds(ev.ContainerReopened, container=BOXES),
    st.builds(ev.ContainerCompared, container=BOXES, seen=st.just(1), missing=st.lists(UNITS, max_size=2).map(tuple)),
    st.builds(ev.UnitPlateConfirmed, unit=UNITS, parcel=PARCELS, how=WORDS),
    st.builds(
        ev.UnitPresented,
        unit=UNITS,
        disposition=WORDS,
        client=WORDS,
        bin=WORDS,
        known_by=st.sampled_from(["store", "label"]),
    ),
    st.builds(ev.ContainerOpened, container=BOXES, disposition=WORDS, client=WORDS),
    st.builds(
        ev.UnitSorted, unit=UNITS, container=BOXES, disposition=WORDS, client=WORDS, previous=st.just("") | BOXES
    ),
    st.builds(ev.ContainerClosed, container=BOXES, units=st.lists(UNITS, max_size=2).map(tuple)),
    st.builds(ev.ContainersConsolidated, container=BOXES, contents=st.lists(BOXES, max_size=2).map(tuple)),
    st.builds(ev.ContainerShipped, container=BOXES),
    st.builds(ev.TaskChosen, task=WORDS),
)
CORRECTIONS: st.SearchStrategy[ev.AnyEvent] = st.builds(
    ev.CorrectionDeclared,
    corrects=st.lists(st.integers(0, 24), min_size=1, max_size=6).map(tuple),
    types=st.just(()),
    parcels=st.lists(PARCELS, max_size=1).map(tuple),
)
INPUTS = st.tuples(
    st.sampled_from(["ada", "bob"]), st.lists(st.one_of(FACTS, FACTS, CORRECTIONS), min_size=1, max_size=4)
)


def tables(store: Store) -> dict[str, str]:
    return fingerprints(store._database)


@settings(
    max_examples=60 if settings.default.max_examples >= 100 else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(INPUTS, min_size=1, max_size=12))
def test_any_history_folded_step_by_step_equals_the_rebuild(history: list[tuple[str, list[ev.AnyEvent]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder)) as store:
        for operator, events in history:
            store.append(events, operator=operator)
        by_steps = tables(store)
        store.rebuild()
        assert tables(store) == by_steps


HARD = {
    "a correction of what comes after it in the same input": [
        [ev.CorrectionDeclared(corrects=(1, 2), types=()), ev.ParcelHeld(parcel=parcel_plate(1), reason="a")],
        [received(parcel_plate(1)), ev.CorrectionDeclared(corrects=(5,), types=()), received(parcel_plate(2))],
    ],
    "something happens to a parcel after its correction in the same input": [
        [received(parcel_plate(1)), ev.ParcelLaneAssigned(parcel=parcel_plate(1), lane="L1")],
        [ev.CorrectionDeclared(corrects=(2,), types=()), ev.ParcelLaneAssigned(parcel=parcel_plate(1), lane="L2")],
    ],
    "a tote is filled on and shipped after a correction in the same input": [
        [opened("T1"), sorted_into(unit_plate(1), "T1")],
        [
            ev.CorrectionDeclared(corrects=(2,), types=()),
            sorted_into(unit_plate(2), "T1"),
            ev.ContainerShipped(container="T1"),
        ],
    ],
    "a receipt with its keys is taken back and another stands": [
        [received(parcel_plate(1), ("tracking", "a"), ("rma", "b")), received(parcel_plate(1), ("rma", "c"))],
        [ev.CorrectionDeclared(corrects=(1,), types=())],
    ],
    "everything at once": [*parcel_life(1), [ev.CorrectionDeclared(corrects=tuple(range(30)), types=())]],
}


@pytest.mark.parametrize("history", HARD.values(), ids=HARD)
def test_a_hard_history_folded_step_by_step_equals_the_rebuild(
    tmp_path: Path, history: list[list[ev.AnyEvent]]
) -> None:
    with open_store(tmp_path) as store:
        for events in history:
            store.append(events, operator="ada")
        by_steps = tables(store)
        store.rebuild()
        assert tables(store) == by_steps


def test_a_rebuild_repairs_rows_that_somebody_changed(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1, 2, 3)
        intact = tables(store)
    with dbapi2.connect(str(tmp_path / DATABASE)) as raw:
        raw.execute("UPDATE unit SET container = 'TOTE0099'")
        raw.execute("DELETE FROM parcel_key")
        raw.execute("UPDATE throughput SET count = 7")
    raw.close()
    with open_store(tmp_path) as store:
        report = store.check(projections=True)
        assert {problem.message.split()[2] for problem in report.problems} == {"unit", "parcel_key", "throughput"}
        assert report.first_bad is None
        assert store.rebuild() == store.head.seq
        assert tables(store) == intact
        assert store.check(projections=True).ok


def test_rows_folded_by_an_older_version_are_folded_anew_at_the_next_start(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1, 2)
        store.append([ev.TaskChosen(task="sort")], operator="ada", checkpoint=b"state")
        intact = tables(store)
    with dbapi2.connect(str(tmp_path / DATABASE)) as raw:
        raw.execute("UPDATE unit SET status = 'as an older version called it'")
        raw.execute("UPDATE meta SET value = '0' WHERE key = 'folds'")
    raw.close()
    with pytest.raises(StoreError) as refused:
        check_folder(tmp_path)
    assert refused.value.code == "older"
    with open_store(tmp_path) as store:
        assert tables(store) == intact
        assert store.checkpoint() == (store.head.seq, b"state")
        assert store.check(projections=True).ok


def test_a_change_of_the_folds_comes_with_a_new_number(tmp_path: Path) -> None:
    """Red means: what the folds make of the same log has changed. Raise `FOLDS`, then note the new number and prints here."""
    with open_store(populated(tmp_path)) as store:
        prints = {name: value[:12] for name, value in tables(store).items()}
    assert FOLDS == 7
    assert prints == {
        "event_subject": "d5be566c1bea",
        "corrected": "8d62be37586f",
        "parcel": "066493b41b9b",
        "parcel_key": "b1e7e9c627b6",
        "unit": "38f13b93d72e",
        "container": "688f17035764",
        "plate_counter": "6d3751bb4ca9",
        "throughput": "6e3559932ca2",
        "decided": "be27547889c7",
        "looked": "e3b0c44298fc",
    }


def test_a_rebuild_drops_the_checkpoint(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append([ev.TaskChosen(task="sort")], operator="ada", checkpoint=b"state")
        store.rebuild()
        assert store.checkpoint() is None


def test_a_rebuild_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1, 2)
        store.append([ev.TaskChosen(task="sort")], operator="ada", checkpoint=b"state")
    with dbapi2.connect(str(tmp_path / DATABASE)) as raw:
        raw.execute("UPDATE event SET body = '{}' WHERE seq = 15")
    raw.close()
    with open_store(tmp_path) as store:
        before = tables(store)
        with pytest.raises(StoreError) as refused:
            store.rebuild()
        assert refused.value.code == "damaged"
        assert "Event 15" in refused.value.message
        assert tables(store) == before
        assert store.checkpoint() is not None
