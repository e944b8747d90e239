"""What the events of several stations make of a parcel, a unit, a container: one row, found by its codes, counted once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from projecting_world import NOON, SITE, Writer, arrive, decided, deliver, derived, store
from sqlalchemy import Connection, Engine, select, update

from rl_station.central import reading, tables
from rl_station.central.database import create_schema, open_engine, transaction
from rl_station.central.folding import Taken, in_clock
from rl_station.central.projecting import project
from rl_station.central.subjects import LONGEST, about
from rl_station.domain import events as ev
from rl_station.domain.events import AnyEvent, Event
from rl_station.domain.projections import ParcelRow, fold_parcel

RECEIVED = ev.ParcelReceived(parcel="P1", outcome="matched", client="acme", keys=(("tracking", "1Z1"),))
OPENED = ev.ParcelOpened(parcel="P1", client="acme")
IDENTIFIED = ev.UnitIdentified(unit="U1", parcel="P1", match="expected", client="acme", sku="PHONE", serial="S1")
PLACED = ev.UnitSorted(unit="U1", container="T1", disposition="resell", client="acme")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_engine(database_url)
    create_schema(found)
    yield found
    found.dispose()


def positions(engine: Engine) -> dict[tuple[str, str], int]:
    with engine.connect() as connection:
        rows = connection.execute(select(tables.item.c.kind, tables.item.c.key, tables.item.c.position))
        return {(row.kind, row.key): row.position for row in rows}


def test_a_unit_graded_at_one_bench_and_sorted_at_another_desk_is_one_unit(engine: Engine) -> None:
    dock, bench, desk = Writer("dock-01"), Writer("bench-01"), Writer("sort-01")
    dock.write(RECEIVED)
    bench.write(OPENED, NOON + 60_000_000)
    bench.write(IDENTIFIED, NOON + 61_000_000)
    bench.write(decided(), NOON + 62_000_000)
    desk.write(PLACED, NOON + 120_000_000)
    arrive(engine, desk, bench, dock)
    with engine.connect() as connection:
        unit = reading.unit(connection, SITE, "U1")
        parcel = reading.parcel(connection, SITE, "P1")
    assert unit is not None
    assert (unit.unit.sku, unit.unit.disposition, unit.unit.container, unit.status) == (
        "PHONE",
        "resell",
        "T1",
        "sorted",
    )
    assert {seen.station for seen in unit.seen} == {"bench-01", "sort-01"}
    assert parcel is not None
    assert parcel.parcel.station == "dock-01"
    assert [each.unit for each in parcel.units] == ["U1"]


def test_a_correction_reaches_back_into_an_earlier_epoch(engine: Engine) -> None:
    dock = Writer("dock-01")
    mistake = dock.write(RECEIVED)
    dock.live()
    dock.write(ev.SignedIn(operator="mira", name="Mira", language="en", roles=()))
    dock.undo(mistake)
    deliver(engine, dock, 1, 2)
    before = positions(engine)
    deliver(engine, dock, 3, 3)
    found = derived(engine)
    assert found["work"] == []
    assert found["lookup"] == []
    with engine.connect() as connection:
        assert reading.parcel(connection, SITE, "P1") is None
    assert positions(engine)["parcel", "P1"] > before["parcel", "P1"], "stations have to hear that it is gone"


def test_the_clone_of_a_station_corrects_its_own_event_and_not_the_original_s_of_that_seq(engine: Engine) -> None:
    original = Writer("dock-01")
    original.write(ev.SignedIn(operator="mira", name="Mira", language="en", roles=()))
    clone = Writer("dock-01", log=list(original.log), lives=[*original.lives])
    clone.hlc = original.hlc
    clone.live()
    original.write(RECEIVED)
    mistake = clone.write(ev.ParcelReceived(parcel="P2", outcome="blind"))
    clone.undo(mistake)
    deliver(engine, original, 1, 2)
    deliver(engine, clone, 2, 3)
    with engine.connect() as connection:
        assert reading.parcel(connection, SITE, "P1") is not None
        assert reading.parcel(connection, SITE, "P2") is None


def test_what_is_understood_only_later_does_not_count_where_it_was_corrected_before(engine: Engine) -> None:
    dock = Writer("dock-01")
    mistake = dock.write(RECEIVED)
    dock.undo(mistake)

    def later(connection: Connection) -> None:
        """The first event was closed when it came; the second was taken, and now the first is opened."""
        store(connection, dock, dock.log)
        closed = update(tables.event).where(tables.event.c.seq == 1)
        connection.execute(closed.values(form="sealed"))
        project(connection, SITE, dock.log[1:], NOON)
        connection.execute(closed.values(form="plain"))
        project(connection, SITE, dock.log[:1], NOON)

    transaction(engine, later)
    assert derived(engine)["work"] == []
    with engine.connect() as connection:
        assert reading.parcel(connection, SITE, "P1") is None


def test_a_tote_used_for_months_is_folded_from_where_it_was_last_empty(engine: Engine) -> None:
    desk, other = Writer("sort-01"), Writer("sort-02")
    for cycle in range(3):
        at = NOON + cycle * 60_000_000
        desk.write(ev.ContainerOpened(container="T1", disposition="resell", client="acme"), at)
        desk.write(
            ev.UnitSorted(unit=f"U{cycle}", container="T1", disposition="resell", client="acme"), at + 10_000_000
        )
        desk.write(ev.ContainerShipped(container="T1"), at + 30_000_000)
    desk.write(ev.ContainerOpened(container="T1", disposition="donate", client="acme"), NOON + 200_000_000)
    desk.write(ev.UnitSorted(unit="U8", container="T1", disposition="donate", client="acme"), NOON + 220_000_000)
    other.write(ev.UnitSorted(unit="U9", container="T1", disposition="donate", client="acme"), NOON + 210_000_000)
    arrive(engine, desk, other)
    with engine.connect() as connection:
        found = reading.container(connection, SITE, "T1")
        stock = reading.inventory(connection, SITE)
    assert found is not None
    assert (found.status, found.container.disposition, found.units) == ("open", "donate", ("U9", "U8"))
    assert [(each.disposition, each.status, each.units) for each in stock] == [("donate", "sorted", 2)]


def test_units_leave_the_inventory_with_the_pallet_and_come_back_when_its_shipping_is_undone(engine: Engine) -> None:
    desk = Writer("sort-01")
    desk.write(IDENTIFIED)
    desk.write(PLACED)
    desk.write(ev.ContainerClosed(container="T1", units=("U1",)))
    desk.write(ev.ContainersConsolidated(container="PAL", contents=("T1",)))
    shipped = desk.write(ev.ContainerShipped(container="PAL"))
    deliver(engine, desk, 1, 4)
    with engine.connect() as connection:
        assert [each.units for each in reading.inventory(connection, SITE)] == [1]
    deliver(engine, desk, 5, 5)
    with engine.connect() as connection:
        assert reading.inventory(connection, SITE) == ()
        unit = reading.unit(connection, SITE, "U1")
        assert unit is not None
        assert unit.status == "shipped"
        assert reading.container(connection, SITE, "PAL").contents == ("T1",)  # type: ignore[union-attr]  # it is there
    desk.undo(shipped)
    deliver(engine, desk, 6, 6)
    with engine.connect() as connection:
        assert [each.units for each in reading.inventory(connection, SITE)] == [1]


def test_codes_move_with_what_the_rows_say(engine: Engine) -> None:
    dock = Writer("dock-01")
    dock.write(RECEIVED)
    dock.write(IDENTIFIED)
    dock.write(ev.UnitSerialRead(unit="U1", parcel="P1", serial="S2"))
    deliver(engine, dock, 1, 2)
    with engine.connect() as connection:
        assert [each.key for each in reading.search(connection, SITE, "1z1")] == ["P1"]
        assert [each.key for each in reading.search(connection, SITE, "S1")] == ["U1"]
    deliver(engine, dock, 3, 3)
    with engine.connect() as connection:
        assert reading.search(connection, SITE, "S1") == ()
        assert [each.key for each in reading.search(connection, SITE, "S2")] == ["U1"]


def test_a_code_that_no_index_could_hold_neither_breaks_a_push_nor_is_found(engine: Engine) -> None:
    dock = Writer("dock-01")
    long = "X" * 5_000
    dock.write(ev.ParcelReceived(parcel="P1", outcome="blind", keys=(("url", long), ("text", "A\0B"))))
    dock.write(ev.ParcelReceived(parcel=long, outcome="blind"), operator="nobody")
    arrive(engine, dock)
    with engine.connect() as connection:
        assert reading.search(connection, SITE, long) == ()
        assert reading.parcel(connection, SITE, "P1") is not None
        assert reading.parcel(connection, SITE, long) is None


def test_work_is_counted_where_it_was_done(engine: Engine) -> None:
    dock, bench = Writer("dock-01"), Writer("bench-01")
    dock.write(RECEIVED, operator="mira")
    bench.write(RECEIVED, operator="mira")
    bench.write(RECEIVED, NOON + 3_600_000_000, operator="jo")
    arrive(engine, dock, bench)
    with engine.connect() as connection:
        found = [(each.station, each.operator, each.count) for each in reading.work(connection, SITE, 0)]
        assert found == [("bench-01", "mira", 1), ("dock-01", "mira", 1), ("bench-01", "jo", 1)]
        assert len(reading.work(connection, SITE, NOON // 3_600_000_000 + 1)) == 1


def _full(kind: type[Event]) -> Event:
    """An event of this type with an id in every field that can hold one."""
    ids = {
        **{"parcel": "P1", "unit": "U1", "container": "T1", "previous": "T2"},
        **{"units": ("U2", "U3"), "contents": ("T3",), "parcels": ("P1",), "containers": ("T1",)},
    }
    values: dict[str, object] = {}
    for field in kind.__struct_fields__:
        hint = str(kind.__annotations__.get(field, "str"))
        blank: object = (
            () if hint.startswith("tuple") else 0 if hint.startswith("int") else False if hint == "bool" else ""
        )
        values[field] = ids.get(field, blank)
    return kind(**values)


EVERY = [_full(kind) for kind in get_args(AnyEvent)]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_subjects_are_those_of_the_catalogue(event: Event) -> None:
    expected = [
        (kind, each)
        for kind, ids in zip(("parcel", "unit", "container"), ev.subjects(event), strict=True)
        for each in ids
    ]
    found, listed = about(event)
    assert sorted(found) == sorted(expected)
    assert set(listed) <= set(found)


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_what_is_not_listed_with_a_parcel_changes_nothing_of_it(event: AnyEvent) -> None:
    found, listed = about(event)
    row = ParcelRow(parcel="P1", status="received", queue="to_open", since=1)
    for kind, id_ in set(found) - set(listed):
        taken = Taken(
            1,
            "dock-01",
            "e",
            ev.Recorded(station="d", epoch="e", seq=1, at=1, hlc=1, operator="", cause=1, event=event),
        )
        assert kind == "parcel"
        assert fold_parcel(row, id_, in_clock(taken.recorded)) is row
        assert fold_parcel(None, id_, in_clock(taken.recorded)) is None


def test_ids_that_cannot_be_keys_are_no_subjects() -> None:
    for id_ in ("A\0B", "X" * (LONGEST + 1), ""):
        assert about(ev.ParcelSetAside(parcel=id_)) == ([], [])
