"""Replicas on a real PostgreSQL that get into each other's way: what the database calls off is tried again, and stored once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sim_run import quiet
from sim_world import Clock
from sqlalchemy import Connection, Engine, text

from rl_station.central import identity
from rl_station.central.calls import Request, Response
from rl_station.central.database import open_engine, transaction
from rl_station.central.front import Front
from rl_station.domain.sync_wire import MEDIA_TYPE, EnrolRequest, Push, pack

SITE = "site-1"


def together(*works: Callable[[], object]) -> list[object]:
    """All at the same time; an error of any is raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result() for each in [pool.submit(work) for work in works]]


def two_rows(engine: Engine) -> None:
    def make(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE pair (name text PRIMARY KEY, value int)"))
        connection.execute(text("INSERT INTO pair VALUES ('a', 0), ('b', 0)"))

    transaction(engine, make)


def raise_both(order: str, meet: Callable[[], None], tries: list[str]) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        tries.append(order)
        connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        first, second = order
        connection.execute(text("UPDATE pair SET value = value + 1 WHERE name = :name"), {"name": first})
        meet()
        connection.execute(text("UPDATE pair SET value = value + 1 WHERE name = :name"), {"name": second})

    return work


def once(barrier: threading.Barrier) -> Callable[[], None]:
    """Waits for the other at the first try only."""
    seen = threading.local()

    def meet() -> None:
        if not getattr(seen, "met", False):
            seen.met = True
            barrier.wait(10)

    return meet


def test_a_deadlock_is_tried_again_until_both_have_committed(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url)
    two_rows(engine)
    tries: list[str] = []
    barrier = threading.Barrier(2)
    together(
        *(lambda order=order: transaction(engine, raise_both(order, once(barrier), tries)) for order in ("ab", "ba"))
    )
    with engine.connect() as connection:
        assert connection.execute(text("SELECT value FROM pair ORDER BY name")).scalars().all() == [2, 2]
    assert len(tries) > 2
    engine.dispose()


def test_a_serialization_failure_is_tried_again_until_both_have_committed(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url)
    two_rows(engine)
    tries: list[int] = []
    barrier = threading.Barrier(2)

    def adding(meet: Callable[[], None]) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            tries.append(1)
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
            total = connection.execute(text("SELECT sum(value) FROM pair")).scalar_one()
            meet()
            connection.execute(text("UPDATE pair SET value = :total + 1 WHERE name = 'a'"), {"total": total})

        return work

    together(*(lambda: transaction(engine, adding(once(barrier))) for _ in range(2)))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT sum(value) FROM pair")).scalar_one() == 2
    assert len(tries) > 2
    engine.dispose()


def pushes_of_a_day() -> list[Push]:
    """A station's pushes, a few events each, in order."""
    taken: list[Push] = []
    with quiet() as site:
        (machine,) = site.machines
        for _ in range(40):
            machine.work()
        uplink, lives = machine.uplink, machine.outbox.lives()
        assert uplink is not None
        done = 0
        while done < machine.outbox.head():
            batch = machine.outbox.batch(done, 3, 1 << 20)
            last = batch[-1][0]
            taken.append(
                Push(
                    station=machine.station,
                    life=lives[0],
                    first=done + 1,
                    previous=machine.outbox.hash_at(done),
                    events=tuple(sent for _, sent in batch),
                    sent_at=machine.clock.now(),
                    head=machine.outbox.hash_at(last),
                )
            )
            done = last
    return taken


def test_two_replicas_racing_for_one_station_store_every_event_once(postgresql_url: str) -> None:
    pushes = pushes_of_a_day()
    with quiet() as site:
        clock = Clock(site.world)
        fronts = [Front(open_engine(postgresql_url), clock) for _ in range(2)]
        for front in fronts:
            front.prepare()
        code = identity.new_code(fronts[0].context, SITE, pushes[0].station)
        token = identity.enrol(fronts[0].context, EnrolRequest(pushes[0].station, code)).token
        headers = {"content-type": MEDIA_TYPE, "authorization": f"Bearer {token}"}

        def drain(front: Front, chance: random.Random) -> None:
            """Like a station that hears of nobody: begins anywhere, and goes on wherever it is told to."""
            place = 0
            while place < len(pushes):
                answer: Response = front.answer(
                    Request("POST", "/v1/events", headers=headers, body=pack(pushes[place]))
                )
                assert answer.status == 200 or b"gap" in answer.body, answer.body
                place = place + 1 if answer.status == 200 else chance.randrange(place + 1)

        chances = [random.Random(seed) for seed in (1, 2)]  # noqa: S311  # no secret, only variety
        together(*(partial(drain, front, chance) for front, chance in zip(fronts, chances, strict=True)))
        with fronts[0].context.engine.connect() as connection:
            stored = connection.execute(text("SELECT seq FROM event ORDER BY seq")).scalars().all()
            work = connection.execute(text("SELECT sum(count) FROM work")).scalar_one()
        expected = sum(len(push.events) for push in pushes)
        assert stored == list(range(1, expected + 1))
        assert work == _work_of(pushes)
        for front in fronts:
            front.context.engine.dispose()


def _work_of(pushes: list[Push]) -> int:
    """What a server that nobody races counts."""
    with quiet() as site:
        answer = None
        machine = site.machines[0]
        token = machine.token()
        assert token is not None
        headers = {"content-type": MEDIA_TYPE, "authorization": f"Bearer {token.token}"}
        for push in pushes:
            answer = site.centre.answer(Request("POST", "/v1/events", headers=headers, body=pack(push)))
            assert answer.status == 200, answer.body
        return int(site.centre.rows("SELECT sum(count) FROM work")[0][0])
