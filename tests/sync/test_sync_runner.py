"""The thread that syncs: it wakes, waits, follows the enrolment file, tells what goes wrong, and stops when asked."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faulty_centre import Centre, Reply, Serve, lost_request

from rl_station.central.calls import Request
from rl_station.domain.events import CodeTraced
from rl_station.station.clocks import SystemClock
from rl_station.station.sync import StationSync, StoreWork
from rl_station.store import Store
from rl_station.sync import enrolment
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.http_channel import HttpChannel
from rl_station.sync.retry import Pause
from rl_station.sync.runner import Runner, Sides
from rl_station.sync.state import SyncState, Trouble, read_state, trouble
from rl_station.tui.contract import Link

STATION = "dock-01"


def eventually(condition: Callable[[], bool], within: float = 20.0) -> None:
    until = time.monotonic() + within
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


class Bench:
    """A store and its sync, with a lock in the place of the engine's thread."""

    def __init__(self, folder: Path, centre: Centre) -> None:
        self.folder = folder
        self.centre = centre
        centre.clock.at = SystemClock().now()
        self.store = Store.open(folder, station=STATION, prefix="D01", clock=SystemClock(), purpose="live", ballast=0)
        self.turn = threading.Lock()
        self.changes = 0
        self.sync = StationSync(folder, STATION, SystemClock())

    def start(self) -> None:
        self.sync.start(self.post, self.changed)

    def post(self, work: StoreWork) -> None:
        with self.turn:
            work(self.store)

    def changed(self) -> None:
        self.changes += 1

    def enrol(self) -> Enrolled:
        channel = HttpChannel(self.centre.url)
        enrolled = enrolment.enrol(channel, self.centre.url, STATION, self.centre.code(STATION))
        channel.close()
        enrolment.write(self.folder, enrolled)
        return enrolled

    def work(self, events: int = 1) -> None:
        with self.turn:
            self.store.append([CodeTraced(kind="tracking", value="x")] * events, operator="ada")
        self.sync.wake()

    def waiting(self) -> int:
        with self.turn:
            return self.store.unsynced().waiting

    def close(self) -> None:
        self.sync.stop()
        self.store.close()


@pytest.fixture
def bench(tmp_path: Path, centre: Centre) -> Iterator[Bench]:
    made = Bench(tmp_path / "station", centre)
    yield made
    made.close()


def test_a_station_that_is_not_enrolled_works_as_before(bench: Bench) -> None:
    bench.start()
    bench.work()
    assert bench.sync.link is Link.NONE
    assert bench.sync.notices(None) == ()
    assert bench.waiting() == 1


@pytest.mark.slow
def test_an_enrolment_is_followed_while_the_station_works(bench: Bench) -> None:
    bench.start()
    bench.work(5)
    bench.enrol()
    eventually(lambda: bench.sync.link is Link.UP)
    eventually(lambda: bench.waiting() == 0)
    assert bench.changes > 0
    (bench.folder / enrolment.FILE).unlink()
    eventually(lambda: bench.sync.link is Link.NONE)


def test_a_new_event_goes_at_once(bench: Bench) -> None:
    bench.enrol()
    bench.start()
    eventually(lambda: bench.sync.link is Link.UP)
    for _ in range(5):
        bench.work()
        eventually(lambda: bench.waiting() == 0, within=5.0)


def test_the_link_goes_down_and_comes_back_without_a_new_scan(bench: Bench, centre: Centre) -> None:
    bench.enrol()
    bench.start()
    eventually(lambda: bench.sync.link is Link.UP)
    centre.always = lost_request
    bench.work(3)
    eventually(lambda: bench.sync.link is Link.DOWN)
    assert bench.waiting() == 3
    centre.always = None
    eventually(lambda: bench.waiting() == 0)
    eventually(lambda: bench.sync.link is Link.UP)


def test_a_revoked_station_goes_on_at_once_when_it_is_enrolled_again(bench: Bench, centre: Centre) -> None:
    bench.enrol()
    bench.start()
    eventually(lambda: bench.sync.link is Link.UP)
    centre.revoke(STATION)
    bench.work(3)
    eventually(lambda: [notice.code for notice in bench.sync.notices(None)] == ["station.sync_refused"])
    bench.enrol()
    eventually(lambda: bench.waiting() == 0)
    assert bench.sync.notices(None) == ()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"url": "ftp://x"}', b"\xff"])
def test_an_enrolment_file_that_cannot_be_used_is_told(bench: Bench, content: bytes) -> None:
    bench.folder.joinpath(enrolment.FILE).write_bytes(content)
    bench.start()
    eventually(lambda: [notice.code for notice in bench.sync.notices(None)] == ["station.sync_refused"])
    assert bench.sync.link is Link.DOWN
    bench.enrol()
    eventually(lambda: bench.sync.link is Link.UP)


def test_another_station_s_enrolment_is_not_used(bench: Bench, centre: Centre) -> None:
    enrolled = bench.enrol()
    enrolment.write(
        bench.folder,
        Enrolled(
            url=enrolled.url,
            site=enrolled.site,
            station="dock-02",
            token=enrolled.token,
            server_key=enrolled.server_key,
        ),
    )
    bench.start()
    eventually(lambda: bench.sync.link is Link.DOWN)
    assert bench.sync.state is not None
    assert bench.sync.state.trouble is not None
    assert "dock-02" in bench.sync.state.trouble.told
    assert centre.pushes == []


def test_it_stops_within_a_second_or_so_although_the_server_says_nothing(bench: Bench, centre: Centre) -> None:
    asked, over = threading.Event(), threading.Event()

    def silent(request: Request, serve: Serve) -> Reply:
        asked.set()
        over.wait(20)
        return None

    bench.enrol()
    centre.always = silent
    bench.start()
    assert asked.wait(20)
    stopped = threading.Thread(target=bench.sync.stop)
    stopped.start()
    stopped.join(10)
    hangs = stopped.is_alive()
    over.set()
    stopped.join()
    assert not hangs


def test_how_it_goes_is_written_for_other_programs(bench: Bench) -> None:
    bench.enrol()
    bench.start()
    bench.work(3)
    eventually(lambda: bench.waiting() == 0)
    bench.sync.stop()
    written = read_state(bench.folder)
    assert written.link == "up"
    assert written.receipt is not None
    assert written.receipt.through == 3
    assert "token" not in (bench.folder / "sync.json").read_text()


def test_the_token_is_for_the_station_s_user_only(bench: Bench) -> None:
    bench.enrol()
    assert (bench.folder / enrolment.FILE).stat().st_mode & 0o777 == 0o600


class Broken:
    """A side with a fault of its own."""

    def __init__(self) -> None:
        self.state = SyncState(link="up")
        self.trouble: Trouble | None = None
        self.steps = 0

    def step(self, now: int) -> Pause:
        self.steps += 1
        raise RuntimeError("no such thing")


class Sound(Broken):
    def step(self, now: int) -> Pause:
        self.steps += 1
        return Pause(10_000)


@pytest.mark.parametrize("which", ["uplink", "other"])
def test_a_fault_in_one_side_becomes_a_state_and_holds_up_no_other(bench: Bench, which: str) -> None:
    bench.enrol()
    broken, sound = Broken(), Sound()
    sides = Sides(broken, (sound,)) if which == "uplink" else Sides(sound, (broken,))
    seen: list[str] = []

    def told() -> None:
        state = runner.state
        seen.append(state.trouble.code if state is not None and state.trouble is not None else "")

    chance = random.Random(1)  # noqa: S311  # only spreads retries
    runner = Runner(bench.folder, lambda enrolled, before: sides, clock=SystemClock(), chance=chance, told=told)
    runner.start()
    eventually(lambda: sound.steps > 5 and broken.steps == 1)
    assert seen[-1] == "fault"
    assert runner.state is not None
    assert runner.state.link == ("down" if which == "uplink" else "up")
    runner.stop()


def test_what_keeps_the_way_down_from_going_is_told_though_the_way_up_is_fine(bench: Bench) -> None:
    bench.enrol()
    up, down = Sound(), Sound()
    down.trouble = trouble("unauthorized", "no", 1)
    chance = random.Random(1)  # noqa: S311  # only spreads retries
    sides = Sides(up, (down,))
    runner = Runner(
        bench.folder, lambda enrolled, before: sides, clock=SystemClock(), chance=chance, told=bench.changed
    )
    runner.start()
    eventually(lambda: (state := runner.state) is not None and state.trouble == down.trouble and state.link == "up")
    runner.stop()


def test_sides_that_cannot_be_made_are_a_state_too(bench: Bench) -> None:
    bench.enrol()

    def make(enrolled: Enrolled, before: SyncState) -> Sides:
        raise ZeroDivisionError

    chance = random.Random(1)  # noqa: S311  # only spreads retries
    runner = Runner(bench.folder, make, clock=SystemClock(), chance=chance, told=lambda: None)
    runner.start()
    eventually(lambda: (state := runner.state) is not None and state.trouble is not None)
    runner.stop()


def test_old_knowledge_of_other_stations_is_told_while_the_centre_cannot_be_reached(
    bench: Bench, centre: Centre
) -> None:
    bench.enrol()
    bench.start()
    hours_ago = SystemClock().now() - 3 * 3_600_000_000 - 1
    eventually(lambda: bench.sync.link is Link.UP)
    assert bench.sync.notices(hours_ago) == ()
    centre.always = lost_request
    bench.work()
    eventually(lambda: bench.sync.link is Link.DOWN)
    assert [(notice.code, dict(notice.params)) for notice in bench.sync.notices(hours_ago)] == [
        ("station.known_old", {"hours": 3})
    ]
    assert bench.sync.notices(SystemClock().now()) == ()
