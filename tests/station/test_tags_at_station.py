"""Tags at a station: never in the way of a scan, never forgotten, and the same from a reader, a script or the demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_bench import badge_of, command, demo_site, engine_in, eventually, scan

from drivers.contract import DeviceState, Listener, ReaderEvent, ReaderEventCode, StateChange, TagRead, TagReads
from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundScanner, Change, Changes, DeviceSet, TagChange, bind
from rl_station.devices.tag_places import TagPlaces
from rl_station.devices.tag_smoothing import Place, Zone
from rl_station.domain import events as e
from rl_station.domain.events import ContainerCompared, ParcelOpened, ParcelReceived, TagsAround, TagSeen
from rl_station.station.clocks import ReplayClock, SystemClock
from rl_station.station.demo import DemoWorker, play_parcels
from rl_station.station.demo_station import DemoStation
from rl_station.station.engine import Engine, resume
from rl_station.station.hot_swap import HotSwap
from rl_station.station.inbox import Inbox
from rl_station.station.replay import ScriptError, Step, parse, play
from rl_station.station.running import RunningStation
from rl_station.station.tag_field import TagField, merged, observed
from rl_station.station.tag_inbox import TagInbox
from rl_station.store import open_reader
from rl_station.tui.contract import ResultTone, View
from rl_station.workflow.inputs import Tag, TagsObserved

SITE = demo_site()
RETURN = next(found for found in SITE.reference.facts.returns if found.rma == "VLR-26001")
OWN = RETURN.lines[0].epcs[0]
STRAY = "30364532A40004000EC10590"
A, B = Tag("30AA", 1), Tag("30BB", 2)


# --- from changes to observations -------------------------------------------------------------------------------------


def test_only_the_stations_own_place_is_observed() -> None:
    changes = [
        TagChange(Change.APPEARED, "30AA", "bench", 1),
        TagChange(Change.APPEARED, "30CC", "next bench", 1),
        TagChange(Change.MOVED, "30BB", "bench", 2, "next bench"),
        TagChange(Change.MOVED, "30DD", "next bench", 3, "bench"),
        TagChange(Change.GONE, "30EE", "bench", 4),
        TagChange(Change.GONE, "30FF", "next bench", 5),
    ]
    assert observed(changes, "bench") == TagsObserved((A, B), ("30DD", "30EE"))


def test_a_tag_that_came_and_went_is_told_as_both_and_is_not_in_the_field() -> None:
    changes = [TagChange(Change.APPEARED, "30AA", "bench", 1), TagChange(Change.GONE, "30AA", "bench", 9)]
    found = observed(changes, "bench")
    assert found == TagsObserved((A,), ("30AA",))
    field = TagField()
    field.take(found)
    assert field.tags == ()


def test_observations_that_waited_become_one_in_order() -> None:
    again = Tag("30AA", 7)
    waited = [TagsObserved((A, B)), TagsObserved((), ("30AA", "30BB")), TagsObserved((again,))]
    assert merged(waited) == TagsObserved((again, B), ("30BB",))


def test_however_many_observations_wait_the_engine_is_told_once() -> None:
    inbox, field = TagInbox(), TagField()
    assert [inbox.put(TagsObserved((tag,))) for tag in (A, B)] == [True, False]
    inbox.look(field)
    assert set(field.tags) == {A, B}
    assert inbox.take() == TagsObserved((A, B))
    assert inbox.put(TagsObserved((A,)))


def test_tags_wait_behind_every_scan() -> None:
    inbox: Inbox[str] = Inbox()
    inbox.put_last("tags")
    inbox.put_scan("first scan")
    inbox.put("housekeeping")
    inbox.put_scan("second scan")
    inbox.close()
    assert [inbox.get(lambda: None) for _ in range(5)] == ["first scan", "housekeeping", "second scan", "tags", None]


def test_what_is_lost_sight_of_with_its_reader_has_not_been_away() -> None:
    now = 0.0
    field = TagField(monotonic=lambda: now)
    field.take(TagsObserved((A, B)))
    field.take(TagsObserved(gone=("30AA",)))
    now = 30.0
    field.lost_sight()
    field.take(TagsObserved(gone=("30BB",)))
    back = TagsObserved((Tag("30AA", 50), Tag("30BB", 51)))
    assert field.take(back).appeared == (A, B)
    assert field.take(back).appeared == (A, B)
    assert set(field.tags) == {A, B}
    field.take(TagsObserved(gone=("30AA",)))
    later = TagsObserved((Tag("30AA", 99),))
    assert field.take(later) == later


def test_an_outage_that_is_told_of_again_and_again_is_still_one() -> None:
    """The network first, then the reader that starts: a tag that lay here all the time has not come with the parcel."""
    now = 0.0
    field = TagField(monotonic=lambda: now)
    field.take(TagsObserved((A,)))
    field.lost_sight()
    field.take(TagsObserved(gone=("30AA",)))
    now = 300.0
    field.lost_sight()
    assert field.take(TagsObserved((Tag("30AA", 301),))).appeared == (A,)


def test_a_reader_that_is_only_being_connected_after_a_start_takes_away_no_knowledge() -> None:
    field = TagField()
    field.expect((A,))
    field.lost_sight()
    assert field.take(TagsObserved((Tag("30AA", 301),))).appeared == (A,)


def test_what_left_long_before_its_reader_was_lost_was_away() -> None:
    now = 0.0
    field = TagField(monotonic=lambda: now)
    field.take(TagsObserved((A,)))
    field.take(TagsObserved(gone=("30AA",)))
    now = 61.0
    field.lost_sight()
    back = TagsObserved((Tag("30AA", 50),))
    assert field.take(back) == back


def test_of_the_tags_that_pass_in_a_day_only_the_last_minutes_are_kept() -> None:
    now = 0.0
    field = TagField(monotonic=lambda: now)
    for number in range(5000):
        now = float(number)
        field.take(TagsObserved((Tag(f"{number:024X}", number),)))
        field.take(TagsObserved(gone=(f"{number:024X}",)))
    assert len(field._left) == 60


# --- the engine -------------------------------------------------------------------------------------------------------


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An inspector who has just received the parcel of the return, and goes to the bench."""
    made = engine_in(tmp_path, SITE, SystemClock())  # type: ignore[arg-type]  # any clock will do
    steps = [badge_of(SITE), command("RECEIVE"), RETURN.tracking[0], command("INTACT"), command("SAFE")]
    for code in steps:
        assert scan(made, code).refusal is None
    (received,) = [line.event for line in made.store.log() if isinstance(line.event, ParcelReceived)]
    assert scan(made, received.parcel).refusal is None
    assert scan(made, command("INSPECT")).refusal is None
    yield made
    made.store.close()


def plate(engine: Engine) -> str:
    return next(line.event.parcel for line in engine.store.log() if isinstance(line.event, ParcelReceived))


def test_an_observation_without_news_touches_neither_log_nor_trail(engine: Engine) -> None:
    head, trail = engine.store.head, engine.session.trail
    outcome = engine.observe(TagsObserved((Tag(STRAY, 5),)))
    assert (outcome.events, outcome.refusal, outcome.stored) == ((), None, True)
    assert (engine.store.head, engine.session.trail) == (head, trail)


def test_the_field_is_settled_with_what_comes_into_the_hand(engine: Engine) -> None:
    engine.observe(TagsObserved((Tag(OWN, 5), Tag(STRAY, 5))))
    outcome = scan(engine, plate(engine))
    assert [type(line.event) for line in outcome.events] == [ParcelOpened, TagsAround]
    settled = engine.settle()
    assert settled is not None
    (seen,) = [line.event for line in settled.events]
    assert isinstance(seen, TagSeen)
    assert (seen.epc, seen.match, seen.sku) == (OWN, "expected", RETURN.lines[0].sku)
    assert engine.settle() is None


def test_a_restart_in_the_middle_keeps_what_the_readers_saw(engine: Engine) -> None:
    scan(engine, plate(engine))
    engine.observe(TagsObserved((Tag(OWN, 5),)))
    assert resume(engine.store).state == engine.session.state


def test_strays_are_strays_after_a_restart_too(engine: Engine) -> None:
    engine.observe(TagsObserved((Tag(STRAY, 5),)))
    scan(engine, plate(engine))
    again = Engine(SITE, engine.store)
    again.observe(TagsObserved((Tag(STRAY, 900),)))
    assert not [line for line in engine.store.log() if isinstance(line.event, TagSeen)]
    again.observe(TagsObserved(gone=(STRAY,)))
    again.observe(TagsObserved((Tag(STRAY, 1900),)))
    assert [line.event.epc for line in engine.store.log() if isinstance(line.event, TagSeen)] == [STRAY]


def test_the_tag_of_a_destroyed_unit_that_nobody_was_there_to_see_alarms_whoever_comes(tmp_path: Path) -> None:
    made = engine_in(tmp_path, SITE, SystemClock())  # type: ignore[arg-type]  # any clock will do
    unit, container = "U-1", "TOTE9"
    made.note(
        (
            e.UnitIdentified(unit=unit, parcel="P", match="unexpected", client="acme", epc=STRAY),
            e.DispositionDecided(
                unit=unit,
                parcel="P",
                client="acme",
                disposition="destroy",
                rule="r",
                reason="r",
                bin="B",
                rules_version="1",
            ),
            e.ContainerOpened(container=container, disposition="destroy", client="acme"),
            e.UnitSorted(unit=unit, container=container, disposition="destroy", client="acme"),
            e.ContainerClosed(container=container, units=(unit,)),
            e.ContainerShipped(container=container),
        )
    )
    assert made.observe(TagsObserved((Tag(STRAY, 5),))).events == ()
    for code in (badge_of(SITE), command("SORT")):
        scan(made, code)
        made.settle()
    found = [line.event for line in made.store.log() if isinstance(line.event, e.DepartedTagSeen)]
    assert [(each.unit, each.status) for each in found] == [(unit, "destroyed")]
    assert made.prompt().alarm is not None
    made.store.close()


# --- a running station ------------------------------------------------------------------------------------------------


_LONG_US = 600_000_000


class PushedReader:
    """A tag reader that reports what a test hands it."""

    name = "portal"

    def __init__(self) -> None:
        self.report: Listener = lambda report: None

    def start(self, listener: Listener) -> None:
        self.report = listener

    def stop(self) -> None:
        self.report = lambda report: None

    def write_epc(self, old: str, new: str, timeout: float) -> None: ...

    def set_output(self, port: int, on: bool) -> None: ...

    def read(self, *epcs: str) -> None:
        now = SystemClock().now()
        self.report(TagReads("portal", tuple(TagRead("portal", epc, 1, -5000, now, 0, count=3) for epc in epcs)))


class Watched:
    """A running station with a scanner and a tag reader, and every view it showed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scanner, self.reader = SimulatedScanner(name="bench"), PushedReader()
        devices = DeviceSet(
            [
                BoundScanner("bench", "simulated", self.scanner),
                BoundScanner("portal", "outsider", self.reader, kind="reader"),
            ],
            places=TagPlaces("bench", {("portal", 0): Place(Zone("bench", gone_after_us=_LONG_US))}),
        )
        self.field = TagField(lambda: devices.watches_tags)
        self.settings = folder / "places"
        swap: HotSwap = HotSwap((self.settings,), self._saved, self._use)  # type: ignore[arg-type]  # only places change
        self.station = RunningStation(self._engine, devices, swap)
        self.views: list[View] = []
        self.station.start()
        self.station.subscribe(self.views.append)

    def _engine(self) -> Engine:
        made = engine_in(self.folder, SITE, SystemClock())  # type: ignore[arg-type]  # any clock will do
        return Engine(SITE, made.store, self.field)

    def _saved(self) -> Zone:
        return Zone("bench", gone_after_us=int(self.settings.read_text()) if self.settings.exists() else _LONG_US)

    def _use(self, zone: Zone) -> Changes:
        """As somebody does who saves another patience for the place."""
        bound = [each for each in self.station.devices.bound.values() if isinstance(each, BoundScanner)]
        return self.station.devices.swap(bound, (), TagPlaces(zone.name, {("portal", 0): Place(zone)}))

    @property
    def view(self) -> View:
        return self.views[-1]

    def scan(self, code: str) -> View:
        before = self.view.result.seq if self.view.result else 0
        self.scanner.push(code)
        eventually(lambda: (result := self.view.result) is not None and result.seq > before)
        return self.view

    def open_parcel(self) -> None:
        for code in (badge_of(SITE), command("RECEIVE"), RETURN.tracking[0], command("INTACT"), command("SAFE")):
            self.scan(code)
        with open_reader(self.folder) as reader:
            received = [line.event for line in reader.log() if isinstance(line.event, ParcelReceived)]
        self.scan(received[0].parcel)
        self.scan(command("INSPECT"))
        self.scan(received[0].parcel)

    def checklist(self) -> list[tuple[str, int]]:
        return [(line.state, line.seen) for line in self.view.prompt.checklist]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    station = Watched(tmp_path)
    yield station
    station.station.stop()


def test_a_tag_before_the_reader_fills_the_list_on_the_screen_and_says_nothing_else(watched: Watched) -> None:
    watched.open_parcel()
    before = watched.view.result
    watched.reader.read(OWN)
    eventually(lambda: watched.checklist() == [("seen", 1)])
    assert watched.view.result == before


def test_tags_that_lay_there_when_the_parcel_was_opened_are_settled_by_themselves(watched: Watched) -> None:
    watched.reader.read(OWN, STRAY)
    eventually(lambda: len(watched.field.tags) == 2)
    watched.open_parcel()
    eventually(lambda: watched.checklist()[:1] == [("seen", 1)])
    with open_reader(watched.folder) as reader:
        bench = [
            line.event for line in reader.log() if isinstance(line.event, TagSeen) and line.event.task == "inspect"
        ]
    assert [each.epc for each in bench] == [OWN]


def test_a_reader_that_was_lost_for_a_while_brings_no_strays_into_the_parcel(watched: Watched) -> None:
    watched.reader.read(STRAY)
    eventually(lambda: len(watched.field.tags) == 1)
    watched.open_parcel()
    watched.reader.report(StateChange("portal", DeviceState.LOST, "no keepalive"))
    watched.station.devices.swap(  # Another patience forgets what was there: the tag goes, as it does when nobody reads it.
        [bound for bound in watched.station.devices.bound.values() if isinstance(bound, BoundScanner)],
        (),
        TagPlaces("bench", {("portal", 0): Place(Zone("bench", gone_after_us=500_000_000))}),
    )
    watched.reader.report(StateChange("portal", DeviceState.READY))
    watched.reader.read(STRAY, OWN)
    eventually(lambda: watched.checklist()[:1] == [("seen", 1)])
    assert watched.checklist() == [("seen", 1)]


def test_places_that_are_saved_anew_bring_no_strays_into_the_parcel(watched: Watched) -> None:
    watched.reader.read(STRAY)
    eventually(lambda: len(watched.field.tags) == 1)
    watched.open_parcel()
    watched.settings.write_text(str(_LONG_US - 1))
    eventually(lambda: watched.field.tags == ())
    watched.reader.read(STRAY, OWN)
    eventually(lambda: watched.checklist()[:1] == [("seen", 1)])
    assert watched.checklist() == [("seen", 1)]


def test_a_place_that_is_called_otherwise_while_we_work_leaves_no_ghosts_in_it(watched: Watched) -> None:
    watched.reader.read(STRAY)
    eventually(lambda: len(watched.field.tags) == 1)
    watched.station.devices.swap(
        [bound for bound in watched.station.devices.bound.values() if isinstance(bound, BoundScanner)],
        (),
        TagPlaces("tray", {("portal", 0): Place(Zone("tray", gone_after_us=600_000_000))}),
    )
    assert watched.station.devices.zone == "tray"
    watched.reader.read(OWN)
    eventually(lambda: [tag.epc for tag in watched.field.tags] == [OWN])


def test_what_alarms_is_told(watched: Watched) -> None:
    watched.open_parcel()
    foreign = next(
        found for found in SITE.reference.facts.products if found.client != RETURN.client and found.gtins[0].isdigit()
    )
    watched.reader.read(sgtin(foreign.gtins[0]))
    eventually(lambda: watched.view.prompt.alarm is not None)
    assert watched.view.prompt.alarm is not None
    assert watched.view.prompt.alarm.message.code == "alarm.other_clients_tag"
    assert watched.view.result is not None
    assert watched.view.result.tone is ResultTone.WARN


def sgtin(gtin: str, serial: int = 4711) -> str:
    """SGTIN-96 with a company prefix of seven digits. EPC Tag Data Standard 2.0, 14.6.1."""
    digits = gtin.zfill(14)
    fields = ((0x30, 8), (1, 3), (5, 3), (int(digits[1:8]), 24), (int(digits[0] + digits[8:13]), 20), (serial, 38))
    return f"{int(''.join(f'{value:0{width}b}' for value, width in fields), 2):024X}"


def test_reads_that_a_reader_lost_are_told_to_the_worker(watched: Watched) -> None:
    watched.reader.report(ReaderEvent("portal", ReaderEventCode.READS_LOST, "overflow"))
    eventually(lambda: watched.view.result is not None)
    assert watched.view.result is not None
    assert watched.view.result.message.code == "station.reader_event"
    before = watched.view.result
    watched.reader.report(ReaderEvent("portal", ReaderEventCode.BAD_MESSAGE, "one"))
    watched.reader.report(ReaderEvent("portal", ReaderEventCode.ANTENNA_BACK, "antenna 1"))
    eventually(lambda: watched.view.result != before)
    assert watched.view.result.message.mapping["what"] == "@reader.antenna_back"


# --- scripts ----------------------------------------------------------------------------------------------------------


def script(*steps: dict[str, object]) -> list[bytes]:
    return [json.dumps(step).encode() for step in steps]


def played(folder: Path, lines: list[bytes]) -> Engine:
    clock = ReplayClock()
    clock.set(1_000_000)
    engine = engine_in(folder, SITE, clock)
    for _, step in parse(lines):
        outcome = play(engine, clock, step)
        assert outcome is None or outcome.refusal is None, (step, outcome)
    return engine


def test_a_script_brings_tags_and_takes_them_away(tmp_path: Path) -> None:
    lines = script(
        {"sign_in": badge_of(SITE)},
        {"task": "receive"},
        {"device": "portal", "epc": STRAY},
        {"data": RETURN.tracking[0]},
        {"device": "portal", "epc": OWN.lower()},
        {"device": "portal", "epc": STRAY, "gone": True},
        {"device": "portal", "epc": STRAY},
    )
    engine = played(tmp_path, lines)
    seen = [line.event for line in engine.store.log() if isinstance(line.event, TagSeen)]
    assert [(each.epc, each.match) for each in seen] == [(OWN, "expected"), (STRAY, "unexpected")]
    assert {tag.epc for tag in engine.field.tags} == {OWN, STRAY}


def test_one_step_is_answered_with_all_that_came_of_it(tmp_path: Path) -> None:
    engine = played(tmp_path, script({"sign_in": badge_of(SITE)}, {"task": "receive"}, {"epc": OWN}))
    outcome = play(engine, ReplayClock(), Step(data=RETURN.tracking[0]))
    assert outcome is not None
    assert [type(line.event) for line in outcome.events] == [ParcelReceived, TagsAround, TagSeen]
    assert outcome.prompt == engine.prompt()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({"epc": "3034G"}, "not an EPC"),
        ({"epc": "303"}, "not an EPC"),
        ({"data": "1Z", "gone": True}, "only an epc can be gone"),
    ],
)
def test_a_line_with_a_tag_that_is_none_is_named(line: dict[str, object], complaint: str) -> None:
    with pytest.raises(ScriptError, match=complaint):
        list(parse(script(line)))


# --- the demo ---------------------------------------------------------------------------------------------------------


def test_the_demos_tags_come_and_go_with_its_goods(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    steps = [step for step, _ in play_parcels(engine, DemoWorker(SITE, 3), 4)]
    came, went = ([step.epc for step in steps if step.epc and step.gone is gone] for gone in (False, True))
    assert OWN in came
    assert OWN in went
    seen = [line.event for line in engine.store.log() if isinstance(line.event, TagSeen)]
    assert {(each.task, each.epc) for each in seen} >= {("receive", OWN), ("inspect", OWN)}


def test_a_tote_of_the_demo_agrees_with_its_tags(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, SITE)
    engine = Engine(SITE, engine.store, TagField(lambda: True))
    hands = DemoWorker(SITE, 3)
    for _ in play_parcels(engine, hands, 1):
        pass
    clock = ReplayClock()
    for epc in hands.field.here:
        play(engine, clock, Step(epc=epc))
    outcome = play(engine, clock, Step(answer="close"))
    assert outcome is not None
    (compared,) = [line.event for line in outcome.events if isinstance(line.event, ContainerCompared)]
    assert (compared.seen, compared.missing, compared.extra) == (1, (), ())


def fire(station: DemoStation) -> None:
    """Press the demo's key until a parcel with a tag lies before the reader, and the list has been filled."""
    views: list[View] = []
    station.subscribe(views.append)
    for _ in range(8):
        before = views[-1].result.seq if views[-1].result else 0
        station.fire_next()
        eventually(lambda: (result := views[-1].result) is not None and result.seq > before)  # noqa: B023
    eventually(lambda: any(line.state == "seen" for view in views for line in view.prompt.checklist))


def test_the_demos_tags_are_read_over_llrp(tmp_path: Path) -> None:
    pytest.importorskip("sllurp")
    own = SITE.station
    devices = bind(SITE.devices, own.scanners, (), readers=own.readers, zone=own.zone, data=tmp_path)
    station = DemoStation(lambda: engine_in(tmp_path, SITE), devices, DemoWorker(SITE, 1))
    station.start()
    fire(station)
    assert next(line for line in devices.status() if line.kind == "reader").good_reads > 0
    station.stop()


def test_without_llrp_the_demos_tags_are_observed_all_the_same(tmp_path: Path) -> None:
    devices = bind(SITE.devices, SITE.station.scanners, (), data=tmp_path)
    station = DemoStation(lambda: engine_in(tmp_path, SITE), devices, DemoWorker(SITE, 1))
    station.start()
    fire(station)
    station.stop()
