"""The PIN at a running station: checked beside the engine, kept nowhere, locked after ten wrong ones, also after a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engine_bench import command, demo_site, engine_in, eventually

from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundScanner, DeviceSet
from rl_station.domain import site_codes
from rl_station.domain.events import PinRefused, Recorded, SupervisionBegun, SupervisionEnded
from rl_station.domain.scan import ScanSource
from rl_station.i18n import Translator
from rl_station.station.clocks import ReplayClock
from rl_station.station.compose import desk_of
from rl_station.station.pins import PinDesk, PinError, hashed, matches
from rl_station.station.running import RunningStation
from rl_station.station.supervisor_desk import Desk, SupervisorDesk
from rl_station.store import open_reader
from rl_station.tui.contract import ResultTone, View, Wanted
from rl_station.workflow import Command, Commanded
from rl_station.workflow.actions import Hold
from rl_station.workflow.inputs import Acted

SITE = demo_site()
PEPPER = b"a pepper of these tests"
PIN, WRONG = "314159265358", "918273645012"
"""Longer than any number that might stand in a database by chance."""
HASH = hashed("ingrid", PIN, PEPPER)
INGRID, PRIYA = (site_codes.make("B", badge) for badge in ("100901", "100301"))
MINUTE = 60_000_000
NOON = 1_795_262_400_000_000


class Floor:
    """A running station, and a supervisor who stands at it."""

    def __init__(self, folder: Path, clock: ReplayClock) -> None:
        self.folder = folder
        self.clock = clock
        self.views: list[View] = []
        self.start()

    def start(self) -> None:
        self.scanner = SimulatedScanner(name="bench")
        devices = DeviceSet([BoundScanner("bench", "simulated", self.scanner)])
        desk = Desk(desk_of(SITE, self.folder, devices).figures, PinDesk({"ingrid": HASH}, PEPPER))
        self.station = RunningStation(lambda: engine_in(self.folder, SITE, self.clock), devices, desk=desk)
        self.station.start()
        self.station.subscribe(self.views.append)

    def restart(self) -> None:
        self.station.stop()
        self.start()

    @property
    def desk(self) -> SupervisorDesk:
        assert self.station._supervisor is not None
        return self.station._supervisor

    def read(self, code: str) -> View:
        seq = self._seq()
        self.scanner.push(code)
        return self._next(seq)

    def do(self, given: Commanded | Acted) -> View:
        seq = self._seq()
        self.station.submit(given)
        return self._next(seq)

    def pin(self, typed: str) -> View:
        seq = self._seq()
        self.station.give_pin(typed)
        return self._next(seq)

    def sign_in(self) -> View:
        self.read(INGRID)
        return self.do(Commanded(Command.SUPERVISE))

    def log(self) -> list[Recorded]:
        with open_reader(self.folder) as reader:
            return list(reader.log())

    def _seq(self) -> int:
        result = self.views[-1].result if self.views else None
        return result.seq if result else 0

    def _next(self, seq: int) -> View:
        eventually(lambda: self._seq() > seq)
        return self.views[-1]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    clock = ReplayClock()
    clock.set(NOON)
    floor = Floor(tmp_path, clock)
    yield floor
    floor.station.stop()


def test_the_right_pin_opens_the_screen_and_a_wrong_one_is_told(floor: Floor) -> None:
    assert floor.sign_in().prompt.step == "pin"
    view = floor.pin(WRONG)
    assert view.result is not None
    assert view.result.tone is ResultTone.BAD
    assert Translator("en").text(view.result.message) == "WRONG PIN, 1 in a row. Try again"
    assert floor.pin(PIN).prompt.step == "overview"
    assert [type(line.event) for line in floor.log()][-2:] == [PinRefused, SupervisionBegun]


def test_ten_wrong_ones_lock_say_until_when_and_still_do_after_a_restart(floor: Floor) -> None:
    floor.sign_in()
    for _ in range(10):
        view = floor.pin(WRONG)
    assert view.result is not None
    assert dict(view.result.message.params)["when"] == NOON + 15 * MINUTE
    floor.restart()
    floor.clock.set(NOON + 14 * MINUTE)
    for _ in range(2):
        view = floor.pin(PIN)
        assert view.result is not None
        assert view.result.message.code == "pin.locked"
        assert dict(view.result.message.params)["when"] == NOON + 15 * MINUTE
        assert view.prompt.step == "pin"
    floor.clock.set(NOON + 16 * MINUTE)
    assert floor.pin(PIN).prompt.step == "overview"


def test_a_restart_far_from_the_last_wrong_pin_reads_the_lock_from_its_checkpoint(floor: Floor) -> None:
    """Others work on at the station meanwhile, so that nothing of it is in what a start has to read."""
    floor.sign_in()
    for _ in range(10):
        floor.pin(WRONG)
    floor.do(Commanded(Command.SIGN_OUT))
    for badge in (PRIYA, INGRID, PRIYA, INGRID):
        floor.read(badge)
    floor.restart()
    floor.do(Commanded(Command.SUPERVISE))
    view = floor.pin(PIN)
    assert view.result is not None
    assert view.result.message.code == "pin.locked"


def test_a_restart_closes_an_open_screen(floor: Floor) -> None:
    floor.sign_in()
    floor.pin(PIN)
    floor.restart()
    assert floor.views[-1].prompt.step == "pin"
    assert isinstance(floor.log()[-1].event, SupervisionEnded)
    view = floor.do(Acted(Hold("RLU404", "safety")))
    assert view.result is not None
    assert view.result.message.code == "supervise.not_open"


def test_a_screen_that_nobody_touches_asks_for_the_pin_again(floor: Floor) -> None:
    floor.sign_in()
    desk = floor.desk
    desk._desk = replace(desk._desk, idle_s=0.2)
    floor.pin(PIN)
    eventually(lambda: floor.views[-1].prompt.step == "pin")
    assert floor.views[-1].result is not None
    assert floor.views[-1].result.message.code == "station.left_alone"
    assert isinstance(floor.log()[-1].event, SupervisionEnded)


def test_a_screen_that_only_devices_talk_to_is_one_that_nobody_touches(floor: Floor) -> None:
    """With every result the screen looks again by itself, which is nobody's hand."""
    floor.sign_in()
    floor.pin(PIN)
    floor.station.supervise(Wanted(), lambda _: None)
    touched = floor.desk._touched
    floor.station.supervise(Wanted(), lambda _: None)
    assert floor.desk._touched == touched
    floor.station.supervise(Wanted(site=True), lambda _: None)
    assert floor.desk._touched > touched


def test_no_pin_stands_anywhere(floor: Floor, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the right one nor a wrong one, typed as a PIN or scanned by mistake: in no file, log, view or name of a thread."""
    caplog.set_level(logging.DEBUG)
    floor.sign_in()
    floor.pin(WRONG)
    floor.read(WRONG)
    floor.station.scan(PIN.encode(), device="keyboard", manual=True)
    eventually(lambda: len(floor.log()) == 5)
    floor.pin(PIN)
    floor.do(Commanded(Command.MENU))
    floor.station.stop()
    kept = b"".join(path.read_bytes() for path in floor.folder.rglob("*") if path.is_file())
    told = "".join(map(str, (floor.log(), [(view.prompt, view.result) for view in floor.views], caplog.text)))
    for pin in (PIN, WRONG):
        assert pin.encode() not in kept
        assert pin not in told
    assert b"PinRefused" in kept, "the search itself is broken"
    floor.start()


def test_digits_that_are_scanned_elsewhere_are_kept_like_any_scan(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    engine.scan(ScanSource(device="test", raw=INGRID))
    outcome = engine.scan(ScanSource(device="test", raw=WRONG))
    assert outcome.source is not None
    assert outcome.source.raw == WRONG
    engine.handle(Commanded(Command.SUPERVISE))
    outcome = engine.scan(ScanSource(device="test", raw=WRONG))
    assert outcome.source is not None
    assert outcome.source.raw == ""
    outcome = engine.scan(ScanSource(device="test", raw=command("YES")))
    assert outcome.source is not None
    assert outcome.source.raw == command("YES")
    engine.close()


def test_a_scan_is_answered_while_a_pin_is_being_checked(floor: Floor) -> None:
    """The check never has the engine wait."""
    floor.sign_in()
    checking = threading.Event()
    free = threading.Event()

    class Held(PinDesk):
        def check(self, operator, pin, answer):  # type: ignore[no-untyped-def]  # as PinDesk
            def later(ok: bool) -> None:
                checking.set()
                assert free.wait(20)
                answer(ok)

            return super().check(operator, pin, later)

    floor.desk._desk = replace(floor.desk._desk, pins=Held({"ingrid": HASH}, PEPPER))
    floor.station.give_pin(PIN)
    assert checking.wait(20)
    view = floor.read(PRIYA)
    assert view.status.operator == "Priya Nair"
    seq = view.result.seq if view.result else 0
    free.set()
    eventually(lambda: (result := floor.views[-1].result) is not None and result.seq > seq)
    last = floor.views[-1].result
    assert last is not None
    assert last.message.code == "pin.not_asked", "she has gone, and nobody takes her place"


# --- the hash itself --------------------------------------------------------------------------------------------------


def test_a_hash_fits_one_operator_one_pin_and_one_pepper() -> None:
    assert matches("ingrid", PIN, HASH, PEPPER)
    assert not matches("ingrid", WRONG, HASH, PEPPER)
    assert not matches("mara", PIN, HASH, PEPPER)
    assert not matches("ingrid", PIN, HASH, b"another pepper")
    assert not matches("ingrid", PIN, "", PEPPER)
    assert not matches("ingrid", PIN, HASH[:-4], PEPPER)
    assert hashed("ingrid", PIN, PEPPER) != HASH, "every hash has a salt of its own"
    assert HASH.startswith("$argon2id$v=19$")


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567890123", "27182a", "٢٧١٨٢٨", "111111", "121212", "123456", "654321"]
)
def test_what_is_no_pin_or_the_first_that_anybody_tries_is_not_hashed(pin: str) -> None:
    with pytest.raises(PinError):
        hashed("ingrid", pin, PEPPER)


def test_the_examples_pin_is_the_one_its_comment_says() -> None:
    assert matches("ingrid", "271828", SITE.pins["ingrid"], SITE.pin_pepper)


def test_one_pin_is_checked_at_a_time() -> None:
    free = threading.Event()

    class Held(dict[str, str]):
        def get(self, operator: str, default: object = None) -> object:  # type: ignore[override]  # as far as it is used
            assert free.wait(20)
            return super().get(operator, "")

    desk = PinDesk(Held({"ingrid": HASH}), PEPPER)
    answers: list[bool] = []
    assert desk.check("ingrid", PIN, answers.append)
    assert not desk.check("ingrid", PIN, answers.append)
    free.set()
    eventually(lambda: answers == [True])
    assert desk.check("nobody", PIN, answers.append), "the next one may be tried"
    eventually(lambda: answers == [True, False])
