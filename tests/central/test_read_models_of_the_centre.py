"""What readers ask over HTTP, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asked_front import Centre
from projecting_world import NOON, SITE, Writer, store
from sqlalchemy import Connection

from rl_station.central import identity
from rl_station.central.calls import Request
from rl_station.central.database import transaction
from rl_station.central.projecting import project
from rl_station.central.reading_tasks import MOST_TASKS
from rl_station.central.tasks import QUARANTINE, Matter, open_task
from rl_station.domain import events as ev
from rl_station.domain import site_codes, unit_label
from rl_station.domain.unit_label import UnitLabel

HOUR = 3_600_000_000


class Reader:
    """A program with a token."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.token = identity.new_reader(centre.front.context, SITE, "erp")

    def get(self, path: str, status: int = 200, **query: str) -> Any:
        answer = self.centre.front.answer(Request("GET", path, query, {"authorization": f"Bearer {self.token}"}, b""))
        assert answer.status == status, answer
        return json.loads(answer.body)

    def post(self, path: str, body: object, status: int = 200) -> Any:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        answer = self.centre.front.answer(Request("POST", path, {}, headers, json.dumps(body).encode()))
        assert answer.status == status, answer
        return json.loads(answer.body)


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    made = Centre(database_url)
    made.clock.at = NOON
    yield made
    made.engine.dispose()


@pytest.fixture
def reader(centre: Centre) -> Reader:
    return Reader(centre)


def arrive(centre: Centre, *writers: Writer) -> None:
    for writer in writers:

        def take(connection: Connection, writer: Writer = writer) -> None:
            store(connection, writer, writer.log)
            project(connection, SITE, writer.log, NOON)

        transaction(centre.engine, take)


def a_parcel(centre: Centre) -> tuple[Writer, Writer]:
    """Received at a dock, opened at a bench; the bench took one answer back."""
    dock, bench = Writer("dock-01"), Writer("bench-01")
    dock.write(
        ev.ParcelReceived(parcel="P1", outcome="matched", client="acme", rmas=("R1",), keys=(("tracking", "1Z1"),))
    )
    bench.write(ev.ParcelOpened(parcel="P1", client="acme"), NOON + 1_000_000)
    bench.write(
        ev.UnitIdentified(unit="U1", parcel="P1", match="expected", client="acme", serial="S1"), NOON + 2_000_000
    )
    wrong = bench.write(ev.UnitSerialRead(unit="U1", parcel="P1", serial="S9"), NOON + 3_000_000)
    bench.undo(wrong, at=NOON + 4_000_000)
    arrive(centre, dock, bench)
    return dock, bench


def test_a_parcel_comes_with_its_units(centre: Centre, reader: Reader) -> None:
    a_parcel(centre)
    found = reader.get("/v1/parcels/P1")
    assert (found["parcel"]["status"], found["parcel"]["station"]) == ("opened", "dock-01")
    assert [unit["serial"] for unit in found["units"]] == ["S1"]
    assert found["changed_at"] == NOON + 4_000_000
    assert reader.get("/v1/units/U1")["unit"]["parcel"] == "P1"


@pytest.mark.parametrize("path", ["/v1/parcels/P9", "/v1/units/U9", "/v1/containers/T9", "/v1/tasks"])
def test_what_is_not_there_is_not_found(centre: Centre, reader: Reader, path: str) -> None:
    if path == "/v1/tasks":
        reader.post("/v1/tasks/nothing/resolve", {"who": "mira"}, status=404)
    else:
        assert reader.get(path, status=404)["code"] == "not_found"


def test_any_code_finds_what_it_stands_for(centre: Centre, reader: Reader) -> None:
    a_parcel(centre)
    for code, kind, key in (
        ("1z1", "parcel", "P1"),
        ("R1", "parcel", "P1"),
        ("S1", "unit", "U1"),
    ):
        assert [(each["kind"], each["key"]) for each in reader.get("/v1/search", code=code)] == [(kind, key)]
    for code in ("https://id.example.com/01/09521234543213/21/S1", "]Q10109521234543213" + "21S1", "s1"):
        assert [(each["kind"], each["key"]) for each in reader.get("/v1/search", code=code)] == [("unit", "U1")], code
    with_its_units = reader.get("/v1/search", code="P1")
    assert [(each["kind"], each["key"]) for each in with_its_units] == [("parcel", "P1"), ("unit", "U1")]
    assert reader.get("/v1/search", code="nothing") == []
    reader.get("/v1/search", status=400)


def test_what_stands_on_our_labels_finds_the_thing_it_sticks_on(centre: Centre, reader: Reader) -> None:
    plate, tote = site_codes.plate(site_codes.UNIT_PLATE, "B01", 7), "TOTE1"
    bench = Writer("bench-01")
    bench.write(ev.UnitIdentified(unit=plate, parcel="P1", match="expected", client="acme"))
    bench.write(ev.ContainerOpened(container=tote, disposition="resell", client="acme"))
    arrive(centre, bench)
    label = unit_label.encode(UnitLabel(plate, "resell", "acme", "A1", "e9e898f3d5b7"), b"any key")
    for code in (plate, plate.lower(), label):
        assert [(each["kind"], each["key"]) for each in reader.get("/v1/search", code=code)] == [("unit", plate)], code
    for code in (tote, site_codes.make(site_codes.CONTAINER, tote), "tote1"):
        assert [(each["kind"], each["key"]) for each in reader.get("/v1/search", code=code)] == [("container", tote)]


def test_a_history_is_of_all_stations_in_order_with_what_was_taken_back(centre: Centre, reader: Reader) -> None:
    a_parcel(centre)
    lines = reader.get("/v1/history", kind="parcel", id="P1")
    assert [(line["station"], line["event"]["type"], line["corrected"]) for line in lines] == [
        ("dock-01", "ParcelReceived", False),
        ("bench-01", "ParcelOpened", False),
        ("bench-01", "UnitIdentified", False),
        ("bench-01", "UnitSerialRead", True),
        ("bench-01", "CorrectionDeclared", False),
    ]
    newest = reader.get("/v1/history", kind="parcel", id="P1", limit="2")
    assert [line["event"]["type"] for line in newest] == ["UnitSerialRead", "CorrectionDeclared"]
    assert len(reader.get("/v1/history", kind="unit", id="U1")) == 3
    reader.get("/v1/history", status=400, kind="truck", id="P1")


def test_inventory_and_work_done_are_counted(centre: Centre, reader: Reader) -> None:
    a_parcel(centre)
    assert reader.get("/v1/inventory") == [{"disposition": "", "client": "acme", "status": "identified", "units": 1}]
    hour = NOON // HOUR
    assert reader.get("/v1/kpi") == [
        {"hour": hour, "stage": "received", "station": "dock-01", "operator": "mira", "count": 1}
    ]
    assert reader.get("/v1/kpi", since=str(hour + 1)) == []


def test_a_task_is_listed_until_somebody_says_how_it_was_settled(centre: Centre, reader: Reader) -> None:
    writers = Writer("dock-01"), Writer("dock-02")
    for writer in writers:
        writer.write(ev.ParcelReceived(parcel="P1", outcome="blind"))
    arrive(centre, *writers)
    (task,) = reader.get("/v1/tasks", kind="conflict")
    assert [each["station"] for each in task["detail"]["events"]] == ["dock-01", "dock-02"]
    reader.post(f"/v1/tasks/{task['id']}/resolve", {"who": "  "}, status=400)
    reader.post(f"/v1/tasks/{task['id']}/resolve", {"who": "a\0b"}, status=400)
    reader.post(f"/v1/tasks/{task['id']}/resolve", {"who": "mira", "note": "one box, scanned twice"})
    assert reader.get("/v1/tasks") == []
    (settled,) = reader.get("/v1/tasks", resolved="yes")
    assert (settled["resolved_by"], settled["note"], settled["resolved_at"]) == ("mira", "one box, scanned twice", NOON)
    reader.post(f"/v1/tasks/{task['id']}/resolve", {"who": "mira"}, status=404)


def test_many_tasks_are_read_page_by_page_and_none_is_passed_over(centre: Centre, reader: Reader) -> None:
    def many(connection: Connection) -> None:
        for number in range(MOST_TASKS + 20):
            # What one push brings is opened at one moment.
            at = NOON + (number > 0) + (number > MOST_TASKS + 10)
            open_task(connection, Matter(SITE, QUARANTINE, "event", f"dock-01/e/{number}"), {}, at)

    transaction(centre.engine, many)
    found: list[str] = []
    since = 0
    while page := reader.get("/v1/tasks", since=str(since)):
        found += [task["subject"] for task in page]
        since = page[-1]["opened_at"]
    assert sorted(found) == sorted(f"dock-01/e/{number}" for number in range(MOST_TASKS + 20))


def test_stations_are_listed_with_their_lives(centre: Centre, reader: Reader) -> None:
    dock, bench = a_parcel(centre)
    bench.live()
    bench.write(ev.SignedOut(operator="mira"))
    transaction(centre.engine, lambda connection: store(connection, bench, bench.log[-1:]))
    centre.enrol("sort-01", SITE)
    found = {each["station"]: each for each in reader.get("/v1/stations")}
    assert set(found) == {"dock-01", "bench-01", "sort-01"}
    assert [(life["starts"], life["seq"]) for life in found["bench-01"]["lives"]] == [(1, 4), (5, 5)]
    assert found["dock-01"]["lives"][0]["seq"] == len(dock.log)
    assert found["sort-01"]["enrolled_at"] == NOON
    assert not found["dock-01"]["forked"]


def test_a_reader_of_one_site_sees_nothing_of_another(centre: Centre, reader: Reader) -> None:
    a_parcel(centre)
    reader.token = identity.new_reader(centre.front.context, "south", "erp")
    reader.get("/v1/parcels/P1", status=404)
    assert reader.get("/v1/search", code="P1") == []
    assert reader.get("/v1/history", kind="parcel", id="P1") == []
    assert reader.get("/v1/inventory") == reader.get("/v1/kpi") == reader.get("/v1/stations") == []


def test_a_station_s_token_opens_no_reader_s_door(centre: Centre, reader: Reader) -> None:
    reader.token = centre.enrol("dock-01", SITE).token
    for path in ("/v1/parcels/P1", "/v1/inventory", "/v1/tasks", "/v1/stations"):
        answer = centre.front.answer(Request("GET", path, {}, {"authorization": f"Bearer {reader.token}"}, b""))
        assert answer.status in (401, 403), path
