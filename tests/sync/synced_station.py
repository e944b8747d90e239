"""A station without a screen: the real store, the real uplink over real sockets, and a clock that runs with its pauses."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from faulty_centre import Centre

from rl_station.domain import site_codes
from rl_station.domain.events import CodeTraced, ParcelReceived, Recorded
from rl_station.domain.sync_wire import DeviceTold, StationStatus
from rl_station.station.sync import StoreOutbox
from rl_station.store import Store
from rl_station.store.folder import DATABASE
from rl_station.sync import enrolment
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.http_channel import HttpChannel
from rl_station.sync.retry import Pause
from rl_station.sync.state import SyncState
from rl_station.sync.uplink import Uplink

NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC."""
STATION = "dock-01"
MOST_STEPS = 400


class StationClock:
    """Stands still but for the pauses."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class Station:
    """Opened on a folder; whatever sync asks of the store's thread is done at once."""

    def __init__(self, folder: Path, centre: Centre, *, name: str = STATION, read_s: float = 10.0) -> None:
        self.folder = folder
        self.centre = centre
        self.name = name
        self.clock = StationClock()
        self._read_s = read_s
        self.store = Store.open(folder, station=name, prefix="D01", clock=self.clock, purpose="live", ballast=0)
        self.uplink: Uplink | None = None
        self.devices: tuple[DeviceTold, ...] | None = None
        """How they are; None: this station is of a version that says nothing of them."""
        if enrolment.read(folder) is None:
            self.enrol()
        self.connect()

    def enrol(self) -> None:
        """By a one-time code, over the wire."""
        channel = HttpChannel(self.centre.url)
        enrolment.write(self.folder, enrolment.enrol(channel, self.centre.url, self.name, self.centre.code(self.name)))
        channel.close()

    def connect(self, before: SyncState | None = None) -> None:
        """A new uplink, with what the enrolment file says now."""
        if self.uplink is not None:
            before = before or self.uplink.state
            self.disconnect()
        self.channel = HttpChannel(self.enrolled.url, read_s=self._read_s)
        self.outbox = StoreOutbox(self.folder, lambda work: work(self.store))
        chance = random.Random(1)  # noqa: S311  # the same in every run
        status = None if self.devices is None else lambda: StationStatus(devices=self.devices or ())
        self.uplink = Uplink(
            *(self.outbox, self.channel, self.enrolled), clock=self.clock, chance=chance, before=before, status=status
        )

    def disconnect(self) -> None:
        self.channel.close()
        self.outbox.close()

    @property
    def enrolled(self) -> Enrolled:
        found = enrolment.read(self.folder)
        assert found is not None
        return found

    @property
    def state(self) -> SyncState:
        assert self.uplink is not None
        return self.uplink.state

    def work(self, events: int = 1, *, operator: str = "ada") -> list[Recorded]:
        """So many inputs of one event each; from fifty on, one input of them all."""
        number = self.store.head.seq + 1
        made = [CodeTraced(kind="tracking", value=f"{self.name}-{each}") for each in range(number, number + events)]
        inputs = [made] if events >= 50 else [[event] for event in made]
        return [recorded for each in inputs for recorded in self.store.append(each, operator=operator)]

    def receive(self) -> str:
        """A parcel under the next free plate, which it gives."""
        plate = self.store.identifiers.parcel_plate()
        self.store.append([ParcelReceived(parcel=plate, outcome="blind")], operator="ada")
        return plate

    def step(self) -> Pause:
        """One exchange at most, and then the pause it asked for."""
        assert self.uplink is not None
        pause = self.uplink.step(self.clock.now())
        self.clock.at += pause.us
        self.centre.clock.at += pause.us
        return pause

    def drain(self, most: int = MOST_STEPS) -> int:
        """Step until the server has everything; gives the number of steps."""
        for steps in range(1, most + 1):
            self.step()
            if self.state.link == "up" and self.outbox.acknowledged() == self.store.head.seq:
                return steps
        raise AssertionError(f"{self.store.unsynced().waiting} events still wait: {self.state}")

    def hashes(self) -> dict[str, list[tuple[int, bytes]]]:
        """The whole log as the server should have it: for each epoch it is keyed by, seqs and hashes."""
        lives = self.outbox.lives()
        found: dict[str, list[tuple[int, bytes]]] = {}
        for recorded, link in self.store.entries():
            epoch = next(life.epoch for life in reversed(lives) if life.starts <= recorded.seq)
            found.setdefault(epoch, []).append((recorded.seq, link))
        return found

    def assert_all_there(self) -> None:
        """The server has this log, once and in order, and nothing else."""
        assert self.centre.hashes() == self.hashes()

    def restart(self) -> None:
        """The process ends and begins again."""
        self.close()
        self.reopen()

    def reopen(self) -> None:
        """After `close`, with whatever the folder holds now."""
        self.store = Store.open(
            self.folder, station=self.name, prefix="D01", clock=self.clock, purpose="live", ballast=0
        )
        self.uplink = None
        self.connect()

    def copy(self, target: Path) -> None:
        """The whole data folder, as an administrator would copy a stopped station's."""
        self.close()
        shutil.copytree(self.folder, target)
        self.reopen()

    def put_back(self, image: Path) -> None:
        """An older database in the place of the present one; everything else in the folder stays."""
        self.close()
        for left in self.folder.glob(DATABASE + "*"):
            left.unlink()
        shutil.copy(image, self.folder / DATABASE)
        self.reopen()

    def close(self) -> None:
        self.disconnect()
        self.store.close()


def number_of(plate: str) -> int:
    code = site_codes.parse(plate)
    assert code is not None
    return int(code.body[3:])
