"""What only a person can settle, by form: looked at side by side, closed with a note and a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pushing
import pytest
from desk import HOSTILE, Desk, worked
from msgspec.structs import replace
from projecting_world import NOON, SITE
from pushing import Log
from read_html import Page, assert_accessible, read
from sqlalchemy import Connection

from rl_station.central import identity
from rl_station.central.database import transaction
from rl_station.central.reading_tasks import MOST_TASKS
from rl_station.central.reading_troubles import MOST_TROUBLES
from rl_station.central.tasks import FORK, Matter, Settled, open_task, resolve
from rl_station.domain.sync_wire import Enrolment, EnrolRequest


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = Desk(database_url)
    worked(made)
    made.sign_in()
    yield made
    made.close()


def tasks(desk: Desk, **asked: str) -> list[dict[str, Any]]:
    headers = {"authorization": f"Bearer {desk.reader()}"}
    found: list[dict[str, Any]] = desk.client.get("/v1/tasks", params=asked, headers=headers).json()
    return found


def opened(answer: httpx.Response) -> Page:
    page = read(answer.text)
    assert_accessible(page)
    return page


def settled(desk: Desk, id_: str, note: str) -> httpx.Response:
    return desk.client.post(f"/tasks/{id_}", data={"csrf": desk.token(f"/tasks/{id_}"), "note": note})


def test_a_conflict_shows_both_decisions_side_by_side(desk: Desk) -> None:
    (task,) = tasks(desk)
    page = opened(desk.client.get(f"/tasks/{task['id']}"))
    assert page.all("h1")[0].text == "Two stations"
    assert "/units/U2" in page.links()
    for told in ("bench-1", "bench-2", "priya", "destroy", "resell"):
        assert told in page.text


def test_a_conflict_is_settled_with_a_note_by_name(desk: Desk) -> None:
    (task,) = tasks(desk)
    answer = settled(desk, task["id"], f"  Looked at it. {HOSTILE}  ")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tasks/{task['id']}")
    assert tasks(desk) == []
    (closed,) = tasks(desk, resolved="yes")
    assert (closed["resolved_by"], closed["note"]) == ("ingrid", f"Looked at it. {HOSTILE}")
    page = opened(desk.client.get(f"/tasks/{task['id']}"))
    assert "ingrid" in page.text
    assert not page.all("textarea")
    assert "settled: ingrid" in opened(desk.client.get("/tasks?resolved=yes")).text


@pytest.mark.parametrize("note", ["", "   ", "x" * 2_001])
def test_without_a_note_it_stays_open_and_the_page_says_why(desk: Desk, note: str) -> None:
    (task,) = tasks(desk)
    answer = settled(desk, task["id"], note)
    assert answer.status_code == 422
    assert "Say in the note why" in opened(answer).text
    assert len(tasks(desk)) == 1


def test_what_somebody_settled_before_keeps_its_note(desk: Desk) -> None:
    (task,) = tasks(desk)
    token = desk.token(f"/tasks/{task['id']}")
    settled(desk, task["id"], "The first word.")
    answer = desk.client.post(f"/tasks/{task['id']}", data={"csrf": token, "note": "Another."})
    assert "Somebody settled it before." in opened(answer).text
    (closed,) = tasks(desk, resolved="yes")
    assert closed["note"] == "The first word."


def test_there_is_nothing_to_settle_under_an_id_that_is_none(desk: Desk) -> None:
    answer = desk.client.post("/tasks/none", data={"csrf": desk.token("/"), "note": "x"})
    assert answer.status_code == 404
    opened(answer)


def test_events_that_nobody_understands_are_settled_the_same_way(desk: Desk) -> None:
    context = desk.front.context
    given = identity.enrol(context, EnrolRequest("odd-1", identity.new_code(context, SITE, "odd-1")))
    assert isinstance(given, Enrolment)
    log = Log("odd-1")
    push = log.push([replace(log.sent(b"{"), form="sealed")])
    answer = desk.client.post("/v1/events", content=pushing.body(push), headers=pushing.headers(given.token))
    assert answer.status_code == 200, answer
    kinds = {task["kind"] for task in tasks(desk)}
    assert kinds == {"conflict", "quarantine"}
    (odd,) = tasks(desk, kind="quarantine")
    opened(desk.client.get(f"/tasks/{odd['id']}"))
    assert settled(desk, odd["id"], "Another version wrote it.").status_code == 303
    assert tasks(desk, kind="quarantine") == []


def test_of_many_tasks_the_newest_are_listed_and_it_is_said_that_there_are_more(desk: Desk) -> None:
    def many(connection: Connection) -> None:
        for number in range(MOST_TASKS + 5):
            id_ = open_task(connection, Matter(SITE, FORK, "station", f"old-{number:04}", (number,)), {}, NOON + number)
            resolve(connection, SITE, id_, Settled("mira", "seen", NOON + number))
        open_task(connection, Matter(SITE, FORK, "station", "newest", (0,)), {}, NOON + 10_000)

    for path in ("/tasks", "/troubles", "/"):
        assert f"first {MOST_TASKS}" not in opened(desk.client.get(path)).text
    transaction(desk.engine, many)
    page = opened(desk.client.get("/tasks?resolved=yes"))
    assert "newest" in page.text
    assert "old-0000" not in page.text
    assert f"first {MOST_TASKS}" in page.text


def test_of_many_exceptions_it_is_said_that_not_all_are_counted(desk: Desk) -> None:
    def many(connection: Connection) -> None:
        for number in range(MOST_TROUBLES):
            open_task(connection, Matter(SITE, FORK, "station", "dock-1", (number,)), {}, NOON + number)

    transaction(desk.engine, many)
    for path in ("/troubles", "/"):
        assert f"first {MOST_TROUBLES}" in opened(desk.client.get(path)).text
