"""What supervisors see of this station, read from its store: counts, queues, troubles, and what is behind each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from store_world import (
    HOUR,
    NOON,
    SetClock,
    identified,
    live,
    open_store,
    opened,
    parcel_life,
    parcel_plate,
    received,
    sorted_into,
    undo,
    unit_plate,
)

from rl_station.domain import events as ev
from rl_station.domain.kpi import SLOT_US, Counted, Decided, Looked, Selection, Waiting, Work
from rl_station.store import Store, StoreFigures, attention, figures, open_reader, selections
from rl_station.store.database import Database, Statement
from rl_station.store.folder import DATABASE

P1, P2, U1, U2 = parcel_plate(1), parcel_plate(2), unit_plate(1), unit_plate(2)


def of(store: Store) -> Counted:
    return StoreFigures(store._database)


def decided(unit: str, parcel: str, disposition: str = "resell", **more: Any) -> ev.DispositionDecided:
    what: dict[str, Any] = {"rule": "r", "reason": "Good.", "bin": "A1", "rules_version": "v", **more}
    return ev.DispositionDecided(unit=unit, parcel=parcel, client="acme", disposition=disposition, **what)


def graded(unit: str, parcel: str, cosmetic: str = "C3") -> ev.UnitGraded:
    return ev.UnitGraded(unit=unit, parcel=parcel, functional="F2", cosmetic=cosmetic, packaging="complete")


def second_look(unit: str, parcel: str, *pairs: tuple[str, str, str]) -> ev.SecondLookTaken:
    return ev.SecondLookTaken(
        unit=unit, parcel=parcel, inspector="ada", functional="F2", cosmetic="C3", packaging="complete", pairs=pairs
    )


# --- counts -----------------------------------------------------------------------------------------------------------


def test_work_is_counted_in_slots_and_read_by_those_that_begin_in_the_span(tmp_path: Path) -> None:
    clock = SetClock()
    with open_store(tmp_path, clock) as store:
        store.append([received(P1)], operator="ada")
        store.append([received(P2)], operator="ada")
        clock.at = NOON + SLOT_US
        taken_back = store.append([received(parcel_plate(3))], operator="bob")
        slot = NOON // SLOT_US
        early, late = (
            Work(slot, "received", "dock-01", "ada", 2),
            Work(slot + 1, "received", "dock-01", "bob", 1),
        )
        assert of(store).work() == [early, late]
        assert of(store).work(NOON, NOON + SLOT_US) == [early]
        assert of(store).work(NOON + 1) == [late], "a slot that began before is not in the span"
        store.append([undo(*taken_back)], operator="bob")
        assert of(store).work() == [early]


def test_units_are_counted_as_they_are_decided_now(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for number, unit in ((1, U1), (2, U2)):
            store.append([identified(unit, P1, category="phones", value=100 * number)], operator="ada")
            store.append([graded(unit, P1), decided(unit, P1, expected=50, inputs=(("reason", "PS"),))], operator="ada")
        both = Decided(
            hour=NOON // HOUR,
            station="dock-01",
            operator="ada",
            client="acme",
            category="phones",
            functional="F2",
            cosmetic="C3",
            disposition="resell",
            reason="PS",
            units=2,
            value=300,
            valued=300,
            expected=100,
            known=2,
        )
        assert of(store).decided() == [both]
        word = ev.DispositionOverridden(
            unit=U2,
            parcel=P1,
            client="acme",
            before="resell",
            disposition="donate",
            outcome_before="resell",
            outcome="donate",
            bin="D1",
            why="market",
        )
        done = store.append([word], operator="sue")
        now = {each.disposition: each for each in of(store).decided()}
        assert {name: (each.units, each.value, each.expected) for name, each in now.items()} == {
            "resell": (1, 100, 50),
            "donate": (1, 200, 0),
        }
        store.append([undo(*done)], operator="sue")
        assert of(store).decided() == [both]
        assert of(store).decided(NOON + HOUR) == []
        assert store.check(projections=True).ok


def test_second_looks_are_counted_by_day_until_they_are_taken_back(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append([identified(U1, P1)], operator="ada")
        first = store.append(
            [second_look(U1, P1, ("cosmetic", "C3", "C5"), ("functional", "F2", "F2"))], operator="eve"
        )
        store.append([second_look(U1, P1, ("cosmetic", "C3", "C5"))], operator="eve")
        day = NOON // (24 * HOUR)
        assert of(store).looked() == [
            Looked(day, "ada", "cosmetic", "C3", "C5", 2),
            Looked(day, "ada", "functional", "F2", "F2", 1),
        ]
        store.append([undo(*first)], operator="eve")
        assert of(store).looked(day * 24 * HOUR) == [Looked(day, "ada", "cosmetic", "C3", "C5", 1)]
        assert of(store).looked(NOON) == []


# --- what waits -------------------------------------------------------------------------------------------------------


def test_what_waits_is_told_with_its_place_and_the_arrival_of_its_return(tmp_path: Path) -> None:
    clock = SetClock()
    with open_store(tmp_path, clock) as store:
        (arrived,) = store.append([received(P1)], operator="ada")
        store.append([ev.ParcelLaneAssigned(parcel=P1, lane="L1")], operator="ada")
        store.append([ev.ParcelReceived(parcel=P2, outcome="blind")], operator="ada")
        clock.at = NOON + HOUR
        store.append([ev.ParcelOpened(parcel=P1), identified(U1, P1, name="Phone")], operator="bob")
        store.append([identified(U2, "elsewhere")], operator="bob")
        found = {each.id: each for each in of(store).waiting()}
    assert set(found) == {P2, U1, U2}
    assert (found[P2].queue, found[P2].kind, found[P2].received) == ("to_open", "parcel", 0)
    assert found[U1] == Waiting(
        queue="to_grade",
        kind="unit",
        id=U1,
        client="acme",
        name="Phone",
        since=found[U1].since,
        received=arrived.at,
        station="dock-01",
    )
    assert 0 <= found[U1].since - (NOON + HOUR) < 1_000_000
    assert found[U2].received == 0


def test_a_waiting_parcel_names_its_lane(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append([received(P1), ev.ParcelLaneAssigned(parcel=P1, lane="L1")], operator="ada")
        (found,) = of(store).waiting()
    assert (found.lane, found.client) == ("L1", "acme")


def test_what_left_with_its_container_waits_no_more(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for unit, box in ((U1, "T1"), (U2, "T2")):
            store.append([identified(unit, P1), decided(unit, P1, "hold")], operator="ada")
            store.append([opened(box)], operator="ada")
            store.append([ev.UnitSorted(unit=unit, container=box, disposition="hold", client="acme")], operator="ada")
        assert [each.id for each in of(store).waiting()] == [U1, U2]
        store.append([ev.ContainerClosed(container="T1", units=(U1,))], operator="ada")
        store.append([ev.ContainersConsolidated(container="PAL", contents=("T1",))], operator="ada")
        assert [each.id for each in of(store).waiting()] == [U1, U2], "a pallet stands here, too"
        store.append([ev.ContainerShipped(container="PAL")], operator="ada")
        assert [each.id for each in of(store).waiting()] == [U2]
        store.append([ev.ContainerShipped(container="T2")], operator="ada")
        store.append([opened("T2")], operator="ada")
        assert of(store).waiting() == [], "what is put into the tote now is something else"


def test_troubles_name_their_subject_their_client_and_who_met_them(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append([received(P1), identified(U1, P1)], operator="ada")
        store.append([ev.UnitSwapSuspected(unit=U1, parcel=P1, expected=("S1",), found="S2")], operator="bob")
        store.append([ev.ParcelClosed(parcel=P1, units=(U1,), discrepancies=("missing",))], operator="bob")
        store.append([opened("T1")], operator="eve")
        store.append([ev.ContainerCompared(container="T1", seen=0, extra=("30C",))], operator="eve")
        found = of(store).troubles()
        assert [(each.subject_kind, each.subject, each.kind, each.detail, each.operator) for each in found] == [
            ("parcel", P1, "missing", "", "bob"),
            ("unit", U1, "swap", "S2", "bob"),
            ("container", "T1", "unexpected", "30C", "eve"),
        ]
        assert {(each.client, each.station) for each in found} == {("acme", "dock-01")}
        assert all(0 <= each.since - NOON < 1_000_000 for each in found)
        store.append([ev.TroubleSettled(kind="swap", note="ours", unit=U1)], operator="sue")
        assert [each.kind for each in of(store).troubles()] == ["missing", "unexpected"]


def test_a_wrong_tote_is_told_until_the_unit_lies_in_the_right_one(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append([identified(U1, P1), decided(U1, P1)], operator="ada")
        store.append(
            [ev.ScanRefused(code="sort.wrong_client", params=(("container", "T9"),), blocking=True, unit=U1)],
            operator="ada",
        )
        (found,) = of(store).troubles()
        assert (found.kind, found.subject, found.detail) == ("wrong_tote", U1, "T9")
        store.append([opened("T1"), sorted_into(U1, "T1")], operator="ada")
        assert of(store).troubles() == []


# --- what is behind a figure ------------------------------------------------------------------------------------------


@pytest.fixture
def busy(tmp_path: Path) -> Store:
    """Three parcels all the way, one unit that waits on hold, one that was looked at again."""
    clock = SetClock()
    store = open_store(tmp_path, clock)
    live(store, 1, 2)
    clock.at = NOON + HOUR
    live(store, 3)
    four, unit = parcel_plate(4), unit_plate(4)
    store.append([received(four), ev.ParcelOpened(parcel=four)], operator="bob")
    store.append([identified(unit, four, value=500, name="Phone"), graded(unit, four, "C9")], operator="bob")
    store.append([decided(unit, four, "hold", expected=100, inputs=(("reason", "PS"),))], operator="bob")
    store.append([second_look(U1, P1, ("cosmetic", "C3", "C5"))], operator="eve")
    return store


BEHIND: dict[str, tuple[Selection, list[str]]] = {
    "a queue": (Selection(of="queue", name="on_hold"), [unit_plate(4)]),
    "a queue of another client": (Selection(of="queue", name="on_hold", client="other"), []),
    "a trouble": (Selection(of="trouble", name="disagreement"), [U1]),
    "a trouble of somebody else": (Selection(of="trouble", name="disagreement", operator="ada"), []),
    "work, newest first": (Selection(of="work", name="received"), [parcel_plate(number) for number in (4, 3, 2, 1)]),
    "work of a person": (Selection(of="work", name="received", operator="bob"), [parcel_plate(4)]),
    "work of an hour": (Selection(of="work", name="sorted", since=NOON, until=NOON + HOUR), [U2, U1]),
    "work of a station that is not ours": (Selection(of="work", name="sorted", station="dock-02"), []),
    "no stage": (Selection(of="work", name="nothing"), []),
    "a grade": (Selection(of="share", name="cosmetic", value="C9"), [unit_plate(4)]),
    "a disposition of an hour": (
        Selection(of="share", name="disposition", value="resell", since=NOON + HOUR),
        [unit_plate(3)],
    ),
    "a reason": (Selection(of="share", name="reason", value="PS", station="dock-01"), [unit_plate(4)]),
    "the recovery": (Selection(of="recovery"), [unit_plate(4)]),
    "the agreement with an inspector": (Selection(of="agreement", name="cosmetic", operator="ada"), [U1]),
    "the agreement on another question": (Selection(of="agreement", name="functional"), []),
    "the agreement with another inspector": (Selection(of="agreement", operator="eve"), []),
}


@pytest.mark.parametrize(("selection", "ids"), BEHIND.values(), ids=BEHIND)
def test_a_figure_leads_to_its_subjects(busy: Store, selection: Selection, ids: list[str]) -> None:
    with busy as store:
        found = of(store).selected(selection)
    assert [each.id for each in found] == ids
    assert all(NOON <= each.at < NOON + 2 * HOUR for each in found)


def test_a_subject_says_in_a_few_words_what_it_is(busy: Store) -> None:
    with busy as store:
        (unit,) = of(store).selected(Selection(of="queue", name="on_hold"))
        *_, parcel = of(store).selected(Selection(of="work", name="received"))
    assert (unit.kind, unit.text) == ("unit", "Phone F2 C9 hold")
    assert (parcel.kind, parcel.text) == ("parcel", "acme RMA-1 L1")


def test_work_that_was_taken_back_is_behind_no_figure(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        done = store.append([received(P1)], operator="ada")
        store.append([undo(*done)], operator="ada")
        assert of(store).selected(Selection(of="work", name="received")) == ()


def test_at_most_two_hundred_are_told_each_once_the_newest_or_what_waits_longest(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for number in range(1, 252):
            store.append([received(parcel_plate(number))], operator="ada")
        store.append([received(parcel_plate(7))], operator="ada")
        found = [each.id for each in of(store).selected(Selection(of="work", name="received"))]
        waiting = [each.id for each in of(store).selected(Selection(of="queue", name="to_open"))]
    assert found == [parcel_plate(number) for number in (7, *range(251, 52, -1))]
    assert waiting == [parcel_plate(number) for number in range(1, 201)], "what is stuck is there"


# --- how it is read ---------------------------------------------------------------------------------------------------


def test_another_process_reads_the_same_figures_of_one_moment(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live(store, 1)
        with open_reader(tmp_path) as reader, reader.figures.at_once():
            before = reader.figures.work()
            for events in parcel_life(2):
                store.append(events, operator="ada")
            assert reader.figures.work() == before
        assert of(store).work() != before


READ: dict[str, tuple[Statement, str]] = {
    "work": (figures._WORK, "SEARCH throughput USING PRIMARY KEY (slot>? AND slot<?)"),
    "decided": (figures._DECIDED, "SEARCH decided USING PRIMARY KEY (hour>? AND hour<?)"),
    "looked": (figures._LOOKED, "SEARCH looked USING PRIMARY KEY (day>? AND day<?)"),
    "parcels that wait": (attention._PARCELS, "SCAN parcel USING COVERING INDEX parcel_waiting"),
    "units that wait": (attention._UNITS, "SCAN unit USING COVERING INDEX unit_waiting"),
    "sorted units that wait": (attention._SORTED, "SCAN unit USING COVERING INDEX unit_waiting"),
    **{
        f"{kind}s in trouble": (statement, f"SCAN {kind} USING INDEX {kind}_troubled")
        for kind, statement in attention._TROUBLED.items()
    },
    **{
        f"decided units by {name or 'recovery'}": (statement, "SEARCH unit USING INDEX unit_decided")
        for name, statement in selections._UNITS.items()
    },
    "finished work": (selections._DONE, "SEARCH event USING INDEX event_done"),
}


@pytest.mark.parametrize(("statement", "plan"), READ.values(), ids=READ)
def test_nothing_is_read_but_by_an_index_over_what_is_asked_for(
    tmp_path: Path, statement: Statement, plan: str
) -> None:
    open_store(tmp_path).close()
    database = Database(tmp_path / DATABASE, read_only=True)
    names = (
        "first",
        "end",
        "since",
        "until",
        "limit",
        "offset",
        "type",
        "station",
        "operator",
        "client",
        "value",
        "code",
    )
    explained = database.rows(
        Statement(f"EXPLAIN QUERY PLAN {statement.sql}", statement.fixed),
        lambda *row: str(row[-1]),
        dict.fromkeys(names, 1),
    )
    database.close()
    assert explained[0].startswith(plan), explained
    assert not any("SCAN" in line for line in explained[1:]), explained
