"""From a scanner's last byte to the decision on the disk, driver by driver, through a running station without a screen."""

from __future__ import annotations

import gc
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.bench_site import load, make_site
from benchmarks.figure import CannotMeasureError, Figure, percentile, spread
from benchmarks.peers import CalledPeer, CallingPeer, KeyboardPeer, Peer, SerialPeer, SsiPeer
from benchmarks.terminal import PATIENCE_S
from benchmarks.twin import Twin
from drivers import registry
from drivers.contract import Scanner
from drivers.scanner.simulated import SimulatedScanner
from drivers.scanner.wedge import WedgeScanner
from rl_station.devices import BoundScanner, DeviceSet, DeviceState, bind
from rl_station.domain.scan import ScanSource
from rl_station.settings import Site
from rl_station.station.clocks import SystemClock
from rl_station.station.engine import Engine, Outcome
from rl_station.station.running import RunningStation
from rl_station.store import Store

_SCANS = 600
_WARM_UP = 30
_REST_S = 0.02
"""Between two scans: the quickest hands take longer, and most labels are printed meanwhile."""

_SCANNER = "it"
_NOTES = {
    "serial": "a PTY: no time on the wire, at 115,200 baud a character takes 0.087 ms",
    "ssi": "a PTY: no time on the wire",
    "tcp": "a scanner that calls the station, over loopback",
    "socket": "a terminal server that the station calls, over loopback",
    "wedge": "from the terminal's bytes being fed to the assembler; the terminal itself is in scan_to_paint",
    "evdev": "key events through a PTY, typed as fast as they are read, from the Enter key on",
    "simulated": "no device at all: what the station itself takes",
}


class FedPeer:
    """A driver that is fed by code of this process, not over a wire: `feed` takes the code."""

    options: Mapping[str, object] = {}

    def __init__(self, driver: str, feed: Callable[[str], object]) -> None:
        self.driver = driver
        self._feed = feed

    def connect(self) -> None:
        """It is always there."""

    def scan(self, code: str) -> int:
        begin = time.monotonic_ns()
        self._feed(code)
        return begin

    def hear(self) -> bytes:
        """It is told nothing."""
        return b""

    def close(self) -> None:
        """Nothing is open."""


_PEERS: Mapping[str, Callable[[], Peer]] = {
    "serial": SerialPeer,
    "ssi": SsiPeer,
    "tcp": CallingPeer,
    "socket": partial(CalledPeer, "serial", "port", "socket://"),
    "evdev": KeyboardPeer,
}
DRIVERS = tuple(_NOTES)


class Sample(NamedTuple):
    """Milliseconds from the last byte until the engine has the scan, and until it has decided and committed it."""

    taken: float
    decided: float


class _Decided(NamedTuple):
    """One scan at the engine; monotonic nanoseconds."""

    raw: str
    refused: bool
    stored: bool
    began: int
    ended: int


Decisions = queue.SimpleQueue[_Decided]


def names(driver: str) -> tuple[str, str]:
    return f"driver_to_decision_p99_ms_{driver}", f"driver_to_decision_p50_ms_{driver}"


def measure(driver: str, bench: Bench) -> list[Figure]:
    """One scan after the other, of a day's work; a twin knows what has to come of each."""
    with bench.folder("driver") as folder, bench.scratch() as scratch:
        site = load(make_site(folder))
        twin = Twin(site, scratch)
        try:
            with _connected(driver, site, folder / "data") as (peer, decisions):
                samples = [_scan(peer, twin, decisions) for _ in range(bench.samples(_SCANS))]
        finally:
            twin.close()
    return _figures(driver, samples[min(_WARM_UP, len(samples) // 10) :])


class _TimedEngine(Engine):
    """Says when it was given each scan, and when that was decided, committed and the next instruction known."""

    def __init__(self, site: Site, store: Store, decisions: Decisions) -> None:
        super().__init__(site, store)
        self._decisions = decisions

    def scan(self, source: ScanSource) -> Outcome:
        began = time.monotonic_ns()
        outcome = super().scan(source)
        ended = time.monotonic_ns()
        self._decisions.put(_Decided(source.raw, outcome.refusal is not None, outcome.stored, began, ended))
        return outcome


@contextmanager
def _connected(driver: str, site: Site, data: Path) -> Iterator[tuple[Peer, Decisions]]:
    """A station at work with this one scanner, and the scanner's far end."""
    decisions: Decisions = queue.SimpleQueue()
    peer, scanner = _made(driver)
    printers = bind(site.devices, (), site.station.printers, data=data).printers.values()
    devices = DeviceSet([BoundScanner(_SCANNER, peer.driver, scanner)], printers, folder=data)
    station = RunningStation(lambda: _TimedEngine(site, _store(site, data), decisions), devices)
    try:
        station.start()
        try:
            peer.connect()
            _until_ready(devices)
            # Stands for the screen. From here on the station leaves out of garbage collection what is there for good.
            station.subscribe(lambda view: None)
            yield peer, decisions
        finally:
            station.stop()
            gc.unfreeze()
    finally:
        peer.close()


def _made(driver: str) -> tuple[Peer, Scanner]:
    if driver in _PEERS:
        peer = _PEERS[driver]()
        return peer, registry.scanner(peer.driver, _SCANNER, peer.options)
    if driver == "wedge":
        wedge = WedgeScanner(name=_SCANNER)
        return FedPeer(driver, lambda code: wedge.feed(code.encode("latin-1") + b"\r", time.monotonic_ns())), wedge
    simulated = SimulatedScanner(name=_SCANNER)
    return FedPeer(driver, simulated.push), simulated


def _store(site: Site, data: Path) -> Store:
    station = site.station
    return Store.open(data, station=station.id, prefix=station.prefix, clock=SystemClock(), purpose="live")


def _until_ready(devices: DeviceSet) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (line := devices.status()[0]).state is not DeviceState.READY:
        if time.monotonic() > deadline:
            raise CannotMeasureError(f"the {line.driver} scanner is {line.state}: {line.reason}")
        time.sleep(0.01)


def _scan(peer: Peer, twin: Twin, decisions: Decisions) -> Sample:
    step = twin.scan(twin.upcoming())
    begin = peer.scan(step.code)
    try:
        decided = decisions.get(timeout=PATIENCE_S)
    except queue.Empty as error:
        raise CannotMeasureError(f"{step.code!r} did not arrive") from error
    if not decided.stored or (decided.raw, decided.refused) != (step.code, step.refused):
        raise CannotMeasureError(f"station and twin disagree about {step.code!r}: {decided}")
    time.sleep(_REST_S)
    peer.hear()
    return Sample((decided.began - begin) / 1e6, (decided.ended - begin) / 1e6)


def _figures(driver: str, samples: list[Sample]) -> list[Figure]:
    decided = [sample.decided for sample in samples]
    detail = {
        **spread(decided, "ms"),
        **spread([sample.taken for sample in samples], "ms", prefix="to_engine_"),
        **spread([sample.decided - sample.taken for sample in samples], "ms", prefix="decide_and_commit_"),
    }
    p99, p50 = names(driver)
    return [
        Figure(p99, percentile(decided, 99), "ms", note=_NOTES[driver], detail=detail),
        Figure(p50, percentile(decided, 50), "ms", note=_NOTES[driver]),
    ]
