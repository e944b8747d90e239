"""How many units go back to a vendor in a month: what stands, by index, and the same after an undo and a rebuild."""

from __future__ import annotations

from pathlib import Path

import msgspec
from pysqlite3 import dbapi2
from store_world import NOON, SetClock, identified, open_store, parcel_plate, undo, unit_plate

from rl_station.domain import events as ev
from rl_station.store import Store
from rl_station.store.folder import DATABASE
from rl_station.store.rows import _RETURNED

P1 = parcel_plate(1)
HOUR = 3_600_000_000


def decided(unit: str, disposition: str = "return_to_vendor", **more: object) -> ev.DispositionDecided:
    said = {"client": "acme", "rule": "r", "reason": "", "bin": "B1", "rules_version": "v", "vendor": "fjell", **more}
    return msgspec.convert({"unit": unit, "parcel": P1, "disposition": disposition, **said}, ev.DispositionDecided)


def approved(unit: str, disposition: str) -> ev.DispositionApproved:
    return ev.DispositionApproved(
        unit=unit,
        parcel=P1,
        client="acme",
        approver="sven",
        before="hold",
        disposition=disposition,
        outcome_before="hold",
        outcome=disposition,
        bin="B1",
    )


def went_back(store: Store, vendor: str = "fjell", client: str = "acme", since: int = 0, besides: str = "") -> int:
    return store.records.returned_to_vendor(vendor, client, since, besides)


def come(store: Store, *numbers: int) -> None:
    store.append([identified(unit_plate(number), P1) for number in numbers], operator="ada")


def test_what_goes_back_counts_by_vendor_and_client(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        come(store, 1, 2, 3, 4, 5)
        store.append([decided(unit_plate(1)), decided(unit_plate(2))], operator="ada")
        store.append([decided(unit_plate(3), "resell"), decided(unit_plate(4), vendor="tundra")], operator="ada")
        store.append([decided(unit_plate(5), client="beta")], operator="ada")
        assert went_back(store) == 2
        assert went_back(store, besides=unit_plate(2)) == 1
        assert went_back(store, "tundra") == 1
        assert went_back(store, client="beta") == 1
        assert went_back(store, "") == 0
        assert went_back(store, "nobody") == 0


def test_what_was_decided_before_the_month_does_not_count(tmp_path: Path) -> None:
    clock = SetClock(NOON - HOUR)
    with open_store(tmp_path, clock) as store:
        come(store, 1, 2)
        store.append([decided(unit_plate(1))], operator="ada")
        clock.at = NOON + HOUR
        store.append([decided(unit_plate(2))], operator="ada")
        assert [went_back(store, since=since) for since in (NOON - 2 * HOUR, NOON, NOON + 2 * HOUR)] == [2, 1, 0]


def test_only_where_a_unit_goes_at_last_counts(tmp_path: Path) -> None:
    unit = unit_plate(1)
    with open_store(tmp_path) as store:
        come(store, 1)
        counts = []
        for event in (
            decided(unit, approval="supervisor"),
            ev.UnitPutAside(unit=unit, parcel=P1, approval="supervisor", bin="HOLD"),
            approved(unit, "return_to_vendor"),
            decided(unit, "recycle"),
            approved(unit, "return_to_vendor"),
            approved(unit, "liquidate"),
        ):
            store.append([event], operator="ada")
            counts.append(went_back(store))
        assert counts == [1, 0, 1, 0, 1, 0]


def test_a_unit_that_is_approved_in_the_next_month_counts_there(tmp_path: Path) -> None:
    clock = SetClock(NOON - HOUR)
    with open_store(tmp_path, clock) as store:
        come(store, 1)
        store.append([decided(unit_plate(1), "hold")], operator="ada")
        clock.at = NOON + HOUR
        store.append([approved(unit_plate(1), "return_to_vendor")], operator="ada")
        assert went_back(store, since=NOON) == 1


def test_an_undo_and_a_rebuild_leave_what_stands(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        come(store, 1, 2)
        store.append([decided(unit_plate(1))], operator="ada")
        done = store.append([decided(unit_plate(2))], operator="ada")
        assert went_back(store) == 2
        store.append([undo(*done)], operator="ada")
        assert went_back(store) == 1
        store.rebuild()
        assert went_back(store) == 1
        assert store.check(projections=True).ok
        store.append([decided(unit_plate(2))], operator="ada")
        assert went_back(store) == 2


def test_the_index_alone_answers(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    database = dbapi2.connect(str(tmp_path / DATABASE))
    where = {**_RETURNED.fixed, "vendor": "fjell", "client": "acme", "since": 0}
    plan = database.execute(f"EXPLAIN QUERY PLAN {_RETURNED.sql}", where).fetchall()
    database.close()
    assert "USING COVERING INDEX unit_by_vendor" in plan[0][-1]
    assert "decided_seq>?" in plan[0][-1]
    assert len(plan) == 1
