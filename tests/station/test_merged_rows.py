"""Parcels, units and containers that several stations work on: each station sees them as the centre will."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from several_stations import AnyRow, Bench, folded, items

from rl_station.domain import events as ev
from rl_station.domain.events import Recorded
from rl_station.domain.projections import ContainerRow, UnitRow

DOCK, BENCH = ("dock-01", "D01"), ("bench-02", "B02")
P, U, V = "P1", "U1", "U2"


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Bench]:
    with closing(Bench(tmp_path / "dock", *DOCK)) as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with closing(Bench(tmp_path / "bench", *BENCH)) as made:
        yield made


def received(parcel: str = P, *keys: tuple[str, str]) -> ev.ParcelReceived:
    return ev.ParcelReceived(parcel=parcel, outcome="matched", client="acme", rmas=("R1",), keys=keys)


def identified(unit: str = U, parcel: str = P, **more: object) -> ev.UnitIdentified:
    return ev.UnitIdentified(unit=unit, parcel=parcel, match="expected", client="acme", sku="S", **more)


def graded(unit: str = U, functional: str = "F2") -> ev.UnitGraded:
    return ev.UnitGraded(unit=unit, parcel=P, functional=functional, cosmetic="C3", packaging="complete")


def decided(unit: str = U, disposition: str = "resell") -> ev.DispositionDecided:
    return ev.DispositionDecided(
        unit=unit, parcel=P, client="acme", disposition=disposition, rule="r", reason="", bin="A1", rules_version="v"
    )


def presented(unit: str = U, known_by: str = "store") -> ev.UnitPresented:
    return ev.UnitPresented(unit=unit, disposition="resell", client="acme", bin="A1", known_by=known_by)


def opened(container: str = "T1") -> ev.ContainerOpened:
    return ev.ContainerOpened(container=container, disposition="resell", client="acme", bin="A1")


def put(unit: str = U, container: str = "T1", previous: str = "") -> ev.UnitSorted:
    return ev.UnitSorted(unit=unit, container=container, disposition="resell", client="acme", previous=previous)


def say(hearer: Bench, *logs: list[Recorded]) -> None:
    """The centre has these logs, and says so."""
    hearer.hear(items(list(logs)), f"c{len(hearer.log)}-{sum(map(len, logs))}")


# --- one after the other ----------------------------------------------------------------------------------------------


def test_a_parcel_received_at_the_dock_is_known_at_the_bench(dock: Bench, bench: Bench) -> None:
    dock.do(received(P, ("tracking", "1Z1")), ev.ParcelLaneAssigned(parcel=P, lane="L1"))
    assert bench.records.parcel(P) is None
    say(bench, dock.log)
    found = bench.records.parcel(P)
    assert found is not None
    assert (found.status, found.rmas, found.lane, found.station) == ("received", ("R1",), "L1", "dock-01")
    assert [each.parcel for each in bench.records.parcels_by_key("tracking", "1Z1")] == [P]


def test_the_bench_goes_on_where_the_dock_left_off(dock: Bench, bench: Bench) -> None:
    """Its own log begins with the opening, which says nothing of the arrival."""
    dock.do(received(), ev.ParcelConditionNoted(parcel=P, condition="wet"))
    say(bench, dock.log)
    bench.do(ev.ParcelOpened(parcel=P, client="acme", rmas=("R1",)))
    bench.do(identified(serial="SN1"), graded())
    parcel, unit = bench.records.parcel(P), bench.records.unit(U)
    assert parcel is not None
    assert unit is not None
    assert (parcel.status, parcel.condition, parcel.received_by, parcel.units) == ("opened", "wet", "ada", (U,))
    assert (unit.status, unit.functional) == ("graded", "F2")


def test_a_unit_sorted_here_keeps_the_grade_it_was_given_elsewhere(dock: Bench, bench: Bench) -> None:
    bench.do(received(), identified(serial="SN1", epc="30AA"), graded(), decided())
    say(dock, bench.log)
    dock.do(presented())
    dock.do(opened(), put())
    unit, tote = dock.records.unit(U), dock.records.container("T1")
    assert unit is not None
    assert tote is not None
    assert (unit.status, unit.functional, unit.container, unit.serial) == ("sorted", "F2", "T1", "SN1")
    assert tote.units == (U,)
    assert [each.unit for each in dock.records.units_by_serial("SN1")] == [U]
    assert [each.unit for each in dock.records.units_by_epc("30AA")] == [U]
    say(dock, bench.log, dock.log)
    assert dock.records.unit(U) == unit


def test_a_unit_moved_out_of_a_tote_elsewhere_is_not_in_it_here(dock: Bench, bench: Bench) -> None:
    dock.do(opened("T1"), put(U, "T1"))
    dock.do(put(V, "T1"))
    say(bench, dock.log)
    bench.do(opened("T2"), put(U, "T2", previous="T1"))
    say(dock, dock.log, bench.log)
    first, second = dock.records.container("T1"), dock.records.container("T2")
    assert first is not None
    assert second is not None
    assert (first.units, second.units) == ((V,), (U,))
    seen = bench.records.container("T1")
    assert seen is not None
    assert seen.units == (V,)


def test_a_unit_taken_up_here_is_out_of_the_tote_that_another_desk_put_it_into(dock: Bench, bench: Bench) -> None:
    """Our own log says too little of it for a row of its own."""
    dock.do(opened("T1"), put(U, "T1"), put(V, "T1"))
    say(bench, dock.log)
    bench.do(ev.UnitTakenUp(unit=U, parcel=P, work="rework", previous="T1"))
    seen = bench.records.container("T1")
    assert seen is not None
    assert seen.units == (V,)


def test_a_tote_is_filled_from_two_desks(dock: Bench, bench: Bench) -> None:
    dock.do(opened(), put(U))
    say(bench, dock.log)
    bench.do(put(V))
    seen = bench.records.container("T1")
    assert seen is not None
    assert (seen.units, seen.disposition) == ((U, V), "resell")


def test_a_unit_leaves_with_the_pallet_that_another_desk_shipped(dock: Bench, bench: Bench) -> None:
    dock.do(opened(), put())
    dock.do(ev.ContainerClosed(container="T1", units=(U,)))
    say(bench, dock.log)
    bench.do(ev.ContainersConsolidated(container="PAL", contents=("T1",)))
    bench.do(ev.ContainerShipped(container="PAL"))
    say(dock, dock.log, bench.log)
    for station in (dock, bench):
        unit, tote, pallet = station.records.unit(U), station.records.container("T1"), station.records.container("PAL")
        assert unit is not None
        assert tote is not None
        assert pallet is not None
        assert (unit.status, tote.status, pallet.status, pallet.contents) == ("shipped", "shipped", "shipped", ("T1",))


def test_a_tote_that_came_back_is_empty_at_every_desk(dock: Bench, bench: Bench) -> None:
    dock.do(opened(), put(U))
    dock.do(ev.ContainerShipped(container="T1"))
    say(bench, dock.log)
    bench.do(opened(), put(V))
    say(dock, dock.log, bench.log)
    for station in (dock, bench):
        tote, old, new = station.records.container("T1"), station.records.unit(U), station.records.unit(V)
        assert tote is not None
        assert old is not None
        assert new is not None
        assert (tote.status, tote.units, old.status, new.status) == ("open", (V,), "shipped", "sorted")


# --- taking back ------------------------------------------------------------------------------------------------------


def test_a_sorting_that_is_undone_at_once_leaves_the_unit_as_the_bench_labelled_it(dock: Bench, bench: Bench) -> None:
    bench.do(received(), identified(), graded(), decided(), ev.UnitPlateConfirmed(unit=U, parcel=P, how="scanned"))
    say(dock, bench.log)
    before = dock.records.unit(U)
    dock.do(opened(), put())
    dock.undo()
    assert dock.records.unit(U) == before


def test_a_sorting_that_is_undone_after_the_centre_heard_of_it_takes_the_unit_out(dock: Bench, bench: Bench) -> None:
    """Offline: the centre goes on saying that the unit is in the tote."""
    bench.do(received(), identified(), graded(), decided())
    say(dock, bench.log)
    dock.do(opened(), put())
    say(dock, bench.log, dock.log)
    dock.undo()
    unit, tote = dock.records.unit(U), dock.records.container("T1")
    assert unit is not None
    assert (unit.status, unit.container, unit.functional, unit.disposition) == ("decided", "", "F2", "resell")
    assert tote is None or tote.units == ()


def test_a_decision_that_is_undone_after_the_centre_heard_of_it_is_none(dock: Bench, bench: Bench) -> None:
    bench.do(received(), identified())
    say(dock, bench.log)
    dock.do(graded())
    dock.do(decided())
    say(dock, bench.log, dock.log)
    dock.undo()
    unit = dock.records.unit(U)
    assert unit is not None
    assert (unit.status, unit.disposition, unit.functional, unit.sku) == ("graded", "", "F2", "S")


def test_what_another_station_took_back_is_gone_here(dock: Bench, bench: Bench) -> None:
    dock.do(received(P, ("tracking", "1Z1")))
    say(bench, dock.log)
    dock.undo()
    say(bench, dock.log)
    assert bench.records.parcel(P) is None
    assert bench.records.parcels_by_key("tracking", "1Z1") == ()


# --- apart ------------------------------------------------------------------------------------------------------------


def test_two_stations_apart_each_see_their_own_and_then_the_same(dock: Bench, bench: Bench) -> None:
    dock.do(received())
    say(bench, dock.log)
    dock.do(ev.ParcelConditionNoted(parcel=P, condition="torn"))
    bench.do(ev.ParcelOpened(parcel=P, client="acme", rmas=("R1",)))
    mine, theirs = bench.records.parcel(P), dock.records.parcel(P)
    assert mine is not None
    assert theirs is not None
    assert [(mine.status, mine.condition), (theirs.status, theirs.condition)] == [("opened", ""), ("receiving", "torn")]
    say(bench, dock.log, bench.log)
    say(dock, dock.log, bench.log)
    assert bench.records.parcel(P) == dock.records.parcel(P)


def test_earlier_work_of_ours_fills_in_what_the_centre_does_not_know(dock: Bench, bench: Bench) -> None:
    """The dock's log arrived late: the centre has the bench's later word, and not yet what the dock did before."""
    dock.do(received(P, ("tracking", "1Z1")), ev.ParcelConditionNoted(parcel=P, condition="wet"))
    bench.do(ev.ParcelOpened(parcel=P, client="acme", received_here=False))
    say(dock, bench.log)
    found = dock.records.parcel(P)
    assert found is not None
    assert (found.status, found.condition, found.rmas, found.received_by) == ("opened", "wet", ("R1",), "ada")
    assert [each.parcel for each in dock.records.parcels_by_key("tracking", "1Z1")] == [P]


# --- the basis --------------------------------------------------------------------------------------------------------


def test_an_event_says_what_was_known_of_the_others_and_not_of_ourselves(dock: Bench, bench: Bench) -> None:
    arrival = dock.do(received())
    assert arrival[0].basis == ()
    say(bench, dock.log)
    (opening,) = bench.do(ev.ParcelOpened(parcel=P, client="acme"))
    assert opening.basis == (ev.Seen("parcel", P, "dock-01", "epoch-dock-01", 1),)
    say(bench, dock.log, bench.log)
    (found,) = bench.do(identified())
    assert found.basis == (ev.Seen("parcel", P, "dock-01", "epoch-dock-01", 1),)
    assert [line.basis for line in bench.store.log()] == [opening.basis, found.basis]


def test_the_work_of_a_copy_of_this_station_is_anothers(dock: Bench, bench: Bench) -> None:
    """A clone under the same name and epoch went further than this log: its events are not ours."""
    dock.do(received())
    clone = [
        *dock.log,
        ev.Recorded(
            **{
                **_fields(dock.log[0]),
                "seq": 5,
                "hlc": dock.log[0].hlc + 9,
                "event": ev.ParcelConditionNoted(parcel=P, condition="wet"),
            }
        ),
    ]
    say(dock, clone)
    found = dock.records.parcel(P)
    assert found is not None
    assert found.condition == "wet"
    (lane,) = dock.do(ev.ParcelLaneAssigned(parcel=P, lane="L1"))
    assert lane.basis == (ev.Seen("parcel", P, "dock-01", "epoch-dock-01", 5),)


def _fields(recorded: Recorded) -> dict[str, object]:
    return {name: getattr(recorded, name) for name in recorded.__struct_fields__}


def test_a_closed_tote_does_not_list_what_was_known_of_every_unit(dock: Bench, bench: Bench) -> None:
    dock.do(opened(), put())
    say(bench, dock.log)
    (closed,) = bench.do(ev.ContainerClosed(container="T1", units=(U,)))
    assert closed.basis == ()


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_what_follows_another_stations_work_comes_after_it_by_the_clock_too(tmp_path: Path, dock: Bench) -> None:
    """This station's clock is half an hour behind."""
    with closing(Bench(tmp_path / "slow", *BENCH, skew=-1_800_000_000)) as slow:
        dock.do(received())
        say(slow, dock.log)
        (opening,) = slow.do(ev.ParcelOpened(parcel=P, client="acme"))
        assert opening.hlc > dock.log[-1].hlc
        assert opening.at < dock.log[-1].at


def test_a_station_whose_clock_is_a_year_ahead_infects_nobody(tmp_path: Path, dock: Bench) -> None:
    with closing(Bench(tmp_path / "fast", *BENCH, skew=366 * 86_400_000_000)) as fast:
        fast.do(received())
        say(dock, fast.log)
        (lane,) = dock.do(ev.ParcelLaneAssigned(parcel=P, lane="L1"))
        assert lane.hlc < fast.log[-1].hlc
        assert lane.hlc >> 16 < dock.clock.now() // 1000 + 10


# --- whatever happens -------------------------------------------------------------------------------------------------

PARCELS, UNITS, CONTAINERS = ("P1", "P2"), ("U1", "U2", "U3"), ("T1", "T2", "PAL")
ACTIONS: dict[str, Callable[[str, str, str, int], ev.Event]] = {
    "receive": lambda parcel, _, __, pick: received(parcel, ("tracking", f"1Z{pick}")),
    "note": lambda parcel, _, __, pick: ev.ParcelConditionNoted(parcel=parcel, condition=f"note {pick}"),
    "lane": lambda parcel, _, __, pick: ev.ParcelLaneAssigned(parcel=parcel, lane=f"L{pick}"),
    "open": lambda parcel, _, __, ___: ev.ParcelOpened(parcel=parcel, client="acme", rmas=("R1",)),
    "close": lambda parcel, unit, _, __: ev.ParcelClosed(parcel=parcel, units=(unit,)),
    "identify": lambda parcel, unit, _, pick: identified(unit, parcel, serial=f"SN{pick}"),
    "serial": lambda parcel, unit, _, pick: ev.UnitSerialRead(unit=unit, parcel=parcel, serial=f"SN{pick}"),
    "grade": lambda _, unit, __, pick: graded(unit, f"F{pick}"),
    "decide": lambda _, unit, __, pick: decided(unit, ("resell", "recycle")[pick % 2]),
    "label": lambda _, unit, __, ___: presented(unit, "label"),
    "confirm": lambda parcel, unit, _, __: ev.UnitPlateConfirmed(unit=unit, parcel=parcel, how="scanned"),
    "sort": lambda _, unit, container, __: put(unit, container),
    "new tote": lambda _, __, container, ___: opened(container),
    "shut": lambda _, __, container, ___: ev.ContainerClosed(container=container, units=()),
    "pallet": lambda _, __, container, ___: ev.ContainersConsolidated(container="PAL", contents=(container,)),
    "ship": lambda _, __, ___, pick: ev.ContainerShipped(container=CONTAINERS[pick % 3]),
}
STEP = st.tuples(
    st.integers(0, 1),
    st.sampled_from((*ACTIONS, "sort", "undo", *["hear"] * 3)),
    st.integers(0, 5),
    st.integers(0, 1 << 16),
)


def act(station: Bench, action: str, pick: int) -> None:
    if action == "undo":
        station.undo()
        return
    event = ACTIONS[action](PARCELS[pick % 2], UNITS[pick % 3], CONTAINERS[pick % 2], pick)
    if isinstance(event, ev.UnitSorted):
        inside = station.records.unit(event.unit)
        if inside is not None and inside.container != event.container:
            event = replace(event, previous=inside.container)
    station.do(event)


def whole(logs: list[Recorded], part: int) -> list[Recorded]:
    """A beginning of a log that ends with an input."""
    cut = part % (len(logs) + 1)
    while 0 < cut < len(logs) and logs[cut].cause == logs[cut - 1].cause:
        cut += 1
    return logs[:cut]


@given(st.lists(STEP, max_size=30))
@pytest.mark.slow
@settings(max_examples=60)
def test_a_station_sees_what_the_centre_will_say_once_it_has_everything(steps: list[tuple[int, str, int, int]]) -> None:
    """Whatever two stations do and whenever they hear: the centre's row with our news is the row of all those events.

    Where the centre has a later event than one of ours that it lacks, or where we took back what it has, the station guesses;
    those subjects are left out here, and `test_in_the_end_all_say_the_same` has them.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        two = [stack.enter_context(closing(Bench(Path(folder) / name, name, prefix))) for name, prefix in (DOCK, BENCH)]
        heard = [[0, 0], [0, 0]]
        for number, (who, action, pick, part) in enumerate(steps):
            station, other = two[who], two[1 - who]
            if action != "hear":
                act(station, action, pick)
            else:
                parts = [whole(each.log, part // (index + 1)) for index, each in enumerate((station, other))]
                parts = [
                    max(now, each.log[:had], key=len)
                    for now, each, had in zip(parts, (station, other), heard[who], strict=True)
                ]
                heard[who] = [len(each) for each in parts]
                station.hear(items(parts), f"c{number}")
            check(station, other, heard[who])
        for who, station in enumerate(two):
            station.hear(items([each.log for each in two]), "end")
            check(station, two[1 - who], [len(station.log), len(two[1 - who].log)])


def check(station: Bench, other: Bench, heard: list[int]) -> None:
    parts = [station.log[: heard[0]], other.log[: heard[1]]]
    centre, truth = folded(parts), folded([station.log, parts[1]])
    back = {
        (kind, subject)
        for line in station.log[heard[0] :]
        if isinstance(line.event, ev.CorrectionDeclared) and min(line.event.corrects) <= heard[0]
        for kind, ids in zip(("parcel", "unit", "container"), ev.subjects(line.event), strict=True)
        for subject in ids
    }
    expected: dict[tuple[str, str], AnyRow | None] = {}
    for (kind, subject), (row, _, _) in truth.items():
        clock = centre.get((kind, subject), (None, 0, ()))[1]
        news = [
            line
            for line in station.log[heard[0] :]
            if subject in (*ev.subjects(line.event)[("parcel", "unit", "container").index(kind)],)
        ]
        if (kind, subject) not in back and all(line.hlc > clock for line in news):
            expected[kind, subject] = row
            assert getattr(station.rows, kind)(subject) == row, (kind, subject)
    if len(expected) == len(truth):
        check_lists(station, [row for row in expected.values() if row is not None])


def check_lists(station: Bench, rows: list[AnyRow]) -> None:
    """What is in a parcel, in a container and on a pallet, in its order."""
    units = [row for row in rows if isinstance(row, UnitRow)]
    stacked = [row for row in rows if isinstance(row, ContainerRow)]
    for parcel in PARCELS:
        inside = sorted((row.seq, row.unit) for row in units if row.parcel == parcel)
        assert [(placed.at, placed.id) for placed in station.rows.units_of(parcel)] == inside
    for container in CONTAINERS:
        inside = sorted((row.placed_seq, row.unit) for row in units if row.container == container)
        assert [(placed.at, placed.id) for placed in station.rows.units_inside(container, 0)] == inside
        above = sorted((row.pallet_seq, row.container) for row in stacked if row.pallet == container)
        assert [(placed.at, placed.id) for placed in station.rows.contents(container, 0)] == above
