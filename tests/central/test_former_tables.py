"""A database that an older version of the server made and filled, under this one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asked_front import Centre
from projecting_world import SITE, derived
from pushing import AT, Log
from sqlalchemy import Connection, inspect, text

from rl_station.central import recounting, supervising, tables
from rl_station.central.database import DatabaseError, fact, put_fact, reading, transaction
from rl_station.domain import events as ev
from rl_station.domain.events import AnyEvent
from rl_station.domain.kpi import Figures
from rl_station.domain.projections import STAGES
from rl_station.domain.sync_wire import Ack

NEW = ("queue", "since", "parcel", "received", "troubled", "decided", "counted")
WORK: list[AnyEvent] = [
    ev.ParcelReceived(parcel="P1", outcome="matched", client="acme", rmas=("R1",)),
    ev.ParcelReceived(parcel="P2", outcome="blind"),
    ev.ParcelOpened(parcel="P1", client="acme"),
    ev.UnitIdentified(unit="U1", parcel="P1", match="expected", client="acme", value=5_000),
    ev.UnitSwapSuspected(unit="U1", parcel="P1", expected=("S1",), found="S9"),
    ev.DispositionDecided(
        unit="U1",
        parcel="P1",
        client="acme",
        disposition="resell",
        rule="r",
        reason="r",
        bin="A1",
        rules_version="1",
        expected=4_000,
    ),
    ev.SecondLookTaken(
        unit="U1",
        parcel="P1",
        inspector="jo",
        functional="F1",
        cosmetic="C2",
        packaging="sealed",
        pairs=(("functional", "F1", "F1"),),
    ),
    ev.UnitSorted(unit="U1", container="T1", disposition="resell", client="acme"),
    ev.CorrectionDeclared(corrects=(2,), types=("ParcelReceived",), parcels=("P2",)),
]


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    made = Centre(database_url)
    made.clock.at = AT + 60_000_000
    token = made.enrol("bench-01", SITE).token
    log = Log("bench-01")
    push = log.push(WORK)
    assert isinstance(made.send(token, push), Ack)
    yield made
    made.engine.dispose()


def as_schema_1(connection: Connection) -> None:
    """What the first version had: none of what supervisors need, and work by the hour."""
    for index in ("item_waiting", "item_troubled", "item_decided", "event_listed"):
        connection.execute(text(f"DROP INDEX {index}"))
    for table, columns in (("item", NEW), ("task", ("settled",))):
        for column in columns:
            connection.execute(text(f'ALTER TABLE "{table}" DROP COLUMN "{column}"'))
    for name in ("work", "decided", "looked", "station_status"):
        connection.execute(text(f'DROP TABLE "{name}"'))
    connection.execute(text("CREATE TABLE throughput (site TEXT, hour BIGINT, count BIGINT)"))
    put_fact(connection, "schema", "1")
    put_fact(connection, "folds", "4")


def figures(centre: Centre) -> Figures:
    return reading(centre.engine, lambda connection: supervising.figures(connection, SITE, centre.clock.at))


def indexes(centre: Centre) -> set[str]:
    found = inspect(centre.engine)
    return {str(each["name"]) for table in ("item", "event", "task") for each in found.get_indexes(table)}


def test_older_tables_are_brought_up_and_say_the_same_as_if_they_had_always_been_new(centre: Centre) -> None:
    before, rows, had = figures(centre), derived(centre.engine), indexes(centre)
    assert sum(each.waiting for each in before.queues) == 0
    assert [each.kind for each in before.troubles] == ["swap"]
    transaction(centre.engine, as_schema_1)
    newer = centre.replica()
    newer.prepare()
    newer.context.engine.dispose()
    assert derived(centre.engine) == rows
    assert figures(centre) == before
    assert indexes(centre) == had
    assert reading(centre.engine, lambda connection: fact(connection, "schema")) == str(tables.SCHEMA)
    assert "throughput" not in inspect(centre.engine).get_table_names()


def test_what_an_older_version_stored_is_gone_on_with(centre: Centre) -> None:
    transaction(centre.engine, as_schema_1)
    newer = centre.replica()
    newer.prepare()
    newer.context.engine.dispose()
    token, log = centre.enrol("desk-01", SITE).token, Log("desk-01")
    words = (
        ev.UnitHeld(unit="U1", parcel="P1", before="resell", bin="H1", why="safety"),
        ev.TroubleSettled(kind="swap", note="", unit="U1"),
    )
    later = [log.sent(event, 30 + number) for number, event in enumerate(words)]
    assert isinstance(centre.send(token, log.push(later)), Ack)
    found = figures(centre)
    assert [(each.name, each.units) for each in found.dispositions] == [("hold", 1)]
    assert {each.queue: each.waiting for each in found.queues if each.waiting} == {"on_hold": 1}
    assert found.troubles == ()


def test_bringing_up_is_done_once_and_by_one(centre: Centre) -> None:
    transaction(centre.engine, as_schema_1)
    rows = None
    for _ in range(3):
        newer = centre.replica()
        newer.prepare()
        newer.context.engine.dispose()
        rows = rows or derived(centre.engine)
        assert derived(centre.engine) == rows


def test_an_older_server_does_not_touch_newer_tables(centre: Centre) -> None:
    transaction(centre.engine, lambda connection: put_fact(connection, "schema", str(tables.SCHEMA + 1)))
    newer = centre.replica()
    with pytest.raises(DatabaseError, match="schema"):
        newer.prepare()
    newer.context.engine.dispose()


def test_counting_anew_leaves_out_what_was_corrected_and_what_nobody_understands_yet(centre: Centre) -> None:
    rows = derived(centre.engine)
    with centre.engine.begin() as connection:
        connection.execute(tables.work.update().values(count=99))
        connection.execute(tables.looked.delete())
    transaction(centre.engine, lambda connection: recounting.recount(connection, SITE))
    assert derived(centre.engine) == rows
    with centre.engine.begin() as connection:
        stream = connection.execute(tables.event.select().where(tables.event.c.seq == 1)).one().stream
        held = tables.quarantined.insert().values(stream=stream, seq=1, site=SITE, reason="unknown")
        connection.execute(held)
    transaction(centre.engine, lambda connection: recounting.recount(connection, SITE))
    counted = {row[2]: row[-1] for row in derived(centre.engine)["work"]}
    assert counted == {"decided": 1, "sorted": 1}


def test_what_is_counted_is_what_is_listed_by_time() -> None:
    """The index that answers what is behind a figure holds every event that is counted."""
    assert set(tables.LISTED_TYPES) == {*STAGES, "SecondLookTaken"}
