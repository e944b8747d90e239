"""The lamps at a tag reader's outputs, over real LLRP: each goes out as a SET_READER_CONFIG with GPOWriteData."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from devices_bench import Stream, eventually, line

from drivers.contract import DeviceError, DeviceState, Listener, StateChange
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.simulated_reader import SimulatedReader
from drivers.transport.serial_port import Backoff
from rl_station.devices import BoundScanner, DeviceSet, bind
from rl_station.devices.lights import Outputs
from rl_station.settings.device_settings import DevicesFile

RED, GREEN = 2, 1


class Watched(SimulatedReader):
    """Keeps every switch of an output, in order."""

    def __init__(self) -> None:
        super().__init__(outputs=2)
        self.switched: list[tuple[int, bool]] = []
        self.outputs = Kept(self.outputs, self.switched)


class Kept(dict[int, bool]):
    def __init__(self, outputs: dict[int, bool], switched: list[tuple[int, bool]]) -> None:
        super().__init__(outputs)
        self._switched = switched

    def update(self, wanted: dict[int, bool]) -> None:  # type: ignore[override]  # the only way the reader does it
        self._switched.extend(wanted.items())
        super().update(wanted)


@pytest.fixture
def portal() -> Iterator[Watched]:
    made = Watched()
    made.start()
    yield made
    made.stop()


class Site:
    """A device set with this reader, its lamps at these outputs."""

    def __init__(self, portal: SimulatedReader, outputs: Outputs) -> None:
        quick = Backoff(first=0.01, factor=1.5, ceiling=0.05)
        self.reader = LlrpReader(name="portal", host=portal.host, port=portal.port, keepalive_s=0.5, backoff=quick)
        self.bound = BoundScanner("portal", "llrp", self.reader, kind="reader", outputs=outputs)
        self.devices = DeviceSet([self.bound])
        self.stream = Stream()

    def start(self) -> Site:
        self.devices.start(self.stream)
        return self

    def ready(self) -> Site:
        eventually(lambda: line(self.devices, "portal").state is DeviceState.READY)
        return self

    def lost(self) -> None:
        eventually(lambda: line(self.devices, "portal").state is not DeviceState.READY)


@pytest.fixture
def site(portal: Watched) -> Iterator[Site]:
    made = Site(portal, Outputs(RED, GREEN, 0.2)).start().ready()
    yield made
    made.devices.stop()


def test_the_red_lamp_is_on_for_as_long_as_an_alarm_waits(portal: Watched, site: Site) -> None:
    site.devices.alarm(True)
    eventually(lambda: portal.outputs[RED])
    assert not portal.outputs[GREEN]
    site.devices.alarm(False)
    eventually(lambda: not portal.outputs[RED])


def test_the_green_lamp_goes_out_by_itself(portal: Watched, site: Site) -> None:
    site.devices.tags_good()
    eventually(lambda: (GREEN, True) in portal.switched)
    eventually(lambda: not portal.outputs[GREEN])
    assert portal.switched[-2:] == [(GREEN, True), (GREEN, False)]


def test_what_is_said_again_and_again_is_sent_once(portal: Watched, site: Site) -> None:
    for _ in range(100):
        site.devices.alarm(True)
    eventually(lambda: portal.outputs[RED])
    site.devices.alarm(False)
    eventually(lambda: not portal.outputs[RED])
    assert [each for each in portal.switched if each[0] == RED] == [(RED, False), (RED, True), (RED, False)]


def test_an_alarm_that_waited_before_the_reader_was_there_is_shown_when_it_is(portal: Watched) -> None:
    made = Site(portal, Outputs(RED))
    made.devices.alarm(True)
    made.start()
    eventually(lambda: portal.outputs[RED])
    made.devices.stop()
    assert not portal.outputs[RED]


def test_a_reader_that_started_anew_is_told_again(portal: Watched, site: Site) -> None:
    site.devices.alarm(True)
    eventually(lambda: portal.outputs[RED])
    portal.stop()
    site.lost()
    portal.outputs[RED] = False
    portal.start()
    eventually(lambda: portal.outputs[RED])


def test_an_alarm_that_ended_while_the_reader_was_away_is_dark_when_it_is_back(portal: Watched, site: Site) -> None:
    site.devices.alarm(True)
    eventually(lambda: portal.outputs[RED])
    portal.stop()
    site.lost()
    site.devices.alarm(False)
    portal.start()
    eventually(lambda: not portal.outputs[RED])


def test_a_station_that_stops_leaves_no_lamp_on(portal: Watched) -> None:
    made = Site(portal, Outputs(RED, GREEN, 60)).start().ready()
    made.devices.alarm(True)
    made.devices.tags_good()
    eventually(lambda: portal.outputs == {RED: True, GREEN: True})
    made.devices.stop()
    assert portal.outputs == {RED: False, GREEN: False}


def test_an_output_that_the_reader_does_not_have_counts_as_an_error_and_the_other_lamp_works(portal: Watched) -> None:
    made = Site(portal, Outputs(alarm=7, good=GREEN, good_s=60)).start().ready()
    made.devices.alarm(True)
    made.devices.tags_good()
    eventually(lambda: portal.outputs[GREEN])
    eventually(lambda: line(made.devices, "portal").errors > 0)
    assert line(made.devices, "portal").state is DeviceState.READY
    made.devices.stop()


def test_a_lamp_that_could_not_be_switched_once_is_switched_after_all() -> None:
    """The reader stays connected: nothing else would ever say it again, and the alarm would stay dark."""
    clumsy = ClumsyReader()
    devices = DeviceSet([BoundScanner("portal", "outsider", clumsy, kind="reader", outputs=Outputs(RED))])
    devices.alarm(True)
    devices.start(Stream())
    eventually(lambda: clumsy.outputs == {RED: True})
    assert line(devices, "portal").errors == 1
    devices.stop()
    assert clumsy.outputs == {RED: False}


def test_a_reader_that_hangs_over_its_lamp_holds_up_nobody() -> None:
    hung = HungReader()
    devices = DeviceSet([BoundScanner("portal", "outsider", hung, kind="reader", outputs=Outputs(RED))])
    devices.start(Stream())
    devices.alarm(True)
    eventually(hung.asked.is_set)
    devices.alarm(False)
    devices.alarm(True)
    devices.stop()
    hung.free.set()


class ClumsyReader:
    """Does not answer the first time."""

    name = "portal"

    def __init__(self) -> None:
        self.outputs: dict[int, bool] = {}
        self._failed = False

    def start(self, listener: Listener) -> None:
        listener(StateChange("portal", DeviceState.READY))

    def stop(self) -> None: ...

    def write_epc(self, old: str, new: str, timeout: float) -> None: ...

    def set_output(self, port: int, on: bool) -> None:
        if not self._failed:
            self._failed = True
            raise DeviceError("portal does not answer")
        self.outputs[port] = on


class HungReader:
    """Takes the first switch of an output and never comes back, until it is freed."""

    name = "portal"

    def __init__(self) -> None:
        self.asked, self.free = threading.Event(), threading.Event()

    def start(self, listener: Listener) -> None:
        listener(StateChange("portal", DeviceState.READY))

    def stop(self) -> None: ...

    def write_epc(self, old: str, new: str, timeout: float) -> None: ...

    def set_output(self, port: int, on: bool) -> None:
        self.asked.set()
        self.free.wait()


# --- from the settings ------------------------------------------------------------------------------------------------


def test_the_settings_say_which_output_is_which_lamp(tmp_path: Path) -> None:
    reader = {"driver": "simulated", "output_alarm": 3, "output_good": 4, "good_ms": 500}
    found = DevicesFile.model_validate({"readers": {"portal": reader}})
    devices = bind(found, (), (), readers=("portal",), data=tmp_path)
    bound = devices.bound["portal"]
    assert isinstance(bound, BoundScanner)
    assert (bound.failure, bound.outputs) == ("", Outputs(3, 4, 0.5))


def test_one_output_is_not_two_lamps() -> None:
    reader = {"driver": "simulated", "output_alarm": 3, "output_good": 3}
    with pytest.raises(ValueError, match="output_alarm and output_good are the same output"):
        DevicesFile.model_validate({"readers": {"portal": reader}})
