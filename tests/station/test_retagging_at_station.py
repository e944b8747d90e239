"""A tag written and a lamp lit at a running station: through the real LLRP driver, to a simulated reader and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_bench import badge_of, command, demo_site, engine_in, eventually

from drivers.contract import DeviceError
from drivers.rfid.llrp.reader import LlrpReader
from drivers.rfid.simulated_reader import SimulatedReader
from drivers.scanner.simulated import SimulatedScanner
from drivers.transport.serial_port import Backoff
from rl_station.devices import BoundScanner, DeviceSet, DeviceState
from rl_station.devices.lights import Outputs
from rl_station.devices.tag_places import TagPlaces
from rl_station.devices.tag_smoothing import Place, Zone
from rl_station.domain import epc as epcs
from rl_station.domain.events import ParcelReceived, TagWriteFailed, TagWriteRequested, TagWritten, UnitIdentified
from rl_station.station.clocks import SystemClock
from rl_station.station.engine import Engine
from rl_station.station.running import RunningStation
from rl_station.station.tag_field import TagField
from rl_station.store import open_reader
from rl_station.tui.contract import ResultTone, View

pytest.importorskip("sllurp")

SITE = demo_site()
RETURN = next(found for found in SITE.reference.facts.returns if found.rma == "VLR-26001")
SHIPPED = RETURN.lines[0].epcs[0]
OTHER = next(
    found
    for found in SITE.reference.facts.products
    if found.client == RETURN.client and found.sku != RETURN.lines[0].sku and not found.serialized
)
FOREIGN = next(
    found for found in SITE.reference.facts.products if found.client == "nordwerk" and "9521234" in found.gtins[0]
)
GTIN = OTHER.gtins[0].zfill(14)
WANTED = epcs.sgtin_96(GTIN, "4711", 7)
BLANK = "E28011606000000000000001"
RED, GREEN = 1, 2
QUICK = Backoff(first=0.01, factor=1.5, ceiling=0.05)


class Bench:
    """A running station with a scanner, and a reader that speaks LLRP over TCP; every view it showed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scanner = SimulatedScanner(name="bench")
        self.portal = SimulatedReader(interval_s=0.02, outputs=2)
        self.portal.start()
        reader = LlrpReader(name="portal", host=self.portal.host, port=self.portal.port, backoff=QUICK)
        self.open([reader])

    def open(self, readers: list[LlrpReader]) -> None:
        outputs = Outputs(RED, GREEN, 0.3)
        bound = [BoundScanner(each.name, "llrp", each, kind="reader", outputs=outputs) for each in readers]
        zone = Zone("bench", gone_after_us=500_000)
        places = TagPlaces("bench", {(each.name, 0): Place(zone) for each in readers})
        self.devices = DeviceSet([BoundScanner("bench", "simulated", self.scanner), *bound], places=places)
        self.field = TagField(lambda: self.devices.watches_tags)
        self.station = RunningStation(self.engine, self.devices)
        self.views: list[View] = []
        self.station.start()
        self.station.subscribe(self.views.append)
        eventually(lambda: all(line.state is DeviceState.READY for line in self.devices.status()))

    def engine(self) -> Engine:
        made = engine_in(self.folder, SITE, SystemClock())  # type: ignore[arg-type]  # any clock will do
        return Engine(SITE, made.store, self.field)

    @property
    def view(self) -> View:
        return self.views[-1]

    def scan(self, code: str) -> View:
        before = self.view.result.seq if self.view.result else 0
        self.scanner.push(code)
        eventually(lambda: (result := self.view.result) is not None and result.seq > before)
        return self.view

    def log(self, *kinds: type) -> list[object]:
        with open_reader(self.folder) as reader:
            return [line.event for line in reader.log() if isinstance(line.event, kinds)]

    def open_parcel(self) -> None:
        for code in (badge_of(SITE), command("RECEIVE"), RETURN.tracking[0], command("INTACT"), command("SAFE")):
            self.scan(code)
        (received,) = self.log(ParcelReceived)
        assert isinstance(received, ParcelReceived)
        for code in (received.parcel, command("INSPECT"), received.parcel):
            self.scan(code)

    def take_unit(self) -> str:
        """An item nobody announced, with GTIN and serial number in its barcode."""
        self.open_parcel()
        self.scan(f"]C101{GTIN}214711")
        (unit,) = self.log(UnitIdentified)
        assert isinstance(unit, UnitIdentified)
        assert (unit.gtin, unit.serial, unit.epc) == (GTIN, "4711", "")
        return unit.unit

    def lay(self, epc: str, tid: str | None = None) -> None:
        self.portal.appear(epc, tid=tid)
        eventually(lambda: epc in {tag.epc for tag in self.field.tags})

    def epc_of(self, unit: str) -> str:
        with open_reader(self.folder) as reader:
            found = reader.records.unit(unit)
        return found.epc if found else ""

    def close(self) -> None:
        self.station.stop()
        self.portal.stop()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


# --- tags that are written --------------------------------------------------------------------------------------------


def test_a_tag_is_written_read_back_and_the_units_from_then_on(bench: Bench) -> None:
    unit = bench.take_unit()
    bench.lay(BLANK)
    bench.scan(command("RETAG"))
    eventually(lambda: bool(bench.log(TagWritten)))
    (written,) = bench.log(TagWritten)
    assert isinstance(written, TagWritten)
    assert (written.unit, written.old, written.epc) == (unit, BLANK, WANTED)
    assert [tag.epc for tag in bench.portal.field()] == [WANTED]
    assert bench.epc_of(unit) == WANTED
    eventually(lambda: (result := bench.view.result) is not None and result.message.code == "station.tag_written")
    assert bench.view.result is not None
    assert bench.view.result.tone is ResultTone.GOOD


def test_what_the_reader_sees_afterwards_is_no_news(bench: Bench) -> None:
    bench.take_unit()
    bench.lay(BLANK)
    bench.scan(command("RETAG"))
    eventually(lambda: {tag.epc for tag in bench.field.tags} == {WANTED})
    assert [line.state for line in bench.view.prompt.checklist] == ["open", "unexpected"]
    assert bench.view.prompt.alarm is None


def test_two_tags_are_refused_before_anything_is_asked_of_the_reader(bench: Bench) -> None:
    bench.take_unit()
    bench.lay(BLANK)
    bench.lay("E28011606000000000000002")
    shown = bench.scan(command("RETAG"))
    assert shown.result is not None
    assert shown.result.message.code == "retag.several"
    assert bench.log(TagWriteRequested) == []


def test_two_tags_that_look_like_one_are_told_apart_by_their_own_numbers(bench: Bench) -> None:
    unit = bench.take_unit()
    bench.lay(BLANK, tid="E28011300000000000000001")
    bench.lay(BLANK, tid="E28011300000000000000002")
    bench.scan(command("RETAG"))
    eventually(lambda: bool(bench.log(TagWriteFailed)))
    (failed,) = bench.log(TagWriteFailed)
    assert isinstance(failed, TagWriteFailed)
    assert failed.reason == "more than one tag with this EPC is in the field; take the others away"
    assert [tag.epc for tag in bench.portal.field()] == [BLANK, BLANK]
    assert bench.epc_of(unit) == ""
    eventually(lambda: (result := bench.view.result) is not None and result.message.code == "station.tag_not_written")


def test_work_goes_on_while_a_tag_is_written(bench: Bench) -> None:
    bench.take_unit()
    bench.lay(BLANK)
    bench.scan(command("RETAG"))
    choice = bench.view.prompt.choices[0]
    bench.scan(command(f"ANSWER{choice.key}"))
    eventually(lambda: bool(bench.log(TagWritten)))
    assert bench.view.prompt.workflow == "inspect"


def test_a_tag_that_was_being_written_when_the_station_stopped_is_not_said_to_be_written(bench: Bench) -> None:
    unit = bench.take_unit()
    bench.lay(BLANK, tid="E28011300000000000000001")
    bench.scan(command("RETAG"))
    bench.portal.leave(BLANK)
    bench.station.stop()
    (failed,) = bench.log(TagWriteFailed)
    assert isinstance(failed, TagWriteFailed)
    assert failed.unit == unit
    bench.open([LlrpReader(name="portal", host=bench.portal.host, port=bench.portal.port, backoff=QUICK)])
    bench.lay(BLANK)
    bench.scan(command("RETAG"))
    eventually(lambda: bool(bench.log(TagWritten)))


def test_after_a_power_cut_nobody_claims_that_the_tag_was_written(bench: Bench) -> None:
    bench.take_unit()
    unit = bench.log(UnitIdentified)[0]
    assert isinstance(unit, UnitIdentified)
    bench.station.stop()
    engine = bench.engine()
    engine.note((TagWriteRequested(unit=unit.unit, parcel=unit.parcel, old=BLANK, epc=WANTED or ""),))
    engine.store.close()
    bench.open([LlrpReader(name="portal", host=bench.portal.host, port=bench.portal.port, backoff=QUICK)])
    (failed,) = bench.log(TagWriteFailed)
    assert isinstance(failed, TagWriteFailed)
    assert (failed.unit, failed.reason) == (unit.unit, "the station was stopped")


def test_the_reader_that_sees_the_tag_writes_it(tmp_path: Path) -> None:
    """The first one of the station looks at another place."""
    bench = Bench(tmp_path)
    bench.station.stop()
    elsewhere = SimulatedReader(interval_s=0.02)
    elsewhere.start()
    bench.open(
        [
            LlrpReader(name="gate", host=elsewhere.host, port=elsewhere.port, backoff=QUICK),
            LlrpReader(name="portal", host=bench.portal.host, port=bench.portal.port, backoff=QUICK),
        ]
    )
    bench.take_unit()
    bench.lay(BLANK)
    bench.scan(command("RETAG"))
    eventually(lambda: bool(bench.log(TagWritten)))
    bench.close()
    elsewhere.stop()


def test_without_a_reader_at_work_writing_is_refused() -> None:
    with pytest.raises(DeviceError, match="no tag reader is at work"):
        DeviceSet([]).write_tag(BLANK, SHIPPED, 1)


# --- lamps ------------------------------------------------------------------------------------------------------------


def test_an_alarm_of_a_tag_lights_the_red_lamp_until_it_is_acknowledged(bench: Bench) -> None:
    bench.open_parcel()
    bench.portal.appear(epcs.sgtin_96(FOREIGN.gtins[0].zfill(14), "1", 7) or "")
    eventually(lambda: bench.portal.outputs[RED])
    assert bench.view.prompt.alarm is not None
    bench.scan(command("ACK"))
    eventually(lambda: not bench.portal.outputs[RED])


def test_an_announced_tag_lights_the_green_lamp_for_a_moment(bench: Bench) -> None:
    bench.open_parcel()
    assert not bench.portal.outputs[GREEN]
    bench.portal.appear(SHIPPED)
    eventually(lambda: bench.portal.outputs[GREEN])
    eventually(lambda: not bench.portal.outputs[GREEN])
    assert not bench.portal.outputs[RED]


def test_an_alarm_that_waited_when_the_station_stopped_is_red_when_it_starts(bench: Bench) -> None:
    bench.open_parcel()
    bench.portal.appear(epcs.sgtin_96(FOREIGN.gtins[0].zfill(14), "1", 7) or "")
    eventually(lambda: bench.portal.outputs[RED])
    bench.station.stop()
    assert not bench.portal.outputs[RED]
    bench.open([LlrpReader(name="portal", host=bench.portal.host, port=bench.portal.port, backoff=QUICK)])
    eventually(lambda: bench.portal.outputs[RED])
