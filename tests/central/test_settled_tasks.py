"""A supervisor's word closes the task it is about, whatever arrives first; taken back, the task is open again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import msgspec
import pytest
from asked_front import Centre
from projecting_world import NOON, SITE, Writer, arrive, decided, deliver, derived, empty, knowing
from pushing import AT, Log, traced
from sqlalchemy import Engine

from rl_station.central import reading_tasks, reading_troubles, tasks
from rl_station.central.database import create_schema, open_engine
from rl_station.central.folding import Taken
from rl_station.central.reading_tasks import TaskSeen
from rl_station.domain import events as ev
from rl_station.domain.kpi import Trouble
from rl_station.domain.sync_wire import Ack, Life

SECOND = 1_000_000


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_engine(database_url)
    create_schema(found)
    yield found
    found.dispose()


def overridden() -> ev.DispositionOverridden:
    return ev.DispositionOverridden(
        unit="U1",
        parcel="P1",
        client="acme",
        before="destroy",
        disposition="resell",
        outcome_before="",
        outcome="",
        bin="A1",
        why="condition",
        note="Looked at it.",
    )


def crossed() -> tuple[Writer, Writer, Taken, Taken]:
    """Two benches that decided on one unit, neither knowing of the other."""
    a, b = Writer("bench-01"), Writer("bench-02")
    a.write(ev.UnitIdentified(unit="U1", parcel="P1", match="expected", client="acme"), NOON)
    one = a.write(decided("resell"), NOON + SECOND)
    other = b.write(decided("destroy"), NOON + 2 * SECOND)
    return a, b, one, other


def shown(engine: Engine) -> list[TaskSeen]:
    with engine.connect() as connection:
        return list(reading_tasks.task_list(connection, SITE, resolved=True))


def troubles(engine: Engine) -> tuple[Trouble, ...]:
    with engine.connect() as connection:
        return reading_troubles.troubles(connection, SITE, NOON)


def test_a_conflict_is_a_trouble_with_its_task_and_both_stations(engine: Engine) -> None:
    a, b, *_ = crossed()
    arrive(engine, a, b)
    (task,), (trouble,) = shown(engine), troubles(engine)
    assert (trouble.kind, trouble.subject_kind, trouble.subject, trouble.task) == ("conflict", "unit", "U1", task.id)
    assert (trouble.client, trouble.detail, trouble.since) == ("acme", "decide bench-01 bench-02", task.opened_at)


def test_a_word_that_names_the_task_closes_it_with_who_said_it_and_why(engine: Engine) -> None:
    a, b, *_ = crossed()
    arrive(engine, a, b)
    desk = Writer("desk-01")
    said = ev.TroubleSettled(kind="conflict", note="It stays resell.", unit="U1", task=shown(engine)[0].id)
    desk.write(said, NOON + 60 * SECOND, operator="lena")
    arrive(engine, desk)
    (task,) = shown(engine)
    assert (task.resolved_by, task.note, task.resolved_at) == ("lena", "It stays resell.", NOON + 60 * SECOND)
    assert troubles(engine) == ()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_supervisor_s_decision_that_knew_both_sides_ends_a_conflict_in_any_order(
    engine: Engine, order: tuple[int, ...]
) -> None:
    a, b, one, other = crossed()
    desk = Writer("desk-01")
    desk.write(overridden(), NOON + 60 * SECOND, knowing("unit", "U1", one, other), operator="lena")
    arrive(engine, a, b, desk)
    whole = derived(engine)
    assert [row[2] for row in whole["settled tasks"]] == ["lena"]
    assert whole["open tasks"] == []
    empty(engine)
    arrive(engine, *((a, b, desk)[place] for place in order))
    assert derived(engine) == whole


def test_one_that_did_not_know_of_the_other_side_is_no_answer_to_the_conflict(engine: Engine) -> None:
    a, b, _, _ = crossed()
    a.write(ev.UnitHeld(unit="U1", parcel="P1", before="resell", bin="H1", why="other"), NOON + 60 * SECOND)
    arrive(engine, a, b)
    assert [each.kind for each in troubles(engine)] == ["conflict"]


def test_a_word_that_is_taken_back_leaves_the_conflict_open(engine: Engine) -> None:
    a, b, one, other = crossed()
    desk = Writer("desk-01")
    word = desk.write(overridden(), NOON + 60 * SECOND, knowing("unit", "U1", one, other))
    desk.undo(word, at=NOON + 61 * SECOND)
    arrive(engine, a, b)
    deliver(engine, desk, 1, 1)
    assert troubles(engine) == ()
    deliver(engine, desk, 2, 2)
    assert [each.kind for each in troubles(engine)] == ["conflict"]
    (task,) = shown(engine)
    assert (task.resolved_at, task.resolved_by, task.note) == (None, "", "")


def test_a_conflict_whose_one_side_was_corrected_is_withdrawn_though_somebody_had_settled_it(engine: Engine) -> None:
    a, b, one, other = crossed()
    desk = Writer("desk-01")
    desk.write(overridden(), NOON + 60 * SECOND, knowing("unit", "U1", one, other), operator="lena")
    arrive(engine, a, b, desk)
    b.undo(other, at=NOON + 70 * SECOND)
    deliver(engine, b, 2, 2)
    assert derived(engine)["settled tasks"] == []
    assert troubles(engine) == ()


# --- forks and quarantine ---------------------------------------------------------------------------------------------


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    made = Centre(database_url)
    yield made
    made.engine.dispose()


def fork(centre: Centre, station: str) -> str:
    """A station goes on in a life that began because its log had forked; gives the ids of the tasks that are open then."""
    token = centre.enrol(station).token
    log = Log(station)
    first = log.push([traced(1)])
    assert isinstance(centre.send(token, first), Ack)
    after = replace(log.after(first), epoch="epoch2")
    again = msgspec.structs.replace(after.push([traced(2)]), life=Life("epoch2", 2, "epoch1", "forked"))
    assert isinstance(centre.send(token, again), Ack)
    return " ".join(each.task for each in open_troubles(centre))


def open_troubles(centre: Centre) -> tuple[Trouble, ...]:
    with centre.engine.connect() as connection:
        return reading_troubles.troubles(connection, "main", AT)


def test_a_fork_is_settled_by_an_event_of_any_station_and_open_again_when_that_is_taken_back(centre: Centre) -> None:
    task = fork(centre, "dock-01")
    (trouble,) = open_troubles(centre)
    assert (trouble.kind, trouble.subject_kind, trouble.subject) == ("fork", "station", "dock-01")
    assert (trouble.station, trouble.detail, trouble.task) == ("dock-01", "epoch2", task)
    token, log = centre.enrol("desk-01").token, Log("desk-01")
    said = log.push([ev.TroubleSettled(kind="fork", note="The clone is switched off.", task=task)])
    assert isinstance(centre.send(token, said), Ack)
    assert open_troubles(centre) == ()
    undone = ev.CorrectionDeclared(corrects=(1,), types=("TroubleSettled",))
    assert isinstance(centre.send(token, log.after(said).push([undone])), Ack)
    assert [each.task for each in open_troubles(centre)] == [task]


def test_what_was_settled_before_it_was_heard_of_is_settled(centre: Centre, sqlite_url: str) -> None:
    """The server was restored to before the fork, and the supervisor's station speaks first."""
    before = Centre(sqlite_url + ".before")
    task = fork(before, "dock-01")
    before.engine.dispose()
    token = centre.enrol("desk-01").token
    said = Log("desk-01").push([ev.TroubleSettled(kind="fork", note="Seen.", task=task)])
    assert isinstance(centre.send(token, said), Ack)
    assert fork(centre, "dock-01") == ""
    assert centre.tasks(resolved=True) == [("fork", "station", "dock-01")]


def test_what_a_person_settled_at_the_centre_is_not_opened_by_a_station_that_takes_back_its_word(
    centre: Centre,
) -> None:
    task = fork(centre, "dock-01")
    with centre.engine.begin() as connection:
        assert tasks.resolve(connection, "main", task, tasks.Settled("mira", "by hand", AT))
    token, log = centre.enrol("desk-01").token, Log("desk-01")
    said = log.push([ev.TroubleSettled(kind="fork", note="Seen.", task=task)])
    centre.send(token, said)
    undone = ev.CorrectionDeclared(corrects=(1,), types=("TroubleSettled",))
    assert isinstance(centre.send(token, log.after(said).push([undone])), Ack)
    assert open_troubles(centre) == ()


def test_a_quarantined_event_is_a_trouble_of_its_station(centre: Centre) -> None:
    token = centre.enrol("dock-01").token
    later = b'{"type":"DroneLanded"}'
    assert isinstance(centre.send(token, Log("dock-01").push([later])), Ack)
    (trouble,) = open_troubles(centre)
    assert (trouble.kind, trouble.subject_kind, trouble.subject) == ("quarantine", "station", "dock-01")
    assert trouble.detail == "unknown DroneLanded 1"
