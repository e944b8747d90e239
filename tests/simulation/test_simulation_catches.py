"""The simulation with a broken part in it must notice; a simulation that cannot fail proves nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from pysqlite3 import dbapi2
from sim_centre import Centre
from sim_run import Parts, run
from sim_station import Machine

from rl_station.central.calls import Request, Response
from rl_station.domain.sync_wire import Page, Sent
from rl_station.station.sync import StoreOutbox
from rl_station.sync.downlink import Downlink
from rl_station.sync.retry import Pause

SEEDS = range(1, 41)


def caught(parts: Parts, *said: str) -> None:
    """In one of the seeds the broken part shows, by one of these words."""
    for seed in SEEDS:
        broken = run(seed, parts).broken
        if broken:
            assert any(word in broken for word in said), broken
            return
    raise AssertionError(f"not noticed in {len(SEEDS)} seeds")


class EagerOutbox(StoreOutbox):
    """Takes for acknowledged what is only on its way."""

    def batch(self, since: int, most_events: int, most_bytes: int) -> Sequence[tuple[int, Sent]]:
        found = super().batch(since, most_events, most_bytes)
        self.acknowledge(found[-1][0])
        return found


class DeafOutbox(StoreOutbox):
    """Takes another copy's events for its own, and goes on."""

    def fork(self, at: int) -> None:
        self.acknowledge(self.head())


class CarelessCentre(Centre):
    """Counts the work of a push that it had already once more."""

    def answer(self, request: Request, *, kill_after: int | None = None) -> Response:
        before = self.rows("SELECT count(*) FROM event")
        answer = super().answer(request, kill_after=kill_after)
        if request.path == "/v1/events" and answer.status == 200 and before == self.rows("SELECT count(*) FROM event"):
            with contextlib.closing(dbapi2.connect(self.path)) as connection, connection:
                connection.execute("UPDATE work SET count = count + 1")
        return answer


class StaleCentre(Centre):
    """Leaves units where they were counted first, whatever is decided on them afterwards."""

    def answer(self, request: Request, *, kill_after: int | None = None) -> Response:
        answer = super().answer(request, kill_after=kill_after)
        with contextlib.closing(dbapi2.connect(self.path)) as connection, connection:
            connection.execute("UPDATE item SET counted = x'' WHERE kind = 'unit' AND disposition = 'resell'")
        return answer


class TrustingDownlink(Downlink):
    """Takes any page for the answer to what it asked."""

    def _taken(self, asked: str, page: Page, now: int) -> Pause:
        return super()._taken(asked, replace(page, asked=asked), now)


def with_outbox(kind: type[StoreOutbox], **more: object) -> Parts:
    def machine(*given: object) -> Machine:
        made = Machine(*given)
        made.make_outbox = kind
        return made

    return Parts(machine=machine, **more)


def with_downlink(kind: type[Downlink], **more: object) -> Parts:
    def machine(*given: object) -> Machine:
        made = Machine(*given)
        made.make_downlink = kind
        return made

    return Parts(machine=machine, **more)


def test_the_simulation_catches_an_acknowledgement_before_the_answer() -> None:
    parts = with_outbox(EagerOutbox, weather={"lost on the way there": 1}, troubles=("storm",))
    caught(parts, "are not at the centre", "still waits", "was restored")


@pytest.mark.slow
def test_the_simulation_catches_a_fork_that_is_ignored() -> None:
    caught(with_outbox(DeafOutbox, troubles=("station cloned",)), "are not at the centre", "still waits")


def test_the_simulation_catches_work_that_is_counted_twice() -> None:
    caught(Parts(centre=CarelessCentre), "work is counted")


def test_the_simulation_catches_a_unit_that_is_counted_where_it_no_longer_is() -> None:
    caught(Parts(centre=StaleCentre), "units are counted as decided")


@pytest.mark.slow
def test_the_simulation_catches_a_page_that_answers_another_question() -> None:
    parts = with_downlink(TrustingDownlink, weather={"answer of another request": 1}, troubles=("storm",))
    caught(parts, "has not heard of")
