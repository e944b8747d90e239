"""What waits for the engine has an end, and whoever scans into a full station hears that it did not count."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_bench import badge_of, demo_site, engine_in, eventually

from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundScanner, DeviceSet, DeviceState
from rl_station.station.inbox import CAPACITY, Inbox
from rl_station.station.running import RunningStation
from rl_station.store import open_reader
from rl_station.tui.contract import ResultTone, View
from rl_station.workflow.inputs import Command, Commanded

SITE = demo_site()


def nothing() -> None:
    """Nobody waits for room."""


def test_everything_comes_out_in_order() -> None:
    inbox: Inbox[int] = Inbox(4)
    for number in range(3):
        inbox.put_scan(number)
        inbox.put(-number)
    inbox.close()
    given = [inbox.get(nothing) for _ in range(7)]
    assert given == [0, 0, 1, -1, 2, -2, None]


def test_it_is_full_until_half_of_the_scans_are_done_and_says_so_once() -> None:
    inbox: Inbox[int] = Inbox(4)
    rooms: list[int] = []
    for number in range(4):
        assert not inbox.full
        inbox.put_scan(number)
    assert inbox.full
    fullness = []
    for _ in range(4):
        inbox.get(lambda: rooms.append(1))
        fullness.append(inbox.full)
    assert fullness == [True, False, False, False]
    assert rooms == [1]


def test_housekeeping_takes_no_scans_place() -> None:
    inbox: Inbox[int] = Inbox(2)
    for number in range(100):
        inbox.put(number)
    assert not inbox.full
    inbox.put_scan(1)
    assert not inbox.full


class HeldStation(RunningStation):
    """Its engine can be held, as a disk does that does not answer."""

    def hold(self, release: threading.Event) -> None:
        held = threading.Event()

        def wait(_: object) -> None:
            held.set()
            release.wait(60)

        self._work.put(wait)
        assert held.wait(20)


class Stalled:
    """A held station with its scanner, and all it told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scanner = SimulatedScanner(name="bench")
        bound = BoundScanner("bench", "simulated", self.scanner, debounce_ms=60_000)
        self.devices = DeviceSet([bound])
        self.station = HeldStation(lambda: engine_in(folder, SITE), self.devices)
        self.last: View | None = None
        self.told: list[tuple[str, str]] = []
        self.release = threading.Event()
        self.station.start()
        self.station.subscribe(self._heard)

    def _heard(self, view: View) -> None:
        if view.result is not None and (self.last is None or self.last.result != view.result):
            self.told.append((view.result.message.code, view.result.echo))
        self.last = view

    def noticed(self) -> list[object]:
        notices = self.last.status.notices if self.last else ()
        return [dict(notice.params)["count"] for notice in notices if notice.code == "station.not_taken"]

    def line_state(self) -> tuple[DeviceState, int, int]:
        (found,) = self.devices.status()
        return found.state, found.good_reads, found.overflowed


@pytest.fixture
def stalled(tmp_path: Path) -> Iterator[Stalled]:
    made = Stalled(tmp_path)
    yield made
    made.release.set()
    made.station.stop()


def test_a_scan_into_a_full_station_is_told_as_not_taken_and_counts_nowhere(stalled: Stalled) -> None:
    stalled.scanner.push(badge_of(SITE))
    eventually(lambda: stalled.told != [])
    stalled.station.hold(stalled.release)
    for number in range(CAPACITY + 5):
        stalled.scanner.push(f"JUNK{number}")
    eventually(lambda: stalled.line_state() == (DeviceState.DEGRADED, CAPACITY + 1, 5))
    view = stalled.last
    assert view is not None
    assert view.result is not None
    assert (view.result.message.code, view.result.tone) == ("station.not_taken", ResultTone.BAD)
    assert ("station.not_taken", f"JUNK{CAPACITY}") in stalled.told
    assert stalled.noticed() != []
    # Keys are told the same.
    before = len(stalled.told)
    stalled.station.submit(Commanded(Command.RECEIVE))
    eventually(lambda: stalled.noticed() == [6])
    assert len(stalled.told) <= before + 1
    stalled.release.set()
    eventually(lambda: "station.taken_again" in [code for code, _ in stalled.told])
    eventually(lambda: stalled.line_state()[0] is DeviceState.READY)
    stalled.scanner.push(f"JUNK{CAPACITY}")
    eventually(lambda: stalled.told[-1][1] == f"JUNK{CAPACITY}")
    stalled.station.stop()
    with open_reader(stalled.folder) as reader:
        raws = [line.source.raw for line in reader.log() if line.source]
    assert raws[1:] == [f"JUNK{number}" for number in range(CAPACITY + 1)]
    assert "bad" in stalled.scanner.tones
