"""A machine with a station on it: the real store, uplink and downlink, stepped by the agenda instead of by threads."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import msgspec
from sim_centre import SITE, Centre
from sim_network import Network, Wire
from sim_work import Floor, Input, Novelty, Worker
from sim_world import SECOND, Clock, World

from rl_station.central import calls
from rl_station.domain import events as ev
from rl_station.domain.events import Event, Recorded
from rl_station.domain.hand_over import Cover
from rl_station.domain.sync_wire import MEDIA_TYPE, MOST_EVENT_BYTES, Enrolment, EnrolRequest, pack
from rl_station.settings import Site, load_site
from rl_station.settings.paths import example_site
from rl_station.station.known_copy import KnownCopy
from rl_station.station.merged import MergedRows
from rl_station.station.sync import StoreOutbox
from rl_station.store import Store
from rl_station.store import outbox as outbox_of
from rl_station.store.folder import DATABASE, EPOCH, LOCK
from rl_station.store.known import KnownReader
from rl_station.sync import enrolment, hand_over
from rl_station.sync.downlink import GAP, POLL, Downlink
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.outbox import Outbox
from rl_station.sync.state import read_state, write_state
from rl_station.sync.uplink import Uplink

Post = Callable[[Callable[[Store], None]], None]
MakeOutbox = Callable[[Path, Post], Outbox]
_enrolment = msgspec.msgpack.Decoder(Enrolment)


@dataclass
class Memory:
    """What anybody who was told "stored" remembers of one machine's log, whatever becomes of its disk."""

    hashes: list[bytes] = field(default_factory=list)
    """By seq, of the log that is on the disk now."""
    gone: set[bytes] = field(default_factory=set)
    """Events that a restore of the disk has taken away."""
    plates: set[str] = field(default_factory=set)
    """Plates given, by lost events too: their labels may be printed."""
    repeated: list[str] = field(default_factory=list)
    """Plates given once more."""


@dataclass(frozen=True)
class Image:
    """A copy of a machine's disk, and the log that was on it."""

    folder: Path
    hashes: tuple[bytes, ...]


class Machine:
    """`name` tells clones of one station apart; `station` is what they call themselves."""

    def __init__(self, world: World, network: Network, floor: Floor, home: Path, number: int) -> None:
        self.world, self.network, self.floor = world, network, floor
        self.number, self.station, self.prefix = number, f"bench-{number}", f"B{number:02d}"
        self.name = self.station
        self._home = home
        self.folder = self._fresh()
        self.clock = Clock(world)
        self.memory = Memory()
        self.acked: set[bytes] = set()
        """What this machine was told is at the centre, by the hashes of the events."""
        self.uplink: Uplink | None = None
        self.make_outbox: MakeOutbox = StoreOutbox
        self.make_downlink: type[Downlink] = Downlink
        self.store: Store | None = None
        self.wrote_novelty = False
        self.blind = False
        """A whole disk was copied or put back, epoch file and all: nothing on it can tell until the centre does."""
        self._turn = self._connection = 0
        self._wakes = False
        self._unnoted: Callable[[Store], None] | None = None

    # --- power --------------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        self.store = Store.open(
            self.folder, station=self.station, prefix=self.prefix, clock=self.clock, purpose="live", ballast=0
        )
        if self.store.epoch_reason != "new":
            self.world.tell(self.name, f"goes on in epoch {self.store.epoch} ({self.store.epoch_reason})")
        operator = f"op-{self.world.chance.randint(1, 3)}"
        self.worker = Worker(self.floor, self.store.identifiers, self.world.chance, operator)
        self.known = KnownReader(self.folder)
        self.rows = MergedRows(self.station, self.store, self.known)
        self.connect()

    def power_off(self, *, killed: bool = False) -> None:
        """`killed`: as SIGKILL leaves the files, with the log not carried over."""
        if self.store is None:
            return
        left = self._copy() if killed else None
        self.disconnect()
        self.known.close()
        self.store.close()
        self.store = None
        self._unnoted = None
        if left is not None:
            shutil.rmtree(self.folder)
            self.folder = left

    def connect(self) -> None:
        """Start syncing, if the station is enrolled."""
        enrolled = enrolment.read(self.folder)
        if enrolled is not None:
            self.outbox = self.make_outbox(self.folder, self._post)
            self.uplink = Uplink(
                self.outbox,
                Wire(self.network, self.name),
                enrolled,
                clock=self.clock,
                chance=random.Random(self.world.chance.getrandbits(32)),  # noqa: S311
                before=read_state(self.folder),
            )
            self.copy = KnownCopy(self.folder, example(), enrolled)
            self.downlink = self.make_downlink(
                self.copy,
                Wire(self.network, self.name),
                enrolled,
                chance=random.Random(self.world.chance.getrandbits(32)),  # noqa: S311
            )
            self._sync_in(0)
            self._fetch_in(0)

    def disconnect(self) -> None:
        self._turn += 1
        self._connection += 1
        if self.uplink is not None:
            write_state(self.folder, self.uplink.state)
            self.outbox.close()
            self.copy.close()
            self.uplink = None

    # --- work ---------------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """One input of the worker."""
        if self.store is not None:
            self.append(self.worker.next_input())

    def append(self, events: Input) -> tuple[Recorded, ...]:
        assert self.store is not None
        if self._unnoted is not None:
            work, self._unnoted = self._unnoted, None
            work(self.store)
        self.look()
        recorded = self.store.append(events, operator=self.worker.operator, known=self.rows.basis)
        self._remember(recorded)
        self.worker.done(recorded)
        if self._wakes:
            self._sync_in(self.world.chance.randint(0, 20 * SECOND))
        return recorded

    def look(self) -> None:
        """See what the centre says by now, as the engine does before each input."""
        assert self.store is not None
        self.known.refresh()
        self.store.heard(self.known.hlc)

    def write_novelty(self) -> None:
        """An event of a newer version than the centre's."""
        self.wrote_novelty = True
        self.append([Novelty(wonder=self.floor.number())])

    def write_giant(self) -> None:
        """An event too large for the centre to take."""
        self.append([ev.ScanRefused(code="scan.unknown", params=(("shown", "x" * (MOST_EVENT_BYTES + 1)),))])

    def _remember(self, recorded: Sequence[Recorded]) -> None:
        assert self.store is not None
        for each in recorded:
            link = outbox_of.hash_at(self.store._database, each.seq)
            self.memory.hashes.append(link)
            for plate in plates(each.event):
                if plate in self.memory.plates and not self.blind:
                    self.memory.repeated.append(plate)
                self.memory.plates.add(plate)

    # --- sync ---------------------------------------------------------------------------------------------------------

    def enrol(self, centre: Centre) -> None:
        """With a fresh one-time code, as an administrator would."""
        asked = EnrolRequest(self.station, centre.code(self.station))
        answer = centre.answer(
            calls.Request("POST", "/v1/enrol", headers={"content-type": MEDIA_TYPE}, body=pack(asked))
        )
        assert answer.status == 200, answer
        got = _enrolment.decode(answer.body)
        enrolled = Enrolled(
            url="https://central.example",
            site=SITE,
            station=self.station,
            token=got.token,
            server_key=got.server_key.hex(),
        )
        self.take_token(enrolled)

    def take_token(self, enrolled: Enrolled) -> None:
        enrolment.write(self.folder, enrolled)
        if self.store is not None:
            self.disconnect()
            self.connect()

    def token(self) -> Enrolled | None:
        return enrolment.read(self.folder)

    def _sync_in(self, us: int) -> None:
        self._turn += 1
        turn = self._turn

        def step() -> None:
            if turn == self._turn:
                self._sync()

        self.world.at(self.world.now + us, step)

    def _sync(self) -> None:
        if self.uplink is None or self.store is None:
            return
        before, acknowledged = self.uplink.state.trouble, self.outbox.acknowledged()
        pause = self.uplink.step(self.clock.now())
        self.acked.update(self.memory.hashes[acknowledged : self.outbox.acknowledged()])
        trouble = self.uplink.state.trouble
        if trouble is not None and (before is None or before.code != trouble.code):
            self.world.tell(self.name, f"sync: {trouble.code}: {trouble.told}")
        self._wakes = pause.wakes
        self._sync_in(pause.us)

    def _fetch_in(self, us: int) -> None:
        connection = self._connection

        def step() -> None:
            if connection == self._connection and self.store is not None:
                self._fetch()

        self.world.at(self.world.now + us, step)

    def _fetch(self) -> None:
        """A page of the feed; in quiet times less often than a real station asks, to save time."""
        pause = self.downlink.step(self.clock.now())
        quiet = GAP < pause.us <= POLL
        self._fetch_in(self.world.chance.randint(10, 120) * SECOND if quiet else pause.us)

    def _post(self, work: Callable[[Store], None]) -> None:
        """The engine's thread does it, acknowledgements at its leisure."""
        assert self.store is not None
        if getattr(work, "__name__", "") == "_note" and self.world.one(0.3):
            self._unnoted = work
        else:
            work(self.store)

    def export(self) -> Path | None:
        """Write what waits to a file, as `rl-station db export` does; None where the station is not at work."""
        if self.uplink is None or self.store is None:
            return None
        target = self._fresh() / "events"
        cover = Cover(
            station=self.station,
            after=self.outbox.acknowledged(),
            through=self.outbox.head(),
            at=self.clock.now(),
        )
        hand_over.write(self.outbox, cover, target)
        return target

    # --- disks --------------------------------------------------------------------------------------------------------

    def image(self) -> Image:
        """A copy of the disk as it is at this moment."""
        return Image(self._copy(), tuple(self.memory.hashes))

    def restore(self, image: Image, *, epoch_file: bool | None) -> None:
        """Put an old image in the place of the database, with the machine off.

        `epoch_file`: the newest stays (False), the image's comes along, as with a whole disk (True), or there is none (None).
        """
        assert self.store is None
        token, newest = self.token(), (self.folder / EPOCH).read_bytes()
        shutil.rmtree(self.folder)
        shutil.copytree(image.folder, self.folder)
        if epoch_file is not True:
            (self.folder / EPOCH).unlink()
            if token is not None:
                enrolment.write(self.folder, token)
        if epoch_file is False:
            (self.folder / EPOCH).write_bytes(newest)
        self.blind = self.blind or epoch_file is True
        self._now_has(image.hashes)

    def lose_database(self) -> None:
        assert self.store is None
        for path in self.folder.glob(f"{DATABASE}*"):
            path.unlink()
        self._now_has(())

    def clone(self, name: str) -> Machine:
        """The same disk in another machine, to run as well."""
        twin = Machine(self.world, self.network, self.floor, self._home, self.number)
        twin.name = name
        twin.folder = self._copy()
        twin.memory = Memory(list(self.memory.hashes), plates=set(self.memory.plates))
        twin.blind = self.blind = True
        twin.wrote_novelty = self.wrote_novelty
        twin.clock.offset = self.clock.offset
        twin.make_outbox, twin.make_downlink = self.make_outbox, self.make_downlink
        return twin

    def _now_has(self, hashes: Sequence[bytes]) -> None:
        self.memory.gone.update(self.memory.hashes)
        self.memory.gone.difference_update(hashes)
        self.memory.hashes = list(hashes)

    def _copy(self) -> Path:
        target = self._fresh()
        for path in self.folder.iterdir():
            if path.is_file() and path.name != LOCK and not path.name.endswith("-shm"):
                shutil.copyfile(path, target / path.name)
        return target

    def _fresh(self) -> Path:
        folder = self._home / f"disk-{self.world.number()}"
        folder.mkdir(parents=True)
        return folder


@lru_cache
def example() -> Site:
    """The settings that every station has here."""
    return load_site(example_site())


def plates(event: Event) -> tuple[str, ...]:
    """The plates that an event takes from the station's own numbers."""
    if isinstance(event, ev.ParcelReceived):
        return (event.parcel,)
    return (event.unit,) if isinstance(event, ev.UnitIdentified) else ()
