"""What the read models say after the events of a returns centre's day."""

from __future__ import annotations

from pathlib import Path

from store_world import (
    HOUR,
    NOON,
    SetClock,
    identified,
    live,
    open_store,
    opened,
    parcel_plate,
    received,
    sorted_into,
    undo,
    unit_plate,
)

from rl_station.domain import events as ev
from rl_station.domain.kpi import SLOT_US, Work
from rl_station.store import Store, StoreFigures

P1, U1, U2 = parcel_plate(1), unit_plate(1), unit_plate(2)


def put(store: Store, *events: ev.AnyEvent) -> tuple[ev.Recorded, ...]:
    return store.append(events, operator="ada")


def test_a_parcel_and_its_unit_are_followed_from_the_dock_to_the_tote(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        parcel, unit, tote = store.records.parcel(P1), store.records.unit(U1), store.records.container("TOTE0001")
    assert parcel is not None
    assert unit is not None
    assert tote is not None
    assert (parcel.status, parcel.lane, parcel.condition, parcel.units) == ("closed", "L1", "intact", (U1,))
    assert (parcel.received_by, parcel.station, parcel.received_at) == ("ada", "dock-01", NOON + 2000)
    assert (unit.status, unit.functional, unit.rule, unit.container) == ("sorted", "F2", "good", "TOTE0001")
    assert (tote.status, tote.units, tote.disposition) == ("open", (U1,), "resell")


def test_a_parcel_is_found_by_every_id_it_came_with(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1, 2)
        assert [each.parcel for each in store.records.parcels_by_key("tracking", "1Z00000001")] == [P1]
        assert [each.parcel for each in store.records.parcels_by_key("rma", "RMA-2")] == [parcel_plate(2)]
        assert store.records.parcels_by_key("order", "RMA-2") == ()


def test_a_held_parcel_stays_held_in_its_lane(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, received(P1), ev.ParcelHeld(parcel=P1, reason="hazard"), ev.ParcelLaneAssigned(parcel=P1, lane="H"))
        parcel = store.records.parcel(P1)
    assert parcel is not None
    assert (parcel.status, parcel.held, parcel.lane) == ("held", "hazard", "H")


def test_a_unit_is_found_by_the_serial_read_last(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, received(P1), identified(U1, P1, serial="OLD"))
        put(store, ev.UnitSerialRead(unit=U1, parcel=P1, serial="NEW"))
        assert [unit.unit for unit in store.records.units_by_serial("NEW")] == [U1]
        assert store.records.units_by_serial("OLD") == ()
        put(store, identified(U2, P1))
        assert store.records.units_by_serial("") == ()


def test_a_unit_is_found_by_its_tag_whenever_that_became_known(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, received(P1), identified(U1, P1, epc="30AA"), identified(U2, P1))
        put(store, ev.UnitTagFound(unit=U2, parcel=P1, epc="30BB"))
        assert [unit.unit for unit in store.records.units_by_epc("30AA")] == [U1]
        assert [(unit.unit, unit.epc) for unit in store.records.units_by_epc("30BB")] == [(U2, "30BB")]
        assert store.records.units_by_epc("") == ()


def test_a_unit_is_found_by_the_tag_that_was_written_and_not_by_the_one_before(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, received(P1), identified(U1, P1, epc="30AA"))
        put(store, ev.TagWriteRequested(unit=U1, parcel=P1, old="E2AA", epc="30CC"))
        put(store, ev.TagWriteFailed(unit=U1, parcel=P1, old="E2AA", epc="30CC", reason="locked"))
        assert [unit.epc for unit in store.records.units_by_epc("30AA")] == ["30AA"]
        put(store, ev.TagWritten(unit=U1, parcel=P1, old="E2AA", epc="30CC"))
        assert [unit.unit for unit in store.records.units_by_epc("30CC")] == [U1]
        assert store.records.units_by_epc("30AA") == ()
        assert store.check(projections=True).ok


def test_a_swap_that_the_tags_gave_away_is_one(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, received(P1), identified(U1, P1), identified(U2, P1))
        put(store, ev.TagMismatchResolved(unit=U1, parcel=P1, found="30AA", verdict="other_item"))
        put(store, ev.TagMismatchResolved(unit=U2, parcel=P1, found="30AA", verdict="swap"))
        units = [store.records.unit(plate) for plate in (U1, U2)]
    assert [unit is not None and unit.swap for unit in units] == [False, True]


def test_a_unit_moved_to_another_tote_is_in_that_one_only(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, opened("T1"), opened("T2"), sorted_into(U1, "T1"))
        put(store, sorted_into(U1, "T2", previous="T1"))
        first, second = store.records.container("T1"), store.records.container("T2")
    assert first is not None
    assert second is not None
    assert (first.units, second.units) == ((), (U1,))


def test_a_unit_known_only_by_its_label_is_remembered(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, ev.UnitPresented(unit=U1, disposition="recycle", client="acme", bin="R2", known_by="label"))
        unit = store.records.unit(U1)
    assert unit is not None
    assert (unit.status, unit.disposition, unit.bin, unit.parcel) == ("decided", "recycle", "R2", "")


def test_a_shipped_pallet_takes_its_totes_and_their_units_along(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, opened("T1"), sorted_into(U1, "T1"), ev.ContainerClosed(container="T1", units=(U1,)))
        put(store, opened("T2"), sorted_into(U2, "T2"), ev.ContainerClosed(container="T2", units=(U2,)))
        put(store, ev.ContainersConsolidated(container="PAL", contents=("T2", "T1")))
        on_pallet = [store.records.container(code) for code in ("T1", "PAL")]
        assert [each and each.status for each in on_pallet] == ["consolidated", "closed"]
        assert on_pallet[1] is not None
        assert on_pallet[1].contents == ("T1", "T2")
        put(store, ev.ContainerShipped(container="PAL"))
        gone = [store.records.container(code) for code in ("T1", "T2", "PAL")]
        units = [store.records.unit(unit) for unit in (U1, U2)]
    assert [each and each.status for each in gone] == ["shipped"] * 3
    assert [each and each.status for each in units] == ["shipped"] * 2


def test_a_tote_used_again_starts_empty_and_its_old_units_stay_shipped(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, opened("T1"), sorted_into(U1, "T1"), ev.ContainerShipped(container="T1"))
        put(store, opened("T1"), sorted_into(U2, "T1"))
        tote, old, new = store.records.container("T1"), store.records.unit(U1), store.records.unit(U2)
    assert tote is not None
    assert old is not None
    assert new is not None
    assert (tote.status, tote.units) == ("open", (U2,))
    assert (old.status, new.status) == ("shipped", "sorted")


def test_a_tote_opened_again_before_it_left_keeps_its_units(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, opened("T1"), sorted_into(U1, "T1"), ev.ContainerClosed(container="T1", units=(U1,)))
        put(store, opened("T1"))
        tote = store.records.container("T1")
    assert tote is not None
    assert (tote.status, tote.units) == ("open", (U1,))


def decided(unit: str, **more: object) -> ev.DispositionDecided:
    return ev.DispositionDecided(
        unit=unit,
        parcel=parcel_plate(1),
        client="acme",
        disposition="refurbish",
        rule="worn",
        reason="It is worn.",
        bin="B1",
        rules_version="r1",
        **more,
    )


def test_a_unit_in_rework_is_out_of_its_tote_until_it_is_decided_anew(tmp_path: Path) -> None:
    unit, parcel = unit_plate(1), parcel_plate(1)
    with open_store(tmp_path) as store:
        store.append([identified(unit, parcel), decided(unit, steps=("clean",))], operator="ada")
        store.append([opened("T1"), sorted_into(unit, "T1")], operator="ada")
        taken = ev.UnitTakenUp(unit=unit, parcel=parcel, work="rework", steps=("clean",), previous="T1")
        store.append([taken], operator="ada")
        record = store.records.unit(unit)
        assert record is not None
        assert (record.status, record.container, record.steps) == ("rework", "", ("clean",))
        assert store.records.container("T1").units == ()
        store.append(
            [ev.UnitGraded(unit=unit, parcel=parcel, functional="F5", cosmetic="C6", packaging="complete")],
            operator="ada",
        )
        assert store.records.unit(unit).status == "rework"
        store.append([decided(unit)], operator="ada")
        assert store.records.unit(unit).status == "decided"


def test_a_unit_that_waits_for_a_word_is_on_hold_until_it_comes(tmp_path: Path) -> None:
    unit, parcel = unit_plate(1), parcel_plate(1)
    with open_store(tmp_path) as store:
        store.append([identified(unit, parcel), decided(unit, approval="supervisor")], operator="ada")
        aside = ev.UnitPutAside(unit=unit, parcel=parcel, approval="supervisor", bin="HOLD1")
        store.append([aside, ev.UnitPlateConfirmed(unit=unit, parcel=parcel, how="scanned")], operator="ada")
        record = store.records.unit(unit)
        assert (record.status, record.disposition, record.bin) == ("awaiting_approval", "hold", "HOLD1")
        approved = ev.DispositionApproved(
            unit=unit,
            parcel=parcel,
            client="acme",
            approver="sven",
            before="refurbish",
            disposition="resell",
            outcome_before="",
            outcome="restock",
            bin="A1",
            why="market",
        )
        store.append([approved], operator="ada")
        record = store.records.unit(unit)
        assert (record.status, record.disposition, record.bin) == ("decided", "resell", "A1")
        assert (record.approval, record.rule) == ("", "sven")


def test_what_stands_of_a_unit_is_told_in_order_and_without_what_was_taken_back(tmp_path: Path) -> None:
    unit, parcel = unit_plate(1), parcel_plate(1)
    with open_store(tmp_path) as store:
        store.append([identified(unit, parcel)], operator="ada")
        wrong = store.append([decided(unit, steps=("clean",))], operator="ada")
        store.append([undo(*wrong)], operator="ada")
        store.append([decided(unit)], operator="ada")
        assert [type(event).__name__ for event in store.records.unit_events(unit)] == [
            "UnitIdentified",
            "DispositionDecided",
        ]
        assert store.records.unit_events("nobody") == ()


def test_an_undone_identification_takes_the_unit_with_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, received(P1))
        done = put(store, identified(U1, P1), ev.UnitRecallChecked(unit=U1, parcel=P1))
        put(store, undo(*done))
        parcel = store.records.parcel(P1)
        assert store.records.unit(U1) is None
    assert parcel is not None
    assert parcel.units == ()


def test_an_undone_sorting_puts_the_unit_back_where_it_was(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        put(store, opened("T1"), opened("T2"), sorted_into(U1, "T1"))
        done = put(store, sorted_into(U1, "T2", previous="T1"))
        put(store, undo(*done))
        first, second = store.records.container("T1"), store.records.container("T2")
        unit = store.records.unit(U1)
    assert first is not None
    assert second is not None
    assert unit is not None
    assert (first.units, second.units, unit.container) == ((U1,), (), "T1")


def test_an_undone_receipt_is_not_found_by_its_keys_any_more(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        done = put(store, received(P1, ("tracking", "1Z1")))
        put(store, undo(*done))
        assert store.records.parcels_by_key("tracking", "1Z1") == ()
        again = put(store, received(P1, ("tracking", "1Z2")))
        assert [each.parcel for each in store.records.parcels_by_key("tracking", "1Z2")] == [P1]
        assert again[0].seq == 3


def test_a_correction_is_final_and_counts_once(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        done = put(store, received(P1))
        correction = put(store, undo(*done))
        put(store, undo(*done), undo(*correction), ev.CorrectionDeclared(corrects=(4, 99), types=()))
        assert store.records.parcel(P1) is None
        assert StoreFigures(store._database).work() == []
        assert store.check(projections=True).ok


def test_history_tells_everything_and_what_was_taken_back(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        done = put(store, received(P1, ("tracking", "1Z1")))
        put(store, undo(*done))
        first, second = store.records.history(parcel=P1)
        live(store, 2)
        latest = store.records.history(parcel=parcel_plate(2), limit=3)
        both = store.records.history(unit=unit_plate(2), container="TOTE0002")
    assert (first.type, first.corrected, second.type, second.corrected) == (
        "ParcelReceived",
        True,
        "CorrectionDeclared",
        False,
    )
    assert ("keys", "tracking=1Z1") in first.params
    assert [line.type for line in latest] == ["DispositionDecided", "UnitPlateConfirmed", "ParcelClosed"]
    assert [line.seq for line in both] == sorted({line.seq for line in both})


def test_work_counts_by_slot_stage_and_person_without_what_was_undone(tmp_path: Path) -> None:
    clock = SetClock()
    with open_store(tmp_path, clock) as store:
        store.append([received(P1)], operator="ada")
        done = store.append([received(parcel_plate(2))], operator="bob")
        clock.at = NOON + HOUR
        store.append([received(parcel_plate(3))], operator="ada")
        slot, figures = NOON // SLOT_US, StoreFigures(store._database)
        both = [Work(slot, "received", "dock-01", who, 1) for who in ("ada", "bob")]
        later = Work(slot + HOUR // SLOT_US, "received", "dock-01", "ada", 1)
        assert figures.work() == [*both, later]
        store.append([undo(*done)], operator="ada")
        assert figures.work() == [both[0], later]
        assert figures.work(since=NOON + 1) == [later]
