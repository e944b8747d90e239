"""Device settings are saved while a parcel is on the bench: they apply whole or not at all, and nobody restarts anything."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_bench import badge_of, command, engine_in, eventually

from rl_station.devices import DeviceState
from rl_station.domain.events import LabelPrintFailed
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.compose import devices_of, terminal_input
from rl_station.station.hot_swap import watch_site
from rl_station.station.running import RunningStation
from rl_station.store import open_reader
from rl_station.tui.contract import ResultTone, TerminalKeys, View

SCANNER = """
[scanners.bench]
driver = "serial"
port = "{port}"
debounce_ms = 0
"""
LABELS = """
[printers.labels]
driver = "file"
path = "{path}"
"""
HOST = """
[stations.demo]
scanners = {scanners}
printers = {printers}
"""


class Pty:
    """A scanner on a serial port."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        self.path = os.ttyname(self._slave)

    def scan(self, code: str) -> None:
        os.write(self._master, code.encode() + b"\r")

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


class Floor:
    """A station on its own copy of the example site, whose device files a test edits as people do."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "config", folder / "data"
        shutil.copytree(example_site(), self.config)
        self.data.mkdir()
        self.first, self.second = Pty(), Pty()
        self.views: list[View] = []
        self.host("bench")
        self.save(SCANNER.format(port=self.first.path) + LABELS.format(path="labels") + "\n" * 20)
        self._narrow_stations()
        self.site = load_site(self.config, station="demo", environ={})
        devices = devices_of(self.site, self.data)
        swap = watch_site(self.site, devices, self.data)
        self.station = RunningStation(lambda: engine_in(self.data, self.site), devices, swap)

    def start(self) -> None:
        self.station.start()
        self.station.subscribe(self.views.append)
        eventually(lambda: self.state("bench") is DeviceState.READY)

    def close(self) -> None:
        self.station.stop()
        self.first.close()
        self.second.close()

    def _narrow_stations(self) -> None:
        """The other stations of the example use devices that these tests do not have."""
        text = (self.config / "stations.toml").read_text()
        text = text.replace('scanners = ["wedge"]', "scanners = []").replace('printers = ["labels"]', "printers = []")
        text = text.replace('readers = ["demo-portal"]', "readers = []").replace('zone = "demo-bench"', 'zone = ""')
        (self.config / "stations.toml").write_text(text)

    def save(self, devices: str) -> None:
        (self.config / "devices.toml").write_text(devices)

    def host(self, *scanners: str, printers: tuple[str, ...] = ("labels",)) -> None:
        text = HOST.format(scanners=list(scanners), printers=list(printers))
        (self.config / "host.toml").write_text(text)

    def replace(self, devices: str) -> None:
        """As an editor does that never leaves a half-written file: written beside it, renamed over it."""
        draft = self.config / ".devices.toml.swp"
        draft.write_text(devices)
        draft.replace(self.config / "devices.toml")

    def state(self, name: str) -> DeviceState | None:
        return next((line.state for line in self.station.devices.status() if line.name == name), None)

    def printer_path(self) -> str:
        """The folder that labels go to now."""
        settings = self.station.devices.printers["labels"].settings
        assert isinstance(settings, tuple)
        return str(settings[0]["path"])

    def told(self, code: str) -> View:
        eventually(lambda: any(view.result and view.result.message.code == code for view in self.views))
        return next(view for view in reversed(self.views) if view.result and view.result.message.code == code)

    def read(self, scanner: Pty, code: str) -> View:
        """Scan; the view that answers it."""
        before = len(self.views)
        scanner.scan(code)
        eventually(lambda: any(view.result and view.result.echo == code for view in self.views[before:]))
        return next(view for view in self.views[before:] if view.result and view.result.echo == code)

    def put_a_parcel_on_the_bench(self) -> View:
        self.read(self.first, badge_of(self.site))
        self.read(self.first, command("RECEIVE"))
        return self.read(self.first, self.site.reference.facts.returns[0].tracking[0])


def param(view: View, key: str) -> str:
    """What the view's message says of this."""
    assert view.result is not None
    return str(dict(view.result.message.params)[key])


def refusals(view: View) -> bool:
    """Whether it stands on the screen that the settings as saved are not in force."""
    return any(notice.code == "station.devices_refused" for notice in view.status.notices)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path)
    made.start()
    yield made
    made.close()


def test_a_swap_applies_while_a_parcel_is_on_the_bench(floor: Floor) -> None:
    at = floor.put_a_parcel_on_the_bench()
    floor.replace(SCANNER.format(port=floor.second.path) + LABELS.format(path="labels"))
    view = floor.told("station.devices_swapped")
    assert param(view, "names") == "bench"
    assert view.prompt == at.prompt
    eventually(lambda: floor.state("bench") is DeviceState.READY)
    assert floor.read(floor.second, command("ANSWER1")).prompt.step == "hazard"


def editor_that_renames(floor: Floor, text: str) -> None:
    floor.replace(text)


def editor_that_truncates(floor: Floor, text: str) -> None:
    with (floor.config / "devices.toml").open("w") as file:
        file.flush()
        os.fsync(file.fileno())
        for line in text.splitlines(keepends=True):
            file.write(line)
            file.flush()


def editor_that_keeps_a_backup(floor: Floor, text: str) -> None:
    """The old file is moved away, and a new one written in its place."""
    (floor.config / "devices.toml").replace(floor.config / "devices.toml~")
    (floor.config / "devices.toml").write_text(text)


def editor_with_the_same_size_and_time(floor: Floor, text: str) -> None:
    """A deployment tool that keeps times: only the inode tells."""
    before = (floor.config / "devices.toml").stat()
    draft = floor.config / "draft"
    draft.write_text(text.ljust(before.st_size, "\n"))
    assert draft.stat().st_size == before.st_size
    os.utime(draft, ns=(before.st_atime_ns, before.st_mtime_ns))
    draft.replace(floor.config / "devices.toml")


@pytest.mark.parametrize(
    "editor",
    [
        editor_that_renames,
        editor_that_truncates,
        editor_that_keeps_a_backup,
        editor_with_the_same_size_and_time,
    ],
)
def test_however_an_editor_saves_it_is_seen(floor: Floor, editor: Callable[[Floor, str], None]) -> None:
    floor.save(SCANNER.format(port=floor.first.path) + LABELS.format(path="before") + "\n" * 20)
    eventually(lambda: floor.printer_path() == "before")
    editor(floor, SCANNER.format(port=floor.second.path) + LABELS.format(path="after"))
    eventually(lambda: floor.printer_path() == "after" and floor.state("bench") is DeviceState.READY)
    floor.read(floor.second, badge_of(floor.site))
    assert not any(view.result and view.result.message.code == "station.devices_refused" for view in floor.views)


@pytest.mark.parametrize(
    ("wrong", "place", "hint"),
    [
        (SCANNER.replace('"serial"', '"seriel"'), "devices.toml:3: scanners.bench.driver:", "'serial'"),
        (SCANNER.replace("debounce_ms", "debounse_ms"), "devices.toml:5: scanners.bench.debounse_ms:", "'debounce_ms'"),
        (SCANNER.replace("[scanners.bench]", "[scanners.bencj]"), "host.toml:3: demo.scanners[1]:", "'bencj'"),
        (SCANNER + "\n[scanners.bench]\n", "devices.toml:", ""),
        ("", "host.toml:3: demo.scanners[1]:", ""),
        ('[printers.labels]\ndriver = "zpl"\nurl = "gopher://x"\n' + SCANNER, "devices.toml:1: printers.labels:", ""),
    ],
    ids=["driver", "key", "name", "syntax", "empty", "cannot be made"],
)
def test_a_wrong_file_is_refused_whole_and_the_old_one_goes_on(floor: Floor, wrong: str, place: str, hint: str) -> None:
    text = wrong.format(port=floor.second.path)
    floor.save(text if "printers" in wrong else text + LABELS.format(path="labels"))
    view = floor.told("station.devices_refused")
    problem = param(view, "problem")
    assert problem.startswith(place)
    assert hint in problem
    assert view.result is not None
    assert view.result.tone is ResultTone.WARN
    assert view.result.message in view.status.notices
    assert floor.state("bench") is DeviceState.READY
    floor.read(floor.first, badge_of(floor.site))


def test_a_mended_file_is_applied_and_said(floor: Floor) -> None:
    floor.save("this is not toml")
    floor.told("station.devices_refused")
    floor.save(SCANNER.format(port=floor.first.path) + LABELS.format(path="labels"))
    assert not refusals(floor.told("station.devices_mended"))
    floor.save("this is not toml")
    eventually(lambda: refusals(floor.views[-1]))
    floor.save(SCANNER.format(port=floor.second.path) + LABELS.format(path="labels"))
    assert not refusals(floor.told("station.devices_swapped"))
    eventually(lambda: floor.state("bench") is DeviceState.READY)
    floor.read(floor.second, badge_of(floor.site))


def test_a_file_that_is_taken_away_changes_nothing(floor: Floor) -> None:
    (floor.config / "devices.toml").unlink()
    view = floor.told("station.devices_refused")
    assert param(view, "problem") == "devices.toml: the file is missing"
    floor.read(floor.first, badge_of(floor.site))


def test_the_stations_list_and_this_machines_own_file_count_too(floor: Floor) -> None:
    floor.save(
        SCANNER.format(port=floor.first.path)
        + SCANNER.format(port=floor.second.path).replace("bench", "spare")
        + LABELS.format(path="labels")
    )
    floor.host("bench", "spare")
    eventually(lambda: floor.state("spare") is DeviceState.READY)
    floor.read(floor.second, badge_of(floor.site))
    floor.host("spare")
    eventually(lambda: floor.state("bench") is None)
    floor.read(floor.second, command("RECEIVE"))


def test_what_was_saved_between_reading_the_site_and_starting_is_not_missed(tmp_path: Path) -> None:
    late = Floor(tmp_path)
    late.save(SCANNER.format(port=late.second.path) + LABELS.format(path="labels"))
    late.start()
    late.told("station.devices_swapped")
    eventually(lambda: late.state("bench") is DeviceState.READY)
    late.read(late.second, badge_of(late.site))
    late.close()


def test_a_start_without_changes_says_nothing_of_devices(floor: Floor) -> None:
    floor.read(floor.first, badge_of(floor.site))
    floor.save(SCANNER.format(port=floor.first.path) + LABELS.format(path="elsewhere"))
    floor.told("station.devices_swapped")
    codes = [view.result.message.code for view in floor.views if view.result]
    assert codes.index("station.devices_swapped") > 0
    assert "station.devices_mended" not in codes


def test_saving_again_and_again_loses_no_scan(floor: Floor) -> None:
    floor.read(floor.first, badge_of(floor.site))
    sent: list[str] = []
    done = threading.Event()

    def scan() -> None:
        while not done.wait(0.01):
            sent.append(f"JUNK{len(sent)}")
            floor.first.scan(sent[-1])

    hand = threading.Thread(target=scan)
    hand.start()
    try:
        for number in range(4):
            floor.replace(SCANNER.format(port=floor.first.path) + LABELS.format(path=f"labels{number}"))
            eventually(lambda number=number: floor.printer_path() == f"labels{number}")  # type: ignore[misc]  # bound early
    finally:
        done.set()
        hand.join()
    eventually(lambda: any(view.result and view.result.echo == sent[-1] for view in floor.views))
    with open_reader(floor.data) as reader:
        raws = [line.source.raw for line in reader.log() if line.source]
    assert raws[1:] == sent


# --- printers ---------------------------------------------------------------------------------------------------------


def test_a_label_that_waits_for_a_stalled_printer_goes_to_the_one_it_is_swapped_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stalled = LABELS.replace('"file"', '"zpl"').replace(
            'path = "{path}"', f'url = "tcp://127.0.0.1:{silent.getsockname()[1]}"'
        )
        floor = Floor(tmp_path)
        floor.save(SCANNER.format(port=floor.first.path) + stalled + "timeout = 60.0\n")
        floor.start()
        floor.told("station.devices_swapped")
        eventually(lambda: floor.state("bench") is DeviceState.READY)
        floor.put_a_parcel_on_the_bench()
        floor.read(floor.first, command("ANSWER1"))
        assert floor.read(floor.first, command("SAFE")).prompt.step == "plate"
        floor.save(SCANNER.format(port=floor.first.path) + LABELS.format(path="mended"))
        eventually(lambda: list((floor.data / "mended").glob("*.zpl")) != [])
        floor.close()
    assert len(list((floor.data / "mended").glob("*.zpl"))) == 1
    with open_reader(floor.data) as reader:
        assert not [line for line in reader.log() if isinstance(line.event, LabelPrintFailed)]


def test_without_the_last_printer_a_waiting_label_is_given_up_and_said(floor: Floor) -> None:
    floor.host("bench", printers=())
    floor.told("station.devices_swapped")
    floor.put_a_parcel_on_the_bench()
    floor.read(floor.first, command("ANSWER1"))
    floor.read(floor.first, command("SAFE"))
    view = floor.told("station.label_failed")
    assert param(view, "reason") == "no printer is configured"


# --- the terminal -----------------------------------------------------------------------------------------------------


def test_the_screens_terminal_follows_the_swap(floor: Floor) -> None:
    terminal = terminal_input(floor.station.devices)
    assert terminal.feed(b"typed\r", 0) == [TerminalKeys(b"typed\r")]
    floor.save(
        SCANNER.format(port=floor.first.path) + LABELS.format(path="labels") + '[scanners.wedge]\ndriver = "wedge"\n'
    )
    floor.host("bench", "wedge")
    eventually(lambda: floor.state("wedge") is DeviceState.READY)
    badge = badge_of(floor.site)
    assert terminal.feed(badge.encode() + b"\r", 0) == []
    eventually(lambda: any(view.result and view.result.echo == badge for view in floor.views))


# --- asking a device --------------------------------------------------------------------------------------------------


def test_a_device_can_be_asked_how_it_is_while_the_station_works(floor: Floor) -> None:
    floor.station.test_device("labels")
    view = floor.told("station.device_tested")
    assert view.result is not None
    assert (param(view, "device"), view.result.tone) == ("labels", ResultTone.INFO)
