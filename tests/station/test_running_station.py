"""A station at work: devices in, views out, labels printed, and nothing that blocks in between."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from engine_bench import badge_of, command, demo_site, engine_in, eventually

from drivers.printer.zpl import ZplPrinter
from drivers.scanner.simulated import SimulatedScanner
from rl_station.devices import BoundPrinter, BoundScanner, DeviceSet, bind
from rl_station.domain.events import LabelPrintFailed, ScanRefused
from rl_station.settings import Site
from rl_station.station.demo import DemoWorker
from rl_station.station.demo_station import DemoStation
from rl_station.station.running import RunningStation
from rl_station.store import StoreError, open_reader
from rl_station.tui.contract import ResultTone, View

SITE = demo_site()


class Watched:
    """A running station with one simulated scanner, and every view it showed."""

    def __init__(self, folder: Path, devices: DeviceSet | None = None, site: Site = SITE) -> None:
        self.scanner = SimulatedScanner(name="bench")
        bound = devices or DeviceSet([BoundScanner("bench", "simulated", self.scanner)])
        self.folder = folder
        self.station = RunningStation(lambda: engine_in(folder, site), bound)
        self.views: list[View] = []
        self.station.start()
        self.station.subscribe(self.views.append)

    def read(self, code: str | bytes) -> View:
        """Have the scanner read a code; the view that answers it."""
        before = self.views[-1].result.seq if self.views[-1].result else 0
        self.scanner.push(code)
        eventually(lambda: (result := self.views[-1].result) is not None and result.seq > before)
        return self.views[-1]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    station = Watched(tmp_path)
    yield station
    station.station.stop()


def test_a_good_scan_is_shown_good_and_is_in_the_log(watched: Watched) -> None:
    view = watched.read(badge_of(SITE))
    assert view.result is not None
    assert view.result.tone is ResultTone.GOOD
    assert view.prompt.workflow == "menu"
    with open_reader(watched.folder) as reader:
        assert reader.head().seq == 1
    eventually(lambda: list(watched.scanner.tones) == ["good"])


def test_a_refused_scan_sounds_bad_at_the_scanner_that_read_it(watched: Watched) -> None:
    view = watched.read("NOT A BADGE")
    assert view.result is not None
    assert view.result.tone is ResultTone.BAD
    assert view.result.echo == "NOT A BADGE"
    eventually(lambda: list(watched.scanner.tones) == ["bad"])


def test_a_frame_that_is_too_long_is_refused_recorded_and_survived(watched: Watched) -> None:
    view = watched.read(b"x" * 20_000)
    assert view.result is not None
    assert view.result.message.code == "station.too_long"
    with open_reader(watched.folder) as reader:
        (refused,) = reader.log()
    assert isinstance(refused.event, ScanRefused)
    assert watched.read(badge_of(SITE)).prompt.workflow == "menu"


def test_scans_before_a_stop_are_all_stored(tmp_path: Path) -> None:
    station = Watched(tmp_path)
    for number in range(50):
        station.station.scan(f"JUNK{number}".encode(), device="keyboard", manual=True)
    station.station.stop()
    with open_reader(tmp_path) as reader:
        recorded = list(reader.log())
    assert [line.source.raw for line in recorded if line.source] == [f"JUNK{number}" for number in range(50)]
    assert all(line.source.manual for line in recorded if line.source)


def test_a_second_station_on_the_same_folder_does_not_start(watched: Watched) -> None:
    with pytest.raises(StoreError) as caught:
        Watched(watched.folder)
    assert caught.value.code == "locked"


def receive_up_to_the_label(watched: Watched) -> None:
    watched.read(badge_of(SITE))
    watched.read(command("RECEIVE"))
    watched.read(SITE.reference.facts.returns[0].tracking[0])
    watched.read(command("ANSWER1"))
    watched.read(command("SAFE"))


def test_a_label_that_does_not_print_is_told_recorded_and_holds_nobody_up(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    scanner = SimulatedScanner(name="bench")
    printer = ZplPrinter(name="zpl", url=f"tcp://127.0.0.1:{port}")
    devices = DeviceSet(
        [BoundScanner("bench", "simulated", scanner)], [BoundPrinter("zpl", "zpl", printer, timeout=0.2)]
    )
    watched = Watched(tmp_path, devices)
    watched.scanner = scanner
    receive_up_to_the_label(watched)
    assert watched.views[-1].prompt.step == "plate"
    eventually(
        lambda: watched.views[-1].result is not None and watched.views[-1].result.message.code == "station.label_failed"
    )
    assert watched.read(command("NOLABEL")).prompt.step == "lane"
    watched.station.stop()
    with open_reader(tmp_path) as reader:
        failed = [line.event for line in reader.log() if isinstance(line.event, LabelPrintFailed)]
    assert failed
    assert failed[0].reason


def test_labels_are_printed_as_files_by_the_example_site(tmp_path: Path) -> None:
    devices = bind(SITE.devices, SITE.station.scanners, SITE.station.printers, data=tmp_path)
    station = DemoStation(lambda: engine_in(tmp_path, SITE), devices, DemoWorker(SITE, 1))
    views: list[View] = []
    station.start()
    station.subscribe(views.append)
    try:
        while views[-1].prompt.step != "plate":
            before = views[-1].result.seq if views[-1].result else 0
            station.fire_next()
            eventually(lambda before=before: (result := views[-1].result) is not None and result.seq > before)  # type: ignore[misc]
        eventually(lambda: list((tmp_path / "labels").glob("*.zpl")) != [])
    finally:
        station.stop()
    plate = next(line for line in (tmp_path / "labels").glob("*.zpl")).read_bytes()
    assert b"RLPX01" in plate


def test_a_station_without_a_printer_says_so(tmp_path: Path) -> None:
    watched = Watched(tmp_path, site=msgspec.structs.replace(SITE))
    receive_up_to_the_label(watched)
    eventually(
        lambda: any(view.result and view.result.message.code == "station.label_failed" for view in watched.views)
    )
    watched.station.stop()
