"""A whole station to try: a site of its own, a serial scanner on a PTY, the real program on a real terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from terminal import PATIENCE_S, Terminal

from rl_station.cli.history import as_document
from rl_station.domain import site_codes
from rl_station.store import check_folder, open_reader

PROGRAM = str(Path(sys.executable).with_name("rl-station"))
STATION = "e2e-1"
PREFIX = "E01"
EXAMPLE = Path(__file__).parents[2] / "config"
PRIYA = site_codes.make("B", "100301")
"""The badge of an inspector who reads English."""

_STATION = """
[e2e-1]
name = "Bench E"
prefix = "E01"
tasks = ["receive", "inspect", "sort", "trace"]
default_lane = "MIXED"
scanners = ["bench-serial", "wedge"]
printers = ["{printer}"]
"""
_SCANNER = """
[scanners.bench-serial]
driver = "serial"
port = "{port}"
baud = 115200
debounce_ms = {debounce_ms}
"""

Event = dict[str, Any]


class Scanner:
    """A serial scanner: a PTY behind a symlink, as udev names one. It can be pulled and plugged in again."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master: int | None = None
        self.plug()

    def plug(self) -> None:
        self._master, slave = os.openpty()
        fresh = self.link.with_suffix(".new")
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self.link)
        os.close(slave)

    def unplug(self) -> None:
        if self._master is not None:
            os.close(self._master)
            self._master = None
            self.link.unlink()

    def send(self, data: bytes) -> None:
        """These bytes and no others."""
        assert self._master is not None, "the scanner is not plugged in"
        while data:
            data = data[os.write(self._master, data[:1024]) :]

    def scan(self, code: str) -> None:
        """Pull the trigger once."""
        self.send(code.encode("latin-1") + b"\r")


class Site:
    """A copy of the example site with one station more, and that station's data folder.

    The scanner's double reads are not ignored unless `debounce_ms` says so: tests scan faster than people.
    """

    def __init__(self, folder: Path, *, printer: str = "labels", devices: str = "", debounce_ms: int = 0) -> None:
        self.config = folder / "config"
        self.data = folder / "data"
        self.link = folder / "scanner"
        shutil.copytree(EXAMPLE, self.config)
        _append(self.config / "stations.toml", _STATION.format(printer=printer))
        _append(self.config / "devices.toml", _SCANNER.format(port=self.link, debounce_ms=debounce_ms) + devices)

    @property
    def options(self) -> list[str]:
        return ["--config", str(self.config), "--data", str(self.data), "--station", STATION]

    def run(self, *arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        """One command of the command line, without a terminal."""
        folder = data or self.data
        return subprocess.run(
            [PROGRAM, *arguments, "--config", str(self.config), "--data", str(folder), "--station", STATION],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=without_settings(),
            timeout=4 * PATIENCE_S,
            check=False,
        )

    def events(self, data: Path | None = None) -> list[Event]:
        """The log, each event as `rl-station events --json` tells it."""
        with open_reader(data or self.data) as reader:
            told = [as_document(recorded, link) for recorded, link in reader.entries()]
        events: list[Event] = json.loads(json.dumps(told))
        return events

    def of_type(self, *types: str) -> list[Event]:
        return [line["event"] for line in self.events() if line["event"]["type"] in types]

    def read(self) -> list[str]:
        """What was scanned, raw, in the order of the log."""
        return [line["source"]["raw"] for line in self.events() if line["source"] and line["seq"] == line["cause"]]

    def assert_intact(self) -> None:
        """The chain is whole, and the read models are what the log says."""
        found = check_folder(self.data, projections=True)
        assert found.ok, found


class Station:
    """The program on its terminal, with its scanner."""

    def __init__(self, site: Site, terminal: Terminal, scanner: Scanner) -> None:
        self.site = site
        self.terminal = terminal
        self.scanner = scanner

    def scan(self, code: str, *, until: str | Callable[[Terminal], bool]) -> None:
        """One scan, and wait for what it leads to."""
        self.scanner.scan(code)
        self.terminal.wait_for(until)

    def command(self, body: str, *, until: str | Callable[[Terminal], bool]) -> None:
        """Scan a command barcode off the sheet."""
        self.scan(command(body), until=until)

    def wait_for(self, wanted: str | Callable[[Terminal], bool]) -> None:
        self.terminal.wait_for(wanted)

    def plate(self, kind: str) -> str:
        """The newest plate of this station that is to be read on the screen; `kind`: P parcel, U unit."""
        found: list[str] = re.findall(rf"RL{kind}{PREFIX}[0-9]{{7}}[0-9A-Z]", self.terminal.text)
        assert found, f"no plate is to be read:\n{self.terminal.text}"
        return max(found)

    def ready(self) -> None:
        """Until the scanner is there: what is scanned before would be lost, as with any scanner."""
        self.wait_for(lambda terminal: "ready" in terminal.text and "bench-serial" not in terminal.text)

    def sign_in(self) -> None:
        self.scan(PRIYA, until="Choose a TASK")


@contextmanager
def running(
    site: Site,
    *,
    scanner: Scanner | None = None,
    size: tuple[int, int] = (80, 24),
    term: str = "xterm-256color",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Station]:
    """`rl-station run` on a terminal, killed at the end however the test ends."""
    scanner = scanner or Scanner(site.link)
    with Terminal([PROGRAM, "run", *site.options], size=size, term=term, environment=environment) as terminal:
        yield Station(site, terminal, scanner)


def command(body: str) -> str:
    """The text of a command barcode."""
    return site_codes.make(site_codes.COMMAND, body)


def tote(body: str) -> str:
    return site_codes.make(site_codes.CONTAINER, body)


def without_settings() -> dict[str, str]:
    """The environment without what would point a station somewhere else."""
    return {key: value for key, value in os.environ.items() if not key.startswith("RL_")}


def _append(file: Path, text: str) -> None:
    with file.open("a") as opened:
        opened.write(text)
