"""Tag readers among the devices of a station: where their antennas look, and what comes of what they read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from devices_bench import PATIENCE_S, Stream, eventually

from drivers.contract import DeviceState, Listener, TagRead, TagReads
from rl_station.devices import (
    BoundScanner,
    Change,
    Changes,
    DeviceSet,
    Fate,
    FilledReader,
    ReaderEvent,
    ReaderEventCode,
    TagChange,
    bind,
    rebind,
)
from rl_station.devices.tag_places import TagPlaces, tag_places
from rl_station.devices.tag_smoothing import Place, Zone
from rl_station.devices.tags import TagWatch
from rl_station.settings.device_settings import DevicesFile

EPC, OTHER = "30364532A40002403C1203FE", "30364532A40004000EC10590"


def settings(**zones: object) -> DevicesFile:
    readers = {"portal": {"driver": "simulated"}, "tray": {"driver": "simulated"}}
    return DevicesFile.model_validate({"readers": readers, "zones": zones})


class Told:
    """Keeps what a watch tells, and can be waited on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.told: list[TagChange] = []

    def __call__(self, changes: tuple[TagChange, ...]) -> None:
        with self._changed:
            self.told.extend(changes)
            self._changed.notify_all()

    def wait(self, holds: Callable[[list[TagChange]], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.told), PATIENCE_S), self.told

    def of(self, epc: str) -> list[tuple[Change, str]]:
        return [(each.change, each.zone) for each in self.told if each.epc == epc]


# --- places -----------------------------------------------------------------------------------------------------------


def test_an_antenna_looks_at_its_zone_with_the_floor_of_the_zone_or_its_own() -> None:
    bench = {
        "antennas": [{"reader": "portal", "antenna": 1}, {"reader": "portal", "antenna": 2, "rssi_floor_dbm": -58.5}],
        "rssi_floor_dbm": -62,
        "min_reads": 3,
        "gone_after_s": 2.5,
    }
    found = tag_places(settings(bench=bench), ["portal"], "bench")
    zone = Zone("bench", 3, 2_500_000)
    assert found.zone == "bench"
    assert found.places["portal", 1] == Place(zone, -6200)
    assert found.places["portal", 2] == Place(zone, -5850)


def test_what_no_zone_claims_of_the_stations_readers_is_its_own_place() -> None:
    shelf = {"antennas": [{"reader": "portal", "antenna": 4}]}
    found = tag_places(settings(shelf=shelf), ["portal"], "")
    assert found.places["portal", 4].zone.name == "shelf"
    assert found.places["portal", 0].zone.name == found.zone != "shelf"


def test_readers_of_other_stations_have_no_place_here() -> None:
    bench = {"antennas": [{"reader": "portal"}, {"reader": "tray"}]}
    assert set(tag_places(settings(bench=bench), ["tray"], "bench").places) == {("tray", 0)}


def test_a_station_without_readers_has_no_place() -> None:
    assert tag_places(settings(), [], "") == TagPlaces()


# --- the watch --------------------------------------------------------------------------------------------------------


@pytest.fixture
def watch() -> Iterator[tuple[TagWatch, Told]]:
    changes = Told()
    watch = TagWatch(TagPlaces("bench", {("portal", 0): Place(Zone("bench", gone_after_us=500_000))}))
    watch.start(changes)
    yield watch, changes
    watch.stop()


def reads(epc: str = EPC, count: int = 2) -> tuple[TagRead, ...]:
    return (TagRead("portal", epc, 1, -5000, time.time_ns() // 1000, time.monotonic_ns(), count),)


def test_a_tag_that_is_read_appears_and_goes_by_itself(watch: tuple[TagWatch, Told]) -> None:
    taking, changes = watch
    taking.take(reads())
    changes.wait(lambda told: [each.change for each in told] == [Change.APPEARED, Change.GONE])


class SetClock:
    """The clock on the wall, which somebody sets."""

    def __init__(self) -> None:
        self.put_on = 0.0

    def __call__(self) -> int:
        return time.time_ns() + round(self.put_on * 1e9)


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 10.0, -10.0])
def test_setting_the_clock_moves_no_tag(seconds: float) -> None:
    """A tag that lay here before a parcel came must not seem to have come with it."""
    wall, changes = SetClock(), Told()
    watch = TagWatch(TagPlaces("bench", {("portal", 0): Place(Zone("bench", gone_after_us=8_000_000))}), wall)
    watch.start(changes)

    def read_on(epc: str) -> bool:
        stamped = (each for one in (EPC, epc) for each in reads(one))
        watch.take(replace(read, seen_us=wall() // 1000) for read in stamped)
        return bool(changes.of(epc))

    eventually(lambda: read_on(EPC))
    wall.put_on = seconds
    eventually(lambda: read_on(OTHER))
    appeared = next(each for each in changes.told if each.epc == OTHER)
    assert changes.of(EPC) == [(Change.APPEARED, "bench")]
    assert abs(appeared.at - wall() // 1000) < PATIENCE_S * 1_000_000, "told by the clock as it is now"
    watch.stop()


def test_other_places_let_everything_go_and_begin_anew(watch: tuple[TagWatch, Told]) -> None:
    taking, changes = watch
    taking.take(reads())
    changes.wait(lambda told: len(told) == 1)
    taking.use(TagPlaces("tray", {("portal", 0): Place(Zone("tray"))}))
    changes.wait(lambda told: (Change.GONE, "bench") in changes.of(EPC))
    taking.take(reads())
    changes.wait(lambda told: changes.of(EPC)[-1] == (Change.APPEARED, "tray"))


def test_a_listener_that_fails_once_does_not_end_the_watch() -> None:
    changes = Told()
    failed = threading.Event()

    def listener(told: tuple[TagChange, ...]) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("told by the test")
        changes(told)

    watch = TagWatch(TagPlaces("bench", {("portal", 0): Place(Zone("bench"))}))
    watch.start(listener)
    watch.take(reads())
    assert failed.wait(PATIENCE_S)
    watch.take(reads(OTHER))
    changes.wait(lambda told: changes.of(OTHER) == [(Change.APPEARED, "bench")])
    watch.stop()


# --- among the devices ------------------------------------------------------------------------------------------------


class Pushed:
    """A tag reader that reports what a test hands it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.report: Listener = lambda report: None

    def start(self, listener: Listener) -> None:
        self.report = listener

    def stop(self) -> None:
        self.report = lambda report: None

    def write_epc(self, old: str, new: str, timeout: float) -> None: ...
    def set_output(self, port: int, on: bool) -> None: ...


def test_reads_are_counted_and_the_last_tags_shown() -> None:
    reader = Pushed("portal")
    devices, stream = DeviceSet([BoundScanner("portal", "outsider", reader, kind="reader")]), Stream()
    devices.start(stream)
    reader.report(TagReads("portal", reads() * 5))
    reader.report(ReaderEvent("portal", ReaderEventCode.ANTENNA_LOST, "antenna 2"))
    (line,) = devices.status()
    assert (line.kind, line.good_reads) == ("reader", 5)
    assert (line.last_reads[0].text, line.last_reads[0].fate) == (EPC, Fate.TAG)
    assert line.last_reads[0].note == "antenna 1 -50.0 dBm"
    assert any(isinstance(report, ReaderEvent) for report in stream.heard)
    devices.stop()


@pytest.fixture
def site() -> DevicesFile:
    pytest.importorskip("sllurp")
    return settings(
        bench={"antennas": [{"reader": "portal", "antenna": 1}], "rssi_floor_dbm": -60, "gone_after_s": 0.5}
    )


def laid(devices: DeviceSet) -> Callable[[str, int], None]:
    from drivers.rfid.simulated import SimulatedTagReader  # noqa: PLC0415 - only where there is LLRP

    reader = devices.reader()
    assert isinstance(reader, FilledReader)
    assert isinstance(reader, SimulatedTagReader)
    return lambda epc, rssi: reader.appear(epc, rssi_cdbm=rssi)


def test_a_tag_before_a_real_llrp_session_appears_in_its_zone_and_a_weak_one_does_not(
    site: DevicesFile, tmp_path: Path
) -> None:
    devices, stream, changes = bind(site, [], [], readers=["portal"], zone="bench", data=tmp_path), Stream(), Told()
    devices.start(stream, tags=changes)
    lay = laid(devices)
    lay(OTHER, -6500)
    lay(EPC, -5000)
    changes.wait(lambda told: changes.of(EPC) == [(Change.APPEARED, "bench")])
    assert devices.watches_tags
    reader = devices.reader()
    assert isinstance(reader, FilledReader)
    reader.leave(EPC)
    changes.wait(lambda told: changes.of(EPC) == [(Change.APPEARED, "bench"), (Change.GONE, "bench")])
    assert changes.of(OTHER) == []
    devices.stop()


def test_a_zone_that_is_saved_anew_takes_effect_and_the_reader_goes_on(site: DevicesFile, tmp_path: Path) -> None:
    devices, changes = bind(site, [], [], readers=["portal"], zone="bench", data=tmp_path), Told()
    devices.start(Stream(), tags=changes)
    laid(devices)(EPC, -6500)
    before = devices.reader()
    eventually(lambda: devices.status()[0].good_reads > 2)
    lower = settings(bench={"antennas": [{"reader": "portal"}], "rssi_floor_dbm": -70})
    assert rebind(devices, lower, [], [], readers=["portal"], zone="bench", data=tmp_path) == Changes(places=True)
    changes.wait(lambda told: changes.of(EPC) == [(Change.APPEARED, "bench")])
    assert devices.reader() is before
    devices.stop()


def test_a_reader_that_cannot_be_made_is_lost_with_its_reason(tmp_path: Path) -> None:
    stations = DevicesFile.model_validate({"readers": {"portal": {"driver": "llrp", "host": "x", "codec": "none"}}})
    devices = bind(stations, [], [], readers=["portal", "gone"], data=tmp_path)
    lines = {line.name: line for line in devices.status()}
    assert lines["portal"].state is lines["gone"].state is DeviceState.LOST
    assert lines["portal"].reason
    assert lines["gone"].reason == "not in devices.toml"
    assert not devices.watches_tags
