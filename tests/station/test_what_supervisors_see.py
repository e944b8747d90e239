"""What a running station hands to its supervisor's screen: read on a thread of its own, for a supervisor only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engine_bench import badge_of, command, demo_site, engine_in, eventually
from msgspec.structs import replace as altered

from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundScanner, DeviceSet
from rl_station.domain.kpi import Figures, Of, Selection, Subject
from rl_station.station.clocks import SystemClock
from rl_station.station.compose import desk_of
from rl_station.station.figures import FiguresReader, Unseen, sight
from rl_station.station.running import RunningStation
from rl_station.station.supervision import SupervisionWatch
from rl_station.station.supervisor_desk import Desk
from rl_station.station.told_status import told_status
from rl_station.store import StoreError
from rl_station.tui.contract import Sight, Supervises, View, Wanted
from rl_station.workflow.actions import Declare, Reassign, Settle
from rl_station.workflow.inputs import Acted
from rl_station.workflow.knowledge import HistoryLine

SITE = demo_site()
STATION = SITE.station.id
PIN = "271828"
TO_OPEN = Selection(of="queue", name="to_open")


class Shown:
    """The sights that came, and the threads they came from."""

    def __init__(self) -> None:
        self.sights: list[Sight] = []
        self.threads: set[str] = set()

    def __call__(self, seen: Sight) -> None:
        self.threads.add(threading.current_thread().name)
        self.sights.append(seen)

    def of(self, wanted: Wanted) -> Sight:
        """The newest of these, once there is one."""
        eventually(lambda: any(each.wanted == wanted for each in self.sights))
        return next(each for each in reversed(self.sights) if each.wanted == wanted)


class Floor:
    """A running station with a scanner and the desk it has in production."""

    def __init__(self, folder: Path, site_source: FakeSite | None = None) -> None:
        self.folder = folder
        self.scanner = SimulatedScanner(name="bench")
        devices = DeviceSet([BoundScanner("bench", "simulated", self.scanner)])
        desk = desk_of(SITE, folder, devices)
        if site_source is not None:
            desk = replace(desk, site=site_source)
        self.station = RunningStation(lambda: engine_in(folder, SITE), devices, desk=desk)
        self.views: list[View] = []
        self.shown = Shown()
        self.station.start()
        self.station.subscribe(self.views.append)

    def read(self, code: str) -> View:
        before = self.views[-1].result.seq if self.views[-1].result else 0
        self.scanner.push(code)
        eventually(lambda: (result := self.views[-1].result) is not None and result.seq > before)
        return self.views[-1]

    def receive(self) -> str:
        """A parcel that waits to be opened."""
        self.read(badge_of(SITE))
        self.read(command("RECEIVE"))
        self.read(SITE.reference.facts.returns[0].tracking[0])
        self.read(command("ANSWER1"))
        self.read(command("SAFE"))
        self.read(command("NOLABEL"))
        self.read(command("MENU"))
        self.look(Wanted(selection=TO_OPEN), supervisor=True)
        [parcel] = self.shown.of(Wanted(selection=TO_OPEN)).subjects
        return parcel.id

    def supervise(self) -> None:
        self.read(badge_of(SITE, "supervisor"))
        self.read(command("SUPERVISE"))
        self.station.give_pin(PIN)
        eventually(lambda: self.views[-1].prompt.step == "overview")

    def look(self, wanted: Wanted | None, *, supervisor: bool = False) -> None:
        if supervisor:
            self.supervise()
        self.station.supervise(wanted, self.shown)


class FakeSite:
    """A centre of the simplest kind: says what it was told to, or nothing."""

    def __init__(self, figures: Figures | None = None) -> None:
        self.said = figures
        self.closed = 0

    def figures(self) -> Figures:
        if self.said is None:
            raise Unseen
        return self.said

    def selected(self, selection: Selection) -> tuple[Subject, ...]:
        return (Subject("unit", "RLUOTHER", 1, selection.name),)

    def history(self, subject: Subject) -> tuple[HistoryLine, ...]:
        return (HistoryLine(0, 1, "mara", "dock-1", "UnitGraded"),)

    def heard_at(self) -> int:
        return 77

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path)
    yield made
    made.station.stop()


def watching() -> bool:
    return any(thread.name == "supervision" for thread in threading.enumerate())


# --- who sees it, and when it is read ---------------------------------------------------------------------------------


def test_nobody_but_a_supervisor_with_the_pin_is_shown_a_figure(floor: Floor) -> None:
    for code in (
        "",
        badge_of(SITE),
        command("TRACE"),
        command("MENU"),
        badge_of(SITE, "supervisor"),
        command("SUPERVISE"),
    ):
        if code:
            floor.read(code)
        floor.look(Wanted())
        assert not watching()
    assert floor.shown.sights == []
    floor.station.give_pin(PIN)
    eventually(lambda: floor.views[-1].prompt.step == "overview")
    floor.look(Wanted())
    assert floor.shown.of(Wanted()).figures is not None


def test_it_is_read_on_a_thread_of_its_own_and_again_while_somebody_looks(floor: Floor) -> None:
    floor.look(Wanted(), supervisor=True)
    eventually(lambda: len(floor.shown.sights) >= 2)
    assert floor.shown.threads == {"supervision"}
    first, second = (each.figures for each in floor.shown.sights[:2])
    assert first is not None
    assert second is not None
    assert first.at < second.at


def test_nothing_is_read_when_nobody_looks_any_more(floor: Floor) -> None:
    floor.look(Wanted(), supervisor=True)
    floor.shown.of(Wanted())
    floor.look(None)
    eventually(lambda: not watching())
    floor.look(Wanted())
    eventually(watching)


def test_it_ends_by_itself_when_somebody_else_signs_in(floor: Floor) -> None:
    floor.look(Wanted(), supervisor=True)
    floor.shown.of(Wanted())
    floor.read(badge_of(SITE))
    eventually(lambda: not watching())


def test_the_station_stops_while_a_supervisor_looks(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    floor.look(Wanted(), supervisor=True)
    floor.shown.of(Wanted())
    floor.station.stop()
    assert not watching()


def test_a_station_without_a_desk_shows_nothing_and_takes_no_pin(tmp_path: Path) -> None:
    station = RunningStation(lambda: engine_in(tmp_path, SITE), DeviceSet([]))
    station.start()
    station.supervise(Wanted(), Shown())
    station.give_pin(PIN)
    assert not watching()
    assert isinstance(station, Supervises)
    station.stop()


# --- what is behind a figure, and what can be done --------------------------------------------------------------------


def test_from_a_queue_to_a_parcel_to_its_events_and_what_can_be_done(floor: Floor) -> None:
    parcel = floor.receive()
    wanted = Wanted(subject=Subject("parcel", parcel))
    floor.look(wanted)
    eventually(lambda: any(each.doables for each in floor.shown.sights if each.wanted == wanted))
    seen = next(each for each in reversed(floor.shown.sights) if each.wanted == wanted)
    codes = [line.fact.value.mapping["what"] for line in seen.history]
    assert codes[0] == "@event.ParcelReceived"
    assert all(line.seq for line in seen.history)
    kinds = [type(each.action) for each in seen.doables]
    assert kinds == [Reassign, Settle, Declare], "its label did not come out"
    lanes = [each.id for each in seen.doables[0].choices]
    assert lanes
    assert seen.figures is not None

    floor.station.submit(Acted(altered(seen.doables[0].action, lane=lanes[0], note="the bench is full")))
    eventually(lambda: floor.views[-1].result is not None and lanes[0] in str(floor.views[-1].result.message.params))
    floor.look(wanted)
    eventually(lambda: len(floor.shown.sights[-1].history) > len(seen.history))


def test_what_was_scanned_is_shown_with_its_events(floor: Floor) -> None:
    parcel = floor.receive()
    floor.read(parcel)
    floor.look(Wanted(scanned=True))
    eventually(lambda: floor.shown.sights[-1].subject == Subject("parcel", parcel))
    assert floor.shown.sights[-1].history


def test_a_return_that_is_only_announced_is_shown_as_one(floor: Floor) -> None:
    rma = SITE.reference.facts.returns[0].rma
    floor.supervise()
    view = floor.read(rma)
    assert view.prompt.step == "subject"
    floor.look(Wanted(scanned=True))
    eventually(lambda: any(each.subject == Subject("return", rma) for each in floor.shown.sights))
    assert (floor.shown.sights[-1].history, floor.shown.sights[-1].doables) == ((), ())


def test_every_look_up_is_told_the_same_one_too(floor: Floor) -> None:
    rma = SITE.reference.facts.returns[0].rma
    floor.supervise()
    before = floor.views[-1].looked_up
    assert floor.read(rma).looked_up == before + 1
    assert floor.read("NOTHING-OF-THAT-KIND").looked_up == before + 1
    assert floor.read(rma).looked_up == before + 2


def test_the_figures_count_what_was_done_and_what_waits(floor: Floor) -> None:
    floor.receive()
    floor.look(Wanted())
    figures = floor.shown.of(Wanted()).figures
    assert figures is not None
    received = next(each for each in figures.rates if (each.stage, each.station, each.operator) == ("received", "", ""))
    assert received.shift == 1
    assert next(each.waiting for each in figures.queues if each.queue == "to_open") == 1
    assert figures.waiting_to_sync
    assert figures.devices == (("bench", "ready", ""),)


def test_a_lost_scanner_is_an_exception_since_it_was_noticed(floor: Floor) -> None:
    floor.look(Wanted(), supervisor=True)
    floor.shown.of(Wanted())
    floor.scanner.unplug()
    eventually(lambda: any(each.kind == "scanner" for each in _newest(floor).troubles))
    [lost] = [each for each in _newest(floor).troubles if each.kind == "scanner"]
    assert (lost.subject_kind, lost.subject, lost.station) == ("device", "bench", STATION)
    before = len(floor.shown.sights)
    eventually(lambda: len(floor.shown.sights) > before + 1)
    assert lost.since in [each.since for each in _newest(floor).troubles]


def test_a_scale_that_is_not_there_is_an_exception_and_the_centre_is_told(tmp_path: Path) -> None:
    engine_in(tmp_path, SITE).close()
    devices = DeviceSet([BoundScanner("bench-scale", "serial", None, failure="no such port", kind="scale")])
    own = desk_of(SITE, tmp_path, devices).figures
    [lost] = own.figures().troubles
    own.close()
    assert (lost.kind, lost.subject_kind, lost.subject, lost.station) == ("scale", "device", "bench-scale", STATION)
    assert [(each.name, each.kind) for each in told_status(devices).devices] == [("bench-scale", "scale")]


def test_a_device_that_was_lost_while_nobody_looked_is_as_old_as_that(floor: Floor) -> None:
    floor.scanner.unplug()
    figures = floor.station._supervisor._desk.figures if floor.station._supervisor else None
    assert isinstance(figures, FiguresReader)
    eventually(lambda: "bench" in figures._lost)
    since = figures._lost["bench"]
    floor.station.scan(badge_of(SITE, "supervisor").encode(), device="keyboard", manual=True)
    floor.station.scan(command("SUPERVISE").encode(), device="keyboard", manual=True)
    eventually(lambda: floor.views[-1].prompt.step == "pin")
    floor.station.give_pin(PIN)
    eventually(lambda: floor.views[-1].prompt.step == "overview")
    floor.look(Wanted())
    seen = floor.shown.of(Wanted()).figures
    assert seen is not None
    assert [each.since for each in seen.troubles if each.kind == "scanner"] == [since]


def _newest(floor: Floor) -> Figures:
    figures = floor.shown.sights[-1].figures
    assert figures is not None
    return figures


# --- the site, and what cannot be had ---------------------------------------------------------------------------------


def test_the_site_is_what_the_centre_says_with_when_it_said_it(tmp_path: Path) -> None:
    centre = FakeSite(Figures(scope="site", site="halden", at=5))
    floor = Floor(tmp_path, centre)
    floor.look(Wanted(site=True, selection=TO_OPEN), supervisor=True)
    seen = floor.shown.of(Wanted(site=True, selection=TO_OPEN))
    assert seen.figures is not None
    assert (seen.figures.scope, seen.heard_at, seen.remark) == ("site", 77, None)
    assert [each.id for each in seen.subjects] == ["RLUOTHER"]
    floor.look(Wanted(site=True, subject=Subject("unit", "RLUOTHER")))
    history = floor.shown.of(Wanted(site=True, subject=Subject("unit", "RLUOTHER")))
    assert [line.seq for line in history.history] == [0]
    assert [each for each in history.doables if isinstance(each.action, Declare)] == [], "it is another station's"
    floor.station.stop()
    assert centre.closed


def test_without_the_centre_it_is_this_station_only_and_says_so(tmp_path: Path) -> None:
    floor = Floor(tmp_path, FakeSite())
    floor.look(Wanted(site=True), supervisor=True)
    seen = floor.shown.of(Wanted(site=True))
    assert seen.figures is not None
    assert seen.figures.scope == "station"
    assert seen.remark is not None
    assert seen.remark.code == "screen.sup.only_here"
    floor.station.stop()


def test_a_store_that_cannot_be_read_is_said_and_read_again_once_it_can(tmp_path: Path) -> None:
    of = Of(scope="station", site=SITE.id, station=STATION)
    own = FiguresReader(tmp_path, of, SITE.supervision, clock=SystemClock().now, devices=lambda: ())
    seen = sight(Wanted(), None, own, None)
    assert seen.figures is None
    assert seen.remark is not None
    assert seen.remark.mapping["reason"] == "@store.no_store"
    engine_in(tmp_path, SITE).close()
    assert sight(Wanted(), None, own, None).figures is not None
    own.close()
    with pytest.raises(StoreError):
        FiguresReader(
            tmp_path / "elsewhere", of, SITE.supervision, clock=SystemClock().now, devices=lambda: ()
        ).figures()


def test_a_fault_ends_the_reading_is_logged_and_the_next_look_begins_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine_in(tmp_path, SITE).close()
    of, broken = Of(scope="station", site=SITE.id, station=STATION), [True]

    def devices() -> tuple[()]:
        if broken.pop() if broken else False:
            raise RuntimeError("a bug")
        return ()

    own = FiguresReader(tmp_path, of, SITE.supervision, clock=SystemClock().now, devices=devices)
    watch, shown = SupervisionWatch(own, None, lambda: True), Shown()
    watch.look(Wanted(), shown)
    eventually(lambda: "could not be read" in caplog.text and not watching())
    watch.look(Wanted(), shown)
    assert shown.of(Wanted()).figures is not None
    watch.stop()


def test_a_site_view_that_needs_a_store_it_cannot_read_says_so(tmp_path: Path) -> None:
    """The centre answers, and which events are this station's own cannot be told."""

    class Unread(FakeSite):
        def history(self, subject: Subject) -> tuple[HistoryLine, ...]:
            raise StoreError("damaged", "it is", "mend it")

    of = Of(scope="station", site=SITE.id, station=STATION)
    own = FiguresReader(tmp_path, of, SITE.supervision, clock=SystemClock().now, devices=lambda: ())
    centre = Unread(Figures(scope="site", site="halden"))
    seen = sight(Wanted(site=True, subject=Subject("unit", "RLUOTHER")), None, own, centre)
    assert seen.figures is None
    assert seen.remark is not None
    assert seen.remark.mapping["reason"] == "@store.damaged"


def test_a_look_that_comes_while_another_ends_is_answered(tmp_path: Path) -> None:
    """The thread asks whether a supervisor is there, hears no, and meanwhile one is, with another question."""
    engine_in(tmp_path, SITE).close()
    of = Of(scope="station", site=SITE.id, station=STATION)
    own = FiguresReader(tmp_path, of, SITE.supervision, clock=SystemClock().now, devices=lambda: ())
    shown, asked = Shown(), []

    def allowed() -> bool:
        if asked:
            return True
        asked.append(watch.look(Wanted(selection=TO_OPEN), shown))
        return False

    watch = SupervisionWatch(own, None, allowed)
    watch.look(Wanted(), shown)
    assert shown.of(Wanted(selection=TO_OPEN)).figures is not None
    watch.stop()


def test_a_desk_is_what_the_demo_and_the_live_station_have(tmp_path: Path) -> None:
    desk = desk_of(SITE, tmp_path, DeviceSet([]))
    assert isinstance(desk, Desk)
    assert desk.site is not None
    with pytest.raises(Unseen):
        desk.site.figures()
    desk.site.close()
