"""One seed: a site of a few stations works through random troubles; then the troubles end, and every promise is checked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sim_centre import Centre
from sim_invariants import Contents, check, differences
from sim_network import WEATHER, Network
from sim_station import Image, Machine
from sim_work import Floor
from sim_world import DAY, HOUR, MINUTE, SECOND, Violation, World, replayable

from rl_station.domain.hand_over import HandOverError

YEAR = 365 * DAY
DRAIN = 12 * HOUR
"""Within this the last event must be at the centre once the troubles are over."""


@dataclass
class Parts:
    """What a run is made of; the tests of the simulation itself put broken ones in."""

    centre: Callable[[Path, World], Centre] = Centre
    machine: Callable[..., Machine] = Machine
    weather: Mapping[str, float] = field(default_factory=lambda: WEATHER)
    troubles: Sequence[str] = field(default_factory=lambda: tuple(TROUBLES))


@dataclass
class Outcome:
    """`broken` is empty where every promise was kept."""

    seed: int
    broken: str
    events: int
    happened: dict[str, int]
    timeline: list[str]


@dataclass
class Site:
    """The world with all that is in it."""

    world: World
    centre: Centre
    network: Network
    floor: Floor
    machines: list[Machine]
    home: Path
    images: dict[str, list[Image]] = field(default_factory=dict)
    central_images: list[tuple[Path, set[bytes]]] = field(default_factory=list)
    acked: set[bytes] = field(default_factory=set)
    working: bool = True

    def hear(self) -> None:
        """Gather what the stations were told is safe."""
        for machine in self.machines:
            self.acked |= machine.acked
            machine.acked = set()


def run(seed: int, parts: Parts | None = None) -> Outcome:
    """Live through one seed. The same seed is the same run, to the letter."""
    world = World(seed)
    broken, events = "", 0
    parts = parts or Parts()
    with scratch() as home, replayable(world):
        site = build(world, home, parts)
        try:
            live(site, parts.troubles)
            drain(site)
            verify(site)
        except Violation as violation:
            broken = str(violation)
            world.tell("BROKEN", broken)
        finally:
            events = sum(len(machine.memory.hashes) for machine in site.machines)
            close(site)
    return Outcome(seed, broken, events, world.happened, world.timeline)


@contextmanager
def scratch() -> Iterator[Path]:
    """In memory where there is such a place: the disks are many, and no power will be cut."""
    memory = Path("/dev/shm")  # noqa: S108  # a folder of its own is made in it
    with tempfile.TemporaryDirectory(prefix="rl-sim-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def build(world: World, home: Path, parts: Parts) -> Site:
    site = make(world, home, world.chance.randint(2, 3), parts)
    site.network.trouble = world.chance.choice((0.0, 0.1, 0.3, 0.6))
    site.network.weather = dict(parts.weather)
    return site


def make(world: World, home: Path, machines: int, parts: Parts | None = None) -> Site:
    """A site where all is well: a centre, and so many enrolled stations."""
    parts = parts or Parts()
    centre = parts.centre(home, world)
    site = Site(world, centre, Network(world, centre), Floor(), [], home)
    for number in range(1, machines + 1):
        machine = parts.machine(world, site.network, site.floor, home, number)
        site.machines.append(machine)
        machine.power_on()
        machine.enrol(centre)
    return site


@contextmanager
def quiet(machines: int = 1, parts: Parts | None = None) -> Iterator[Site]:
    """A site where nothing happens but what a test does."""
    world = World(1)
    with scratch() as home, replayable(world):
        site = make(world, home, machines, parts)
        try:
            yield site
        finally:
            close(site)


def close(site: Site) -> None:
    for machine in site.machines:
        machine.power_off()
    site.centre.stop()


# --- living -----------------------------------------------------------------------------------------------------------


def live(site: Site, troubles: Sequence[str]) -> None:
    """A shift with a few troubles in it."""
    world = site.world
    inputs = world.chance.randint(10, 28)
    for machine in site.machines:
        _keep_working(site, machine, inputs)
    span = inputs * 20 * SECOND
    for _ in range(world.chance.randint(2, 5)):
        name = world.chance.choice(troubles)
        world.at(world.now + world.chance.randint(0, span), lambda name=name: _befall(site, name))
    world.run_until(world.now + span * 3 // 2)


def _keep_working(site: Site, machine: Machine, inputs: int) -> None:
    """So many inputs, a few seconds apart; a machine that is off skips its turn."""

    def turn(left: int) -> None:
        if site.working and left:
            done = min(left, site.world.chance.randint(1, 4))
            for _ in range(done):
                machine.work()
            site.world.at(site.world.now + done * _pace(site.world), lambda: turn(left - done))

    site.world.at(site.world.now + _pace(site.world), lambda: turn(inputs))


def _pace(world: World) -> int:
    return int(world.chance.expovariate(1 / (20 * SECOND)))


def _befall(site: Site, name: str) -> None:
    if site.working:
        machine = site.world.chance.choice(site.machines)
        site.world.count(name)
        site.world.tell(machine.name, f"TROUBLE {name}")
        TROUBLES[name](site, machine)


# --- troubles ---------------------------------------------------------------------------------------------------------


def _later(site: Site, most: int, action: Callable[[], None]) -> None:
    """Unless the troubles are over by then."""

    def unless_over() -> None:
        if site.working:
            action()

    site.world.at(site.world.now + site.world.chance.randint(0, most), unless_over)


def _on(machine: Machine) -> None:
    if machine.store is None:
        machine.power_on()


def killed(site: Site, machine: Machine) -> None:
    machine.power_off(killed=site.world.one(0.7))
    _later(site, 2 * MINUTE, lambda: _on(machine))


def _put_back(epoch_file: bool | None) -> Callable[[Site, Machine], None]:
    """An image is taken now, and put back later."""

    def trouble(site: Site, machine: Machine) -> None:
        image = machine.image()

        def restore() -> None:
            machine.power_off()
            site.hear()
            machine.restore(image, epoch_file=epoch_file)
            site.world.tell(machine.name, f"an image of {len(image.hashes)} events was put back")
            machine.power_on()

        _later(site, 5 * MINUTE, restore)

    return trouble


def database_lost(site: Site, machine: Machine) -> None:
    machine.power_off()
    site.hear()
    machine.lose_database()
    machine.power_on()


def cloned(site: Site, machine: Machine) -> None:
    if len(site.machines) < 5:  # enough for any tangle
        twin = machine.clone(f"{machine.name}+{site.world.number()}")
        site.machines.append(twin)
        twin.power_on()
        _keep_working(site, twin, site.world.chance.randint(3, 15))


def server_restored(site: Site, machine: Machine) -> None:
    image = site.centre.image()
    had = Contents(site.centre).hashes

    def restore() -> None:
        site.hear()
        site.centre.restore(image)
        site.acked &= had
        site.network.last_answers.clear()
        for each in site.machines:
            each.acked = set()
        site.world.tell("centre", f"an image of {len(had)} events was put back")

    _later(site, 5 * MINUTE, restore)


def token_revoked(site: Site, machine: Machine) -> None:
    site.centre.revoke(machine.station)
    _later(site, 10 * MINUTE, lambda: _enrol_again(site, machine))


def _enrol_again(site: Site, machine: Machine) -> None:
    """Whoever has the station's name gets the new token: a clone is the same station to everybody."""
    machine.enrol(site.centre)
    token = machine.token()
    for each in site.machines:
        if each is not machine and each.station == machine.station and token is not None:
            each.take_token(token)


def clock_wrong(site: Site, machine: Machine) -> None:
    machine.clock.offset = site.world.chance.choice((-YEAR, YEAR, -DAY, HOUR, 0))


def poison(site: Site, machine: Machine) -> None:
    if machine.store is not None:
        for _ in range(site.world.chance.randint(1, 3)):
            machine.write_novelty()


def giant(site: Site, machine: Machine) -> None:
    if machine.store is not None:
        machine.write_giant()


def cut_off(site: Site, machine: Machine) -> None:
    site.network.cut_off.add(machine.name)
    _later(site, 10 * MINUTE, lambda: site.network.cut_off.discard(machine.name))


def offline_for_a_month(site: Site, machine: Machine) -> None:
    """Nobody but this station works meanwhile; it does, a little every few days."""
    site.network.cut_off.add(machine.name)
    for _ in range(10):
        site.world.now += 3 * DAY
        machine.work()
    site.network.cut_off.discard(machine.name)


def handed_over(site: Site, machine: Machine) -> None:
    """What waits goes by file, while the network goes on trying; the file may be cut short, or read in twice."""
    file = machine.export()
    if file is None:
        return
    if site.world.one(0.2):
        content = file.read_bytes()
        file.write_bytes(content[: site.world.chance.randrange(40, len(content))])
    for _ in range(site.world.chance.randint(1, 2)):
        _later(site, 5 * MINUTE, lambda: _take_file(site, file))


def _take_file(site: Site, file: Path) -> None:
    try:
        handed = site.centre.take_file(file)
    except HandOverError as error:
        site.world.tell("centre", f"a file is not taken: {error}")
        return
    site.world.tell(
        "centre", f"from a file: {handed.stored} new, {handed.known} known {handed.refused}{handed.damaged}"
    )


def storm(site: Site, machine: Machine) -> None:
    before, site.network.trouble = site.network.trouble, 0.9
    _later(site, 10 * MINUTE, lambda: setattr(site.network, "trouble", before))


TROUBLES: dict[str, Callable[[Site, Machine], None]] = {
    "station killed": killed,
    "image restored, epoch file newer": _put_back(False),
    "image restored, whole disk": _put_back(True),
    "image restored, no epoch file": _put_back(None),
    "database lost": database_lost,
    "station cloned": cloned,
    "server restored": server_restored,
    "token revoked": token_revoked,
    "clock wrong": clock_wrong,
    "event of a newer version": poison,
    "event too large": giant,
    "cut off": cut_off,
    "30 days offline": offline_for_a_month,
    "handed over by file": handed_over,
    "storm": storm,
}


# --- the end ----------------------------------------------------------------------------------------------------------


def drain(site: Site) -> None:
    """All troubles end. Raises Violation where something then does not arrive within half a day."""
    world = site.world
    site.working = False
    site.network.trouble = 0.0
    site.network.cut_off.clear()
    for machine in site.machines:
        _on(machine)
    for station in sorted({machine.station for machine in site.machines}):
        _enrol_again(site, next(machine for machine in site.machines if machine.station == station))
    world.tell("site", "troubles end")
    settle(site)


def settle(site: Site) -> None:
    """Let time pass until everything has arrived. Raises Violation where it does not."""
    world = site.world
    end = world.now + DRAIN
    while waiting := _waiting(site):
        if world.now >= end:
            raise Violation(f"after {DRAIN // HOUR} hours without trouble there still waits: {waiting}")
        world.run_until(world.now + 5 * MINUTE)
    world.tell("site", "everything has arrived")


def verify(site: Site) -> None:
    """Raises Violation for the first promise that was not kept."""
    site.hear()
    check(site.world, site.centre, site.machines, site.acked)


def _waiting(site: Site) -> str:
    have = Contents(site.centre).hashes
    for machine in site.machines:
        missing = [seq for seq, link in enumerate(machine.memory.hashes, start=1) if link not in have]
        if missing:
            return f"{machine.name}: {len(missing)} events from {missing[0]} on; {_trouble(machine)}"
        if machine.outbox.acknowledged() < machine.outbox.head():
            return f"{machine.name}: acknowledged {machine.outbox.acknowledged()} of {machine.outbox.head()}; {_trouble(machine)}"
        wrong = differences(site.centre, machine)
        if wrong:
            return f"{machine.name}: has not heard of {len(wrong)} rows, {wrong[0]} among them; {_trouble(machine)}"
    return ""


def _trouble(machine: Machine) -> str:
    assert machine.uplink is not None
    found = (machine.uplink.state.trouble, machine.downlink.trouble)
    return "; ".join(trouble.told for trouble in found if trouble is not None) or "no trouble known"
