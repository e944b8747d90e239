"""Whatever order pushes arrive in, the derived tables come out the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.postgresql import Postgresql
from hypothesis import given, settings
from hypothesis import strategies as st
from projecting_world import NOON, Writer, deliver, derived, empty, knowing
from sqlalchemy import Engine

from rl_station.central.database import create_schema, open_engine
from rl_station.central.folding import Taken, in_clock, row_of
from rl_station.domain import events as ev
from rl_station.domain.events import AnyEvent, CorrectionDeclared, subjects
from rl_station.domain.projections import (
    ContainerRow,
    ParcelRow,
    UnitRow,
    fold_container,
    fold_parcel,
    fold_unit,
    work_done,
)

PARCELS, UNITS, TOTES = ("P1", "P2"), ("U1", "U2"), ("T1", "T2")
FOLDS = {"parcel": fold_parcel, "unit": fold_unit, "container": fold_container}

parcels, units, totes = st.sampled_from(PARCELS), st.sampled_from(UNITS), st.sampled_from(TOTES)
events: st.SearchStrategy[AnyEvent] = st.one_of(
    st.builds(
        ev.ParcelReceived,
        parcel=parcels,
        outcome=st.just("matched"),
        client=st.just("acme"),
        rmas=st.sampled_from([(), ("R1",)]),
        keys=st.sampled_from([(), (("tracking", "1Z1"),), (("tracking", "1Z2"), ("order", "O1"))]),
    ),
    st.builds(ev.ParcelLaneAssigned, parcel=parcels, lane=st.sampled_from(["L1", "L2"])),
    st.builds(ev.ParcelHeld, parcel=parcels, reason=st.just("hazard")),
    st.builds(ev.ParcelOpened, parcel=parcels, client=st.just("acme")),
    st.builds(ev.ParcelClosed, parcel=parcels, units=st.sampled_from([(), UNITS])),
    st.builds(
        ev.UnitIdentified,
        unit=units,
        parcel=parcels,
        match=st.just("expected"),
        serial=st.sampled_from(["", "S1"]),
        value=st.sampled_from([0, 10_000]),
    ),
    st.builds(ev.UnitSerialRead, unit=units, parcel=parcels, serial=st.sampled_from(["S1", "S2"])),
    st.builds(
        ev.DispositionDecided,
        unit=units,
        parcel=parcels,
        client=st.just("acme"),
        disposition=st.sampled_from(["resell", "destroy"]),
        rule=st.just("r"),
        reason=st.just("r"),
        bin=st.just("A1"),
        rules_version=st.just("1"),
        inputs=st.sampled_from([(), (("reason", "DEF"),)]),
        expected=st.sampled_from([None, 0, 7_000]),
        approval=st.sampled_from(["", "lead"]),
    ),
    st.builds(
        ev.UnitPresented,
        unit=units,
        disposition=st.just("resell"),
        client=st.just("acme"),
        bin=st.just("A1"),
        known_by=st.sampled_from(["label", "store"]),
    ),
    st.builds(
        ev.UnitSorted,
        unit=units,
        container=totes,
        disposition=st.just("resell"),
        client=st.just("acme"),
        previous=st.sampled_from(["", "T1"]),
    ),
    st.builds(ev.ContainerOpened, container=totes, disposition=st.just("resell"), client=st.just("acme")),
    st.builds(
        ev.UnitGraded,
        unit=units,
        parcel=parcels,
        functional=st.sampled_from(["F1", "F3"]),
        cosmetic=st.just("C2"),
        packaging=st.just("sealed"),
    ),
    st.builds(
        ev.SecondLookTaken,
        unit=units,
        parcel=parcels,
        inspector=st.sampled_from(["mira", "jo"]),
        functional=st.just("F1"),
        cosmetic=st.just("C2"),
        packaging=st.just("sealed"),
        pairs=st.sampled_from(
            [(), (("functional", "F1", "F1"),), (("functional", "F3", "F1"), ("phone.hinge", "a", "b"))]
        ),
    ),
    st.builds(ev.UnitSwapSuspected, unit=units, parcel=parcels, expected=st.just(("S1",)), found=st.just("S9")),
    st.builds(ev.TroubleSettled, kind=st.sampled_from(["swap", "conflict"]), note=st.just("seen"), unit=units),
    st.builds(
        ev.UnitHeld, unit=units, parcel=parcels, before=st.just("resell"), bin=st.just("H1"), why=st.just("safety")
    ),
    st.builds(ev.ParcelReleased, parcel=parcels, before=st.just("hazard")),
    st.builds(ev.ContainerClosed, container=totes, units=st.just(())),
    st.builds(ev.ContainersConsolidated, container=st.just("T2"), contents=st.just(("T1",))),
    st.builds(ev.ContainerShipped, container=totes),
    st.builds(ev.LabelRequested, label=st.just("unit"), parcel=parcels, unit=units),
)
Step = tuple[int, AnyEvent | tuple[int, ...] | None, int, bool]
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            events, events, events, events, st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple), st.none()
        ),
        st.integers(0, 2_000),
        st.booleans(),
    ),
    min_size=10,
    max_size=40,
)
"""Who does what (an event; corrections of so many events back; a new epoch), after how many microseconds, and who knows of it."""
pushes = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 7)), max_size=40)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("central")
    yield from _made(f"sqlite:///{folder / 'central.sqlite3'}")


@pytest.fixture(scope="module")
def on_postgresql(postgresql: Postgresql) -> Iterator[Engine]:
    with postgresql.database("projecting-order") as url:
        yield from _made(url)


def _made(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    create_schema(engine)
    yield engine
    engine.dispose()


def happen(course: list[Step]) -> list[Writer]:
    """The stations after a course of work, each with its log. The third has a clock far ahead."""
    writers = [Writer("dock-01"), Writer("bench-01"), Writer("sort-01", ahead=3_600_000_000)]
    heard: list[Taken] = []
    now = NOON
    for who, what, later, told in course:
        writer, now = writers[who], now + later
        if what is None:
            writer.live()
        elif isinstance(what, tuple):
            writer.undo(*(writer.log[-back] for back in what if back <= len(writer.log)), at=now)
        else:
            taken = writer.write(what, now, _basis(what, [each for each in heard if each.station != writer.name]))
            if told:
                heard.append(taken)
    return writers


def _basis(event: AnyEvent, heard: list[Taken]) -> tuple[ev.Seen, ...]:
    parcels, units, _ = subjects(event)
    return tuple(
        seen
        for kind, ids in (("parcel", parcels), ("unit", units))
        for id_ in ids
        for each in heard
        if id_ in subjects(each.recorded.event)[("parcel", "unit").index(kind)]
        for seen in knowing(kind, id_, each)
    )


def arrive(engine: Engine, writers: list[Writer], order: list[tuple[int, int]]) -> None:
    """Pushes in this order, and in the end what is left, a few at a time."""
    empty(engine)
    sent = [0] * len(writers)
    rest = [(who, 2 + who) for _ in range(20) for who in reversed(range(len(writers)))]
    for who, count in [*order, *rest]:
        writer, first = writers[who], sent[who] + 1
        sent[who] = min(sent[who] + count, len(writer.log))
        if first <= sent[who]:
            deliver(engine, writer, first, sent[who])


@pytest.mark.slow
@given(steps, pushes)
def test_the_tables_do_not_depend_on_the_order_of_arrival(
    on_sqlite: Engine, course: list[Step], order: list[tuple[int, int]]
) -> None:
    _same_however_it_arrives(on_sqlite, course, order)


@pytest.mark.slow
@given(steps, pushes)
@settings(max_examples=20)
def test_nor_on_postgresql(on_postgresql: Engine, course: list[Step], order: list[tuple[int, int]]) -> None:
    _same_however_it_arrives(on_postgresql, course, order)


def _same_however_it_arrives(engine: Engine, course: list[Step], order: list[tuple[int, int]]) -> None:
    writers = happen(course)
    arrive(engine, writers, [(who, 1_000) for who in range(len(writers))])
    whole = derived(engine)
    arrive(engine, writers, order)
    assert derived(engine) == whole
    assert _rows(whole) == expected_rows(writers)
    assert {(row[1], row[2]) for row in whole["item"] if row[7]} == expected_gone(_rows(whole))
    assert {row[1:]: row[-1] for row in whole["work"]} == expected_work(writers)
    assert {row[1:2] + row[3:]: row[-1] for row in whole["looked"]} == expected_looks(writers)
    assert _sums(whole["decided"]) == expected_decided(_rows(whole))


def _rows(found: dict[str, list[tuple[object, ...]]]) -> dict[tuple[str, str], object]:
    rows = {(row[1], row[2]): row_of(str(row[1]), row[8]) for row in found["item"]}  # type: ignore[arg-type]
    return {key: row for key, row in rows.items() if row is not None}  # type: ignore[misc]


def expected_rows(writers: list[Writer]) -> dict[tuple[str, str], object]:
    """All that stands, folded in the order of the clock by nothing but the folds."""
    rows: dict[tuple[str, str], object] = {}
    for taken in sorted(standing(writers), key=lambda taken: taken.order):
        event = taken.recorded.event
        for kind, ids in zip(FOLDS, subjects(event), strict=True):
            for id_ in ids:
                row = FOLDS[kind](rows.get((kind, id_)), id_, in_clock(taken.recorded))  # type: ignore[operator]
                rows[kind, id_] = row
    return {key: row for key, row in rows.items() if row is not None}


def expected_gone(rows: dict[tuple[str, str], object]) -> set[tuple[str, str]]:
    """Closed parcels, containers that were shipped by themselves or on a pallet, and the units in them."""

    def left(row: object, depth: int = 8) -> bool:
        if not isinstance(row, ContainerRow) or depth == 0:
            return False
        if row.status == "consolidated":
            pallet = rows.get(("container", row.pallet))
            assert isinstance(pallet, ContainerRow)
            return row.pallet_seq < pallet.opened_seq or left(pallet, depth - 1)
        return row.status == "shipped"

    def gone(row: object) -> bool:
        if isinstance(row, UnitRow) and row.status == "sorted":
            place = rows[("container", row.container)]
            return isinstance(place, ContainerRow) and (row.placed_seq < place.opened_seq or left(place))
        return left(row) or (isinstance(row, ParcelRow) and row.status == "closed")

    return {key for key, row in rows.items() if gone(row)}


def standing(writers: list[Writer]) -> list[Taken]:
    return [
        taken
        for writer in writers
        for taken in writer.log
        if not isinstance(taken.recorded.event, CorrectionDeclared) and taken.recorded.seq not in _corrected(writer)
    ]


def _corrected(writer: Writer) -> set[int]:
    return {
        seq
        for each in writer.log
        if isinstance(each.recorded.event, CorrectionDeclared)
        for seq in each.recorded.event.corrects
    }


def expected_work(writers: list[Writer]) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for taken in standing(writers):
        done = work_done(taken.recorded)
        if done is not None:
            key = (done.slot, done.stage, taken.station, done.operator)
            found[key] = found.get(key, 0) + 1
    return {(*key, count): count for key, count in found.items()}


def expected_looks(writers: list[Writer]) -> dict[tuple[object, ...], int]:
    found: Counter[tuple[object, ...]] = Counter()
    for taken in standing(writers):
        event = taken.recorded.event
        if isinstance(event, ev.SecondLookTaken):
            day = taken.recorded.at // 86_400_000_000
            found.update((day, event.inspector, *pair) for pair in event.pairs)
    return {(*key, count): count for key, count in found.items()}


def _sums(rows: list[tuple[object, ...]]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Hour and texts of what is counted as decided, with the five sums."""
    return {(row[1], *row[3:12]): row[12:] for row in rows}


def expected_decided(rows: dict[tuple[str, str], object]) -> dict[tuple[object, ...], tuple[int, ...]]:
    """By the units' rows as they stand in the end."""
    found: dict[tuple[object, ...], list[int]] = {}
    for row in rows.values():
        if isinstance(row, UnitRow) and row.decided_at and not row.approval:
            key = (
                *(row.decided_at // 3_600_000_000, row.decided_station, row.decided_by, row.client, row.category),
                *(row.functional, row.cosmetic, row.disposition, row.stated),
                row.currency if row.value else "",
            )
            known = row.value > 0 and row.expected is not None
            adds = (1, row.value, row.value if known else 0, (row.expected or 0) if known else 0, int(known))
            found[key] = [so_far + more for so_far, more in zip(found.get(key, [0] * 5), adds, strict=True)]
    return {key: tuple(sums) for key, sums in found.items()}
