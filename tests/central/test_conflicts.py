"""Two stations that decide the same on one thing without knowing of each other: a task, once, whoever arrives first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projecting_world import NOON, SITE, Writer, arrive, decided, deliver, derived, empty, knowing
from sqlalchemy import Engine

from rl_station.central import reading_tasks, tasks
from rl_station.central.conflicts import Decision, conflicts
from rl_station.central.database import create_schema, open_engine, transaction
from rl_station.central.reading_tasks import TaskSeen
from rl_station.domain import events as ev

SECOND = 1_000_000


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    found = open_engine(sqlite_url)
    create_schema(found)
    yield found
    found.dispose()


def sorted_to(tote: str) -> ev.UnitSorted:
    return ev.UnitSorted(unit="U1", container=tote, disposition="resell", client="acme")


def shown(engine: Engine, *, resolved: bool = False) -> tuple[TaskSeen, ...]:
    with engine.connect() as connection:
        return reading_tasks.task_list(connection, SITE, resolved=resolved)


def test_two_benches_that_decided_on_one_unit_are_a_conflict_with_both_decisions(engine: Engine) -> None:
    a, b = Writer("bench-01"), Writer("bench-02")
    a.write(decided("resell"))
    b.write(decided("destroy"), NOON + SECOND)
    arrive(engine, a, b)
    (task,) = shown(engine)
    assert (task.kind, task.subject_kind, task.subject) == ("conflict", "unit", "U1")
    detail = msgspec.json.decode(task.detail)
    assert [(each["station"], each["event"]["disposition"]) for each in detail["events"]] == [
        ("bench-01", "resell"),
        ("bench-02", "destroy"),
    ]


def test_it_is_the_same_task_whoever_arrives_first(engine: Engine) -> None:
    found = []
    for order in permutations(range(3)):
        empty(engine)
        writers = [Writer(f"dock-0{number}") for number in range(3)]
        for number, writer in enumerate(writers):
            writer.write(ev.ParcelReceived(parcel="P1", outcome="blind"), NOON + number * SECOND)
            writer.write(ev.ParcelReceived(parcel="P1", outcome="blind"), NOON + (number + 5) * SECOND)
        arrive(engine, *(writers[number] for number in order))
        found.append(derived(engine)["open tasks"])
    assert len(found[0]) == 3, "each pair of docks once"
    assert all(each == found[0] for each in found)


def test_who_knew_of_the_other_decision_is_no_conflict(engine: Engine) -> None:
    a, b = Writer("bench-01"), Writer("bench-02")
    first = a.write(decided("resell"))
    b.write(decided("destroy"), NOON + SECOND, knowing("unit", "U1", first))
    arrive(engine, b, a)
    assert shown(engine) == ()


def test_knowing_something_of_another_unit_is_not_knowing_of_this_one(engine: Engine) -> None:
    a, b = Writer("bench-01"), Writer("bench-02")
    first = a.write(decided("resell"))
    b.write(decided("destroy"), NOON + SECOND, knowing("unit", "U2", first))
    arrive(engine, a, b)
    assert len(shown(engine)) == 1


def test_stages_that_follow_each_other_are_none(engine: Engine) -> None:
    dock, bench, desk = Writer("dock-01"), Writer("bench-01"), Writer("sort-01")
    dock.write(ev.ParcelReceived(parcel="P1", outcome="blind"))
    bench.write(ev.ParcelOpened(parcel="P1", received_here=False))
    bench.write(ev.UnitIdentified(unit="U1", parcel="P1", match="unexpected"))
    bench.write(decided("resell"))
    desk.write(ev.UnitPresented(unit="U1", disposition="resell", client="acme", bin="A1", known_by="label"))
    desk.write(sorted_to("T1"), NOON + SECOND)
    arrive(engine, desk, dock, bench)
    assert shown(engine) == ()


def test_two_sort_desks_that_placed_one_unit_are_one(engine: Engine) -> None:
    a, b = Writer("sort-01"), Writer("sort-02")
    a.write(sorted_to("T1"))
    b.write(sorted_to("T2"))
    arrive(engine, a, b)
    assert [msgspec.json.decode(task.detail)["decision"] for task in shown(engine)] == ["place"]


def test_a_release_that_did_not_know_of_another_stations_hold_is_one_until_somebody_has_seen_both(
    engine: Engine,
) -> None:
    held = ev.UnitHeld(unit="U1", parcel="P1", before="resell", bin="H1", why="safety")
    released = ev.UnitReleased(unit="U1", parcel="P1", disposition="resell", bin="A1")
    a, b, c = Writer("bench-01"), Writer("bench-02"), Writer("bench-03")
    first = a.write(held)
    second = b.write(held, NOON + SECOND)
    c.write(released, NOON + 2 * SECOND, (*knowing("unit", "U1", first), *knowing("unit", "U1", second)))
    arrive(engine, a, b, c)
    assert shown(engine) == (), "who let it go knew of both"
    empty(engine)
    c = Writer("bench-03")
    c.write(released, NOON + 2 * SECOND, knowing("unit", "U1", first))
    arrive(engine, a, c)
    assert shown(engine) == ()
    arrive(engine, b)
    assert {msgspec.json.decode(task.detail)["decision"] for task in shown(engine)} == {"hold"}


def test_one_station_and_its_own_later_epoch_are_none(engine: Engine) -> None:
    a = Writer("bench-01")
    a.write(decided("resell"))
    a.live()
    a.write(decided("destroy"), NOON + SECOND)
    arrive(engine, a)
    assert shown(engine) == ()


def test_a_correction_ends_it(engine: Engine) -> None:
    a, b = Writer("bench-01"), Writer("bench-02")
    wrong = a.write(decided("resell"))
    b.write(decided("destroy"), NOON + SECOND)
    arrive(engine, a, b)
    assert len(shown(engine)) == 1
    a.undo(wrong, at=NOON + 2 * SECOND)
    deliver(engine, a, 2, 2)
    assert shown(engine) == ()
    (withdrawn,) = shown(engine, resolved=True)
    assert withdrawn.resolved_by == ""
    assert withdrawn.note


def test_what_a_person_has_settled_is_not_opened_again(engine: Engine) -> None:
    a, b = Writer("bench-01"), Writer("bench-02")
    a.write(decided("resell"))
    b.write(decided("destroy"), NOON + SECOND)
    arrive(engine, a, b)
    (task,) = shown(engine)
    settled = tasks.Settled("supervisor", "destroyed", NOON)
    assert transaction(engine, lambda connection: tasks.resolve(connection, SITE, task.id, settled))
    assert not transaction(engine, lambda connection: tasks.resolve(connection, SITE, task.id, settled))
    b.write(decided("destroy"), NOON + 2 * SECOND)
    deliver(engine, b, 2, 2)
    assert shown(engine) == ()


def test_after_both_know_each_other_a_new_crossing_is_a_new_task(engine: Engine) -> None:
    a, b = Writer("bench-01"), Writer("bench-02")
    one = a.write(decided("resell"))
    other = b.write(decided("destroy"), NOON + SECOND)
    a.write(decided("repair"), NOON + 2 * SECOND, knowing("unit", "U1", other))
    b.write(decided("donate"), NOON + 3 * SECOND, knowing("unit", "U1", one))
    arrive(engine, a, b)
    assert len(shown(engine)) == 2


decisions = st.lists(st.tuples(st.sampled_from(["a", "b"]), st.booleans()).map(tuple), min_size=1, max_size=10)


@given(decisions)
def test_a_conflict_once_reported_stays_one_whatever_else_arrives(course: list[tuple[str, bool]]) -> None:
    made: list[Decision] = []
    for station, knows in course:
        seq = sum(each.station == station for each in made) + 1
        theirs = [each for each in made if each.station != station]
        known = ((theirs[-1].station, "e", theirs[-1].seq),) if knows and theirs else ()
        made.append(Decision("decide", station, "e", seq, known))
    for several in range(len(made) + 1):
        for others in range(len(made) + 1):
            part = [each for each in made if each.seq <= (several if each.station == "a" else others)]
            assert set(conflicts(part)) <= set(conflicts(made))
