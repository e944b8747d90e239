"""What eight scanners that never rest cost: the processor time of a station without a screen, in a process of its own."""

from __future__ import annotations

import json
import os
import random
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks import bulk, headless
from benchmarks.bench import Bench
from benchmarks.bench_site import make_site
from benchmarks.figure import CannotMeasureError, Figure
from benchmarks.peers import CalledPeer, CallingPeer, Peer, SerialPeer, SsiPeer
from benchmarks.terminal import PATIENCE_S
from rl_station.domain import site_codes
from rl_station.domain.events import ParcelReceived, ScanRefused, UnitSorted
from rl_station.settings import load_site
from rl_station.store import open_reader

NAMES = ("eight_scanners_cpu_share",)

_STATION = "eight"
_SECONDS = 20
_SECONDS_QUICK = 2
_RATE = 10
"""Scans a second of each scanner."""

_IDLE_S = 3.0
_IDLE_S_QUICK = 0.5
_STORED = 15_000
_UNKNOWN = 0.2
"""Share of codes that nobody knows: these are refused."""

_NOBODY = "NOBODY KNOWS "
_JITTER = 0.2
_LOOK_S = 0.002
_TICKS_S = os.sysconf("SC_CLK_TCK")
_SCANNERS = "three serial, three SSI and two TCP scanners"
_NOTE = f"of one core; {_SCANNERS}, {_RATE} scans a second each, tracing plates in a log of {_STORED:,} events"


class Shot(NamedTuple):
    """A scan to come: seconds after the first, by which scanner, of what."""

    at: float
    device: str
    code: str


def measure(bench: Bench) -> list[Figure]:
    seconds = _SECONDS_QUICK if bench.quick else _SECONDS
    with bench.folder("eight") as folder, ExitStack() as open_peers:
        peers = _peers()
        for peer in peers.values():
            open_peers.callback(peer.close)
        config, data = _site(folder, peers), folder / "data"
        shots = _shots(_known(config, data), list(peers), seconds)
        with _station(config, data, peers) as pid:
            before = _trace(peers, data)
            idle = _idle_share(pid, peers, _IDLE_S_QUICK if bench.quick else _IDLE_S)
            worked, began = _cpu_s(pid), time.monotonic()
            late = _shoot(shots, peers)
            sent = time.monotonic()
            _until_stored(data, before + len(shots), peers)
            ended = time.monotonic()
            share = (_cpu_s(pid) - worked) / (ended - began)
            _until_acknowledged(peers)
        refused = checked(data, before, shots)
    detail = {
        "idle_share": idle,
        "cpu_ms_per_scan": (share - idle) * (ended - began) * 1000 / len(shots),
        "scans": len(shots),
        "refused": refused,
        "scans_per_s": len(shots) / (sent - began),
        "all_stored_after_ms": (ended - sent) * 1000,
        "bench_late_max_ms": late * 1000,
    }
    return [Figure(NAMES[0], share, "share", note=_NOTE, detail=detail)]


def _peers() -> Mapping[str, Peer]:
    return {
        **{f"eight-serial-{number}": SerialPeer() for number in (1, 2, 3)},
        **{f"eight-ssi-{number}": SsiPeer() for number in (1, 2, 3)},
        "eight-calls": CallingPeer(),
        "eight-called": CalledPeer(),
    }


def _site(folder: Path, peers: Mapping[str, Peer]) -> Path:
    """The bench's site with one more station, that of the eight."""
    config = make_site(folder)
    station = {
        "name": "Eight scanners",
        "prefix": "Q08",
        "tasks": ["receive", "inspect", "sort", "trace"],
        "default_lane": "MIXED",
        "scanners": list(peers),
        "printers": ["labels"],
    }
    _append(config / "stations.toml", _STATION, station)
    for name, peer in peers.items():
        _append(config / "devices.toml", f"scanners.{name}", {"driver": peer.driver, **peer.options})
    return config


def _append(file: Path, table: str, values: Mapping[str, object]) -> None:
    # What stands in such a table is written in TOML as it is in JSON.
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\n".join(("", f"[{table}]", *lines, "")))


def _known(config: Path, data: Path) -> list[str]:
    """Write a log, and give the licence plates in it."""
    site = load_site(config, station=_STATION, environ={})
    built = bulk.build(data, site, _STORED)
    lives = bulk.parcels(site.station.prefix)
    return [
        plate
        for _ in range(built.parcels)
        for given in next(lives)
        for event in given.events
        for plate in _plates(event)
    ]


def _plates(event: object) -> tuple[str, ...]:
    match event:
        case ParcelReceived(parcel=plate) | UnitSorted(unit=plate):
            return (plate,)
        case _:
            return ()


def _shots(known: list[str], devices: list[str], seconds: int) -> list[Shot]:
    """No code twice, so that a scan which went astray is seen. Scanners do not keep step with one another, nor exact time."""
    chance = random.Random(1)  # noqa: S311 - the same scans every time
    wanted = _RATE * seconds * len(devices)
    unknown = [f"{_NOBODY}{number:06d}" for number in range(round(wanted * _UNKNOWN))]
    if len(known) < wanted - len(unknown):
        raise CannotMeasureError(f"the log holds {len(known)} plates of {wanted - len(unknown)}")
    codes = chance.sample(known, wanted - len(unknown)) + unknown
    chance.shuffle(codes)
    shots: list[Shot] = []
    for device in devices:
        phase = chance.random()
        for number in range(_RATE * seconds):
            at = (number + phase + chance.uniform(-_JITTER, _JITTER)) / _RATE
            shots.append(Shot(max(0.0, at), device, codes.pop()))
    return sorted(shots)


@contextmanager
def _station(config: Path, data: Path, peers: Mapping[str, Peer]) -> Iterator[int]:
    """The station's process, from when all scanners are connected."""
    station = subprocess.Popen(  # noqa: S603 - our own program, no shell
        [sys.executable, "-m", headless.__name__, str(config), str(data), _STATION],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with station:
        try:
            for peer in peers.values():
                peer.connect()
            _until_ready(station)
            yield station.pid
            station.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            raise CannotMeasureError("the station did not end") from error
        finally:
            if station.poll() is None:
                station.kill()


def _until_ready(station: subprocess.Popen[str]) -> None:
    said = ""
    if station.stdout is not None and select.select([station.stdout], [], [], PATIENCE_S)[0]:
        said = station.stdout.readline()
    if said.strip() != headless.READY:
        raise CannotMeasureError("the station did not start with eight scanners")


def _trace(peers: Mapping[str, Peer], data: Path) -> int:
    """Begin to trace; gives how many events there are then."""
    with open_reader(data) as reader:
        before = reader.head().seq
    next(iter(peers.values())).scan(site_codes.make(site_codes.COMMAND, "TRACE"))
    _until_stored(data, before + 1, peers)
    return before + 1


def _idle_share(pid: int, peers: Mapping[str, Peer], seconds: float) -> float:
    worked, began = _cpu_s(pid), time.monotonic()
    _listen(peers, began + seconds)
    return (_cpu_s(pid) - worked) / (time.monotonic() - began)


def _shoot(shots: list[Shot], peers: Mapping[str, Peer]) -> float:
    """Every scan at its time; gives by how many seconds the latest came late."""
    began = time.monotonic()
    late = 0.0
    for shot in shots:
        _listen(peers, began + shot.at)
        late = max(late, time.monotonic() - began - shot.at)
        peers[shot.device].scan(shot.code)
    return late


def _listen(peers: Mapping[str, Peer], until: float) -> None:
    """Take what the station says to its scanners, as these do, until that moment."""
    while True:
        for peer in peers.values():
            peer.hear()
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, _LOOK_S))


def _until_stored(data: Path, seq: int, peers: Mapping[str, Peer]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with open_reader(data) as reader:
        while (found := reader.head().seq) < seq:
            if time.monotonic() > deadline:
                raise CannotMeasureError(f"{seq - found} scans were lost")
            _listen(peers, time.monotonic() + _LOOK_S)


def _until_acknowledged(peers: Mapping[str, Peer]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    speaking = [peer for peer in peers.values() if isinstance(peer, SsiPeer)]
    while any(peer.acknowledged < peer.sent for peer in speaking):
        if time.monotonic() > deadline:
            raise CannotMeasureError("an SSI scanner was not acknowledged")
        _listen(peers, time.monotonic() + _LOOK_S)


def checked(data: Path, since: int, shots: list[Shot]) -> int:
    """How many were refused. Raises CannotMeasureError where a scan is missing, out of order, or another scanner's."""
    with open_reader(data) as reader:
        recorded = [line for line in reader.log(since) if line.source is not None]
    for device in {shot.device for shot in shots}:
        stored = [line.source.raw for line in recorded if line.source and line.source.device == device]
        if stored != [shot.code for shot in shots if shot.device == device]:
            raise CannotMeasureError(f"the scans of {device} are not what was recorded of it")
    refused = sum(isinstance(line.event, ScanRefused) for line in recorded)
    unknown = sum(shot.code.startswith(_NOBODY) for shot in shots)
    if refused != unknown:
        raise CannotMeasureError(f"{refused} scans were refused, not {unknown}")
    return refused


def _cpu_s(pid: int) -> float:
    """Processor time that a process has used so far, its own and the kernel's for it."""
    # The program's name, in brackets, may hold anything; user and system time are fields 14 and 15 of proc(5).
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_S
