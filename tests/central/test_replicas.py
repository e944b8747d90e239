"""Two servers, each a process, on one PostgreSQL: they share nothing else, and it never shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from typing import TypeVar

import msgspec
import pushing
import pytest
from benchmarks.central_process import CentralProcess
from pushing import Log
from raw_http import Answered
from served import Served

from rl_station.domain.events import ParcelReceived
from rl_station.domain.sync_wire import MEDIA_TYPE, Ack, Enrolment, EnrolRequest, Item, Page, pack

pytestmark = pytest.mark.slow

STATIONS = 4
PUSHES = 30
T = TypeVar("T")


@pytest.fixture
def replicas(postgresql_url: str) -> Iterator[list[Served]]:
    """Started at the same moment on an empty database, which both of them want to fill."""
    processes = [CentralProcess(postgresql_url) for _ in range(2)]
    try:
        for process in processes:
            process.start(wait=False)
        for process in processes:
            process.wait_until_ready()
        made = [Served(process) for process in processes]
        yield made
        for each in made:
            each.engine.dispose()
    finally:
        for process in processes:
            process.close()


def at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(len(work)) as pool:
        return [each.result() for each in [pool.submit(each) for each in work]]


def pushed(replica: Served, token: str, body: bytes) -> Answered:
    return replica.ask("POST", "/v1/events", pushing.headers(token), body)


def test_a_push_that_reaches_both_at_once_is_stored_once(replicas: list[Served]) -> None:
    token = replicas[0].enrol("dock-1").token
    log = Log("dock-1")
    for number in range(PUSHES):
        push = log.push([received("dock-1", number)])
        body = pushing.body(push)
        answers = at_once([partial(pushed, each, token, body) for each in replicas * 2])
        acks = [msgspec.msgpack.decode(answer.body, type=Ack) for answer in answers]
        assert sorted((ack.stored, ack.known) for ack in acks) == [(0, 1), (0, 1), (0, 1), (1, 0)]
        assert {(ack.through, ack.head) for ack in acks} == {(number + 1, push.head)}
        log = log.after(push)
    assert replicas[0].rows()["event"] == PUSHES


def test_a_code_shown_to_both_at_once_enrols_one(replicas: list[Served]) -> None:
    for number in range(5):
        name = f"dock-{number}"
        code = json.loads(replicas[0].command("enroll", name, "--json"))["code"]
        body = pack(EnrolRequest(station=name, code=code))
        headers = {"Content-Type": MEDIA_TYPE}
        answers = at_once([partial(each.ask, "POST", "/v1/enrol", headers, body) for each in replicas * 2])
        assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]


def test_both_are_the_same_server_to_a_station(replicas: list[Served]) -> None:
    told: list[Enrolment] = [each.enrol(f"dock-{number}") for number, each in enumerate(replicas)]
    assert told[0].server_key == told[1].server_key
    assert told[0].incarnation == told[1].incarnation


def test_who_follows_now_one_and_now_the_other_misses_nothing_that_stations_send_to_both(
    replicas: list[Served],
) -> None:
    tokens = {f"dock-{number}": replicas[0].enrol(f"dock-{number}").token for number in range(STATIONS)}
    follower = replicas[0].enrol("sort-1").token
    with ThreadPoolExecutor(STATIONS) as pool:
        working = [pool.submit(work, replicas, name, token) for name, token in tokens.items()]
        known: dict[tuple[str, str], Item] = {}
        cursor = ""
        turn = cycle(replicas)
        while not all(each.done() for each in working):
            cursor = follow(next(turn), follower, cursor, known)
        for each in working:
            each.result()
    follow(replicas[0], follower, cursor, known)
    whole: dict[tuple[str, str], Item] = {}
    follow(replicas[1], follower, "", whole)
    assert len(whole) == STATIONS * PUSHES
    assert known == whole


def work(replicas: list[Served], name: str, token: str) -> None:
    """One station whose every push goes to the other replica than the one before."""
    log = Log(name)
    for number, replica in zip(range(PUSHES), cycle(replicas), strict=False):
        push = log.push([received(name, number)])
        answer = pushed(replica, token, pushing.body(push))
        assert answer.status == 200, answer
        log = log.after(push)


def follow(replica: Served, token: str, cursor: str, known: dict[tuple[str, str], Item]) -> str:
    """Take page after page until there is nothing more; the cursor behind it."""
    while True:
        answer = replica.ask("GET", f"/v1/feed?limit=20&cursor={cursor}", {"Authorization": f"Bearer {token}"})
        assert answer.status == 200, answer
        page = msgspec.msgpack.decode(answer.body, type=Page)
        known.update({(item.kind, item.key): item for item in page.items})
        cursor = page.cursor
        if not page.more and not page.snapshot:
            return cursor


def received(station: str, number: int) -> ParcelReceived:
    return ParcelReceived(parcel=f"RLP{station}-{number}", outcome="blind", keys=(("tracking", f"{station}{number}"),))
