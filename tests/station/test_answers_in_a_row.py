"""The same answer scanned for one question after the other, as quick hands do, and the same pull of the trigger read twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_bench import badge_of, command, demo_site, engine_in, eventually

from drivers.contract import DeviceState, Listener, Read, StateChange
from rl_station.devices import BoundScanner, DeviceSet
from rl_station.station.running import RunningStation
from rl_station.tui.contract import View

SITE = demo_site()
MS = 1_000_000


class Clocked:
    """A scanner whose reads come when the test says they came."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.now_ns = 0
        self._listener: Listener | None = None

    def start(self, listener: Listener) -> None:
        self._listener = listener
        listener(StateChange(self.name, DeviceState.READY))

    def stop(self) -> None:
        """Nothing runs."""

    def read(self, code: str, *, after_ms: int) -> None:
        assert self._listener is not None
        self.now_ns += after_ms * MS
        self._listener(Read(self.name, code.encode(), self.now_ns))


class Desk:
    """A running station with such a scanner, debounced as delivered, and a parcel whose condition is asked."""

    def __init__(self, folder: Path) -> None:
        self.scanner = Clocked("bench")
        devices = DeviceSet([BoundScanner("bench", "clocked", self.scanner, debounce_ms=400)])
        self.station = RunningStation(lambda: engine_in(folder, SITE), devices)
        self.views: list[View] = []
        self.station.start()
        self.station.subscribe(self.views.append)
        for code in (badge_of(SITE), command("RECEIVE"), SITE.reference.facts.returns[0].tracking[0]):
            self.read(code, after_ms=1000)
        assert self.step == "condition"

    @property
    def step(self) -> str:
        return self.views[-1].prompt.step

    def read(self, code: str, *, after_ms: int) -> str:
        """The code of the message that answers it."""
        before = self._seq
        self.scanner.read(code, after_ms=after_ms)
        eventually(lambda: self._seq > before)
        found = self.views[-1].result
        assert found is not None
        return found.message.code

    @property
    def _seq(self) -> int:
        found = self.views[-1].result
        return found.seq if found else 0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    it = Desk(tmp_path)
    yield it
    it.station.stop()


def test_the_same_answer_to_the_next_question_counts_at_once(desk: Desk) -> None:
    desk.read(command("ANSWER1"), after_ms=1000)
    assert desk.step == "hazard"
    desk.read(command("ANSWER1"), after_ms=160)
    assert desk.step == "plate"


def test_one_pull_of_the_trigger_never_answers_two_questions(desk: Desk) -> None:
    desk.read(command("ANSWER1"), after_ms=1000)
    assert desk.read(command("ANSWER1"), after_ms=149) == "station.duplicate_ignored"
    assert desk.step == "hazard"


def test_an_answer_that_was_not_taken_is_debounced_as_ever(desk: Desk) -> None:
    assert desk.read(command("ANSWER9"), after_ms=1000) == "choice.unknown"
    assert desk.read(command("ANSWER9"), after_ms=300) == "station.duplicate_ignored"


def test_undo_read_twice_takes_one_step_back(desk: Desk) -> None:
    desk.read(command("ANSWER1"), after_ms=1000)
    desk.read(command("UNDO"), after_ms=1000)
    assert desk.step == "condition"
    assert desk.read(command("UNDO"), after_ms=300) == "station.duplicate_ignored"
    assert desk.step == "condition"


def test_a_parcel_code_read_twice_is_a_duplicate_although_the_prompt_has_changed(desk: Desk) -> None:
    tracking = SITE.reference.facts.returns[0].tracking[0]
    assert desk.read(tracking, after_ms=300) == "station.duplicate_ignored"
