"""A small returns centre in memory, and a desk that feeds inputs to the deciders and records what they decide."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from workflow_goods import CATEGORIES, CHECKLISTS, RULES, WorldReference
from workflow_records import WorldRecords

from rl_station.domain import events as e
from rl_station.domain import site_codes, unit_label
from rl_station.domain.checklist import Checklist
from rl_station.domain.messages import Refusal
from rl_station.domain.rework import WorkTable
from rl_station.domain.scan import Meaning, Scan, ScanKind, ScanSource
from rl_station.domain.unit_label import UnitLabel
from rl_station.workflow import (
    Answered,
    Command,
    Commanded,
    Input,
    Prompt,
    Scanned,
    Session,
    Tag,
    TagsObserved,
    WeightSettled,
    advance,
    decide,
    initial,
    prompt,
)
from rl_station.workflow.knowledge import Load

KEY = b"a site's label key"
Found = TypeVar("Found", bound=e.Event)


class WorldField:
    """`workflow.knowledge.Field`: the tags that a test has put down at the station, as long as a reader looks."""

    def __init__(self) -> None:
        self.watched = True
        self._here: dict[str, Tag] = {}

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(self._here.values())

    def change(self, observed: TagsObserved) -> None:
        self._here.update({tag.epc: tag for tag in observed.appeared})
        for epc in observed.gone:
            self._here.pop(epc, None)


class WorldScale:
    """`workflow.knowledge.Scale`: none, until a test puts something on it."""

    def __init__(self) -> None:
        self.watched = False
        self.load: Load | None = None


class World:
    """`workflow.knowledge.Knowledge` for one station that does everything, unless told otherwise."""

    def __init__(self, tasks: tuple[str, ...] = ("receive", "inspect", "sort", "rework", "trace")) -> None:
        self.tasks = tasks
        self.categories = CATEGORIES
        self.reference = WorldReference()
        self.records = WorldRecords()
        self.rules = RULES
        self.rework = WorkTable()
        self.checklists = CHECKLISTS
        self.former: dict[tuple[str, str], Checklist] = {}
        self.now = 0
        self.default_client = "acme"
        self.identifiers = self
        self.field = WorldField()
        self.scale = WorldScale()

    def parcel_plate(self, ahead: int = 0) -> str:
        return parcel_plate(1 + ahead + sum(isinstance(line.event, e.ParcelReceived) for line in self.records.log))

    def unit_plate(self, ahead: int = 0) -> str:
        return unit_plate(1 + ahead + sum(isinstance(line.event, e.UnitIdentified) for line in self.records.log))

    def checklist(self, checklist_id: str, version: str = "") -> Checklist | None:
        former = self.former.get((checklist_id, version)) if version else None
        return former or self.checklists.get(checklist_id)

    def weight_tolerance(self, announced: int) -> int:
        return max(100, announced // 20)

    def hold_bin(self) -> str:
        return "BHOLD"

    def default_lane(self) -> str:
        return "MIXED"

    def open_label(self, scan: Scan) -> UnitLabel | None:
        found = scan.first(ScanKind.UNIT_LABEL)
        return unit_label.decode(found.value, KEY) if found else None


def parcel_plate(number: int, prefix: str = "D01") -> str:
    return site_codes.make("P", f"{prefix}{number:07d}")


def unit_plate(number: int, prefix: str = "D01") -> str:
    return site_codes.make("U", f"{prefix}{number:07d}")


def scan_of(*meanings: tuple[ScanKind, str] | Meaning) -> Scan:
    """A scan with these readings and, as the pipeline adds it, the plain text last."""
    read = [found if isinstance(found, Meaning) else Meaning(found[0], found[1], "test") for found in meanings]
    if read and read[-1].kind is not ScanKind.TEXT:
        read.append(Meaning(ScanKind.TEXT, read[0].value, "text"))
    raw = read[0].value if read else ""
    return Scan(ScanSource("test", raw.encode("utf-8", "replace").decode("latin-1")), tuple(read))


def label_scan(label: UnitLabel, key: bytes = KEY) -> Scan:
    text = unit_label.encode(label, key)
    return scan_of((ScanKind.UNIT_LABEL, text), (ScanKind.UNIT_PLATE, label.unit))


class Desk:
    """One station at work: decides, records, advances, and remembers the last answer."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.session: Session = initial()
        self.last: tuple[e.Event, ...] | Refusal = ()
        self.minute = 0

    def give(self, given: Input) -> tuple[e.Event, ...] | Refusal:
        self.last = decide(self.session, given, self.world)
        refused = self.last
        events: tuple[e.Event, ...] = (
            (e.ScanRefused(code=refused.code, params=refused.params, blocking=refused.blocking),)
            if isinstance(refused, Refusal)
            else refused
        )
        self.follow(self.record(events))
        return self.last

    def appear(self, *epcs: str) -> tuple[e.Event, ...] | Refusal:
        """Tags come into the field."""
        self.minute += 1
        return self.observe(TagsObserved(appeared=tuple(Tag(epc, 60_000_000 * self.minute) for epc in epcs)))

    def vanish(self, *epcs: str) -> tuple[e.Event, ...] | Refusal:
        return self.observe(TagsObserved(gone=epcs))

    def observe(self, observed: TagsObserved) -> tuple[e.Event, ...] | Refusal:
        self.world.field.change(observed)
        return self.give(observed)

    def weigh(self, grams: int) -> tuple[e.Event, ...] | Refusal:
        """Something comes to rest on the scale."""
        self.world.scale.load = Load(grams, "bench-scale")
        return self.give(WeightSettled())

    def settle(self) -> None:
        """What the station does after every input of the worker's."""
        last = self.last
        self.give(TagsObserved())
        self.last = last

    def follow(self, recorded: tuple[e.Recorded, ...]) -> None:
        self.session = advance(self.session, recorded)

    def record(self, events: tuple[e.Event, ...]) -> tuple[e.Recorded, ...]:
        first = len(self.world.records.log) + 1
        worker = self.session.state.worker
        recorded = tuple(
            e.Recorded(
                station="demo",
                epoch="e1",
                seq=first + place,
                at=1_000_000 * (first + place),
                hlc=first + place,
                operator=worker.id if worker else "",
                cause=first,
                event=msgspec.convert(msgspec.to_builtins(event), e.AnyEvent),
            )
            for place, event in enumerate(events)
        )
        self.world.records.append(recorded)
        if any(isinstance(event, e.ParcelWeighed) for event in events):
            self.world.scale.load = None
        return recorded

    def scan(self, *meanings: tuple[ScanKind, str] | Meaning | Scan) -> tuple[e.Event, ...] | Refusal:
        whole = next((found for found in meanings if isinstance(found, Scan)), None)
        parts = [found for found in meanings if not isinstance(found, Scan)]
        return self.give(Scanned(whole or scan_of(*parts)))

    def command(self, command: Command) -> tuple[e.Event, ...] | Refusal:
        return self.give(Commanded(command))

    def answer(self, choice: str) -> tuple[e.Event, ...] | Refusal:
        return self.give(Answered(choice))

    @property
    def prompt(self) -> Prompt:
        return prompt(self.session, self.world)

    def found(self, kind: type[Found]) -> Found:
        """The event of this kind that the last input recorded."""
        events = () if isinstance(self.last, Refusal) else self.last
        return next(event for event in events if isinstance(event, kind))

    @property
    def types(self) -> list[str]:
        """What the last input recorded, or the code it was refused with."""
        return [self.last.code] if isinstance(self.last, Refusal) else [type(event).__name__ for event in self.last]

    @property
    def step(self) -> str:
        return f"{self.prompt.workflow}.{self.prompt.step}"


def desk_at(task: str, badge: str = "200") -> Desk:
    """Priya, an inspector, at a task."""
    desk = Desk()
    desk.scan((ScanKind.BADGE, badge))
    desk.command(Command(task.upper()))
    return desk


def receive(desk: Desk, kind: ScanKind = ScanKind.TRACKING, value: str = "T1") -> str:
    """A parcel through the dock; gives its plate."""
    desk.scan((kind, value))
    plate = desk.found(e.ParcelReceived).parcel
    desk.answer("intact")
    desk.answer("none")
    desk.scan((ScanKind.PARCEL_PLATE, plate))
    return plate


def inspect_unit(desk: Desk, code: str, *answers: str) -> str:
    """A unit through the bench by its GTIN; gives its plate."""
    desk.scan((ScanKind.GTIN, code))
    unit = desk.found(e.UnitIdentified).unit
    for answer in answers:
        desk.answer(answer)
    desk.command(Command.OK)
    desk.scan((ScanKind.UNIT_PLATE, unit))
    return unit
