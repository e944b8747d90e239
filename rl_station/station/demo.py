"""The demo's hands: what a worker with this parcel would scan next, in answer to any prompt. Deterministic for a seed.

Only scans come out, command barcodes included: whatever the demo does, a worker with a scanner and no keyboard can do.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator

from rl_station.domain import events as e
from rl_station.domain import site_codes
from rl_station.domain.reference import AnnouncedReturn, Product
from rl_station.settings import Site
from rl_station.station.clocks import ReplayClock
from rl_station.station.demo_field import DemoField
from rl_station.station.engine import Engine, Outcome
from rl_station.station.replay import Step, play
from rl_station.station.tag_field import TagField
from rl_station.workflow import at_rest
from rl_station.workflow.inputs import Command
from rl_station.workflow.prompt import Choice, Prompt, Tone

_REST = {
    ("receive", "scan"),
    ("receive", "lane"),
    ("inspect", "parcel"),
    ("sort", "unit"),
    ("sort", "card"),
    ("rework", "unit"),
}
DEVICE = "demo-scanner"
PORTAL = "demo-portal"
_PATIENCE = 20
_MISHAP = 0.06
"""How often something is not as it should be: a dent, a leak, an item that is missing."""


class DemoWorker:
    """Watches what is recorded, and answers prompts. `first` is the announced return it takes up first."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)  # noqa: S311 - a course of events for a demo, not a secret
        self._seed = seed
        self._arrivals = deque(_announced(site))
        self._invented = 0
        self._received: set[str] = set()
        self._to_inspect: deque[str] = deque()
        self._to_rework: deque[str] = deque()
        self._to_sort: deque[str] = deque()
        self._items: list[tuple[str, str, str]] = []
        self.field = DemoField(site)
        self._serial = ""
        self._label = ""
        self._destination = ("", "", "")
        self._totes: dict[tuple[str, str, str], str] = {}
        self._free = deque(container.id for container in site.containers if container.kind == "tote")

    # --- watching -----------------------------------------------------------------------------------------------------

    def observe(self, recorded: Iterable[e.Recorded]) -> None:
        """Take note of what was recorded, in order; at a restart, of the whole log."""
        for line in recorded:
            self._observe(line.event)
            self.field.observe(line.event, [tag for *_, tag in self._items if tag])

    def _observe(self, event: e.Event) -> None:  # noqa: C901, PLR0912 - one short case for each event the hands must know of
        match event:
            case e.ParcelReceived(rmas=rmas):
                self._received.update(rmas)
            case e.ParcelLaneAssigned(parcel=parcel):
                self._to_inspect.append(parcel)
            case e.LabelRequested(label="parcel", parcel=plate) | e.LabelRequested(label="unit", unit=plate):
                self._label = plate
            case e.ParcelOpened(parcel=parcel, rmas=rmas):
                self._to_inspect = deque(each for each in self._to_inspect if each != parcel)
                self._items = [item for rma in rmas for item in self._inside(rma)]
            case e.UnitIdentified():
                self._take_out(event.gtin)
            case e.DispositionDecided(unit=unit, steps=(_, *_)) | e.DispositionApproved(unit=unit, steps=(_, *_)):
                self._hand_on(unit, self._to_rework if self._reworks else self._to_sort)
            case e.UnitPlateConfirmed(unit=unit) if unit not in self._to_rework:
                self._hand_on(unit, self._to_sort)
            case e.ReworkFinished(unit=unit):
                # Once is enough: what is still not good then goes on as it is.
                self._hand_on(unit, self._to_sort)
            case e.UnitPresented(disposition=disposition, client=client, bin=bin_):
                self._destination = (disposition, client, bin_)
            case e.UnitSorted(unit=unit, container=container):
                self._to_sort = deque(each for each in self._to_sort if each != unit)
                self._totes[self._destination] = container
            case e.ContainerOpened(container=container):
                self._free = deque(each for each in self._free if each != container)
            case e.ContainerClosed(container=container):
                self._totes = {key: tote for key, tote in self._totes.items() if tote != container}
            case e.ParcelClosed():
                self._items = []
            case _:
                pass

    @property
    def _reworks(self) -> bool:
        return "rework" in self._site.station.tasks

    def _hand_on(self, unit: str, queue: deque[str]) -> None:
        """A unit waits in one place at a time."""
        for each in (self._to_rework, self._to_sort):
            if unit in each:
                each.remove(unit)
        queue.append(unit)

    def _inside(self, rma: str) -> list[tuple[str, str, str]]:
        """GTIN, serial and tag of each piece of a return that is really in the box."""
        announced = self._site.reference.announced(rma)
        pieces: list[tuple[str, str, str]] = []
        for line in announced.lines if announced else ():
            product = self._site.reference.product(announced.client if announced else "", line.sku)
            if product is None:
                continue
            none = [""] * line.quantity
            instances = list(zip([*line.serials, *none], [*line.epcs, *none], strict=False))[: line.quantity]
            pieces += [(product.gtins[0], *instance) for instance in instances if not self._mishap()]
        return pieces

    def _take_out(self, gtin: str) -> None:
        found = next((item for item in self._items if item[0].zfill(14) == gtin.zfill(14)), None)
        if found is not None:
            self._items.remove(found)
            self._serial = found[1]

    @property
    def busy(self) -> bool:
        """Whether parcels wait to be inspected, or units to be worked on or sorted."""
        return bool(self._to_inspect or self._to_rework or self._to_sort)

    # --- answering ----------------------------------------------------------------------------------------------------

    def next(self, prompt: Prompt) -> str:
        """The text of the code to scan now."""
        if prompt.alarm is not None:
            return command(Command.ACK)
        if prompt.workflow == "sign_in":
            return site_codes.make("B", self._operator())
        wanted = self._task()
        place = (prompt.workflow, prompt.step)
        if prompt.workflow == "menu" or (place in _REST and prompt.workflow != wanted) or prompt.workflow == "trace":
            return command(wanted.upper())
        answer = {
            "receive": self._at_dock,
            "inspect": self._at_bench,
            "rework": self._at_rework,
            "sort": self._at_sort_desk,
        }[prompt.workflow](prompt)
        return answer or command(Command.CANCEL)

    def _operator(self) -> str:
        able = [operator for operator in self._site.operators if "inspector" in operator.roles]
        return (able or list(self._site.operators))[0].badge

    def _task(self) -> str:
        """One parcel all the way, then the next: work on what needs it, sort what is labelled, inspect what is received."""
        if self._to_rework:
            return "rework"
        if self._to_sort:
            return "sort"
        return "inspect" if self._to_inspect else "receive"

    def _at_dock(self, prompt: Prompt) -> str:
        match prompt.step:
            case "scan" | "lane" | "identify":
                return self._arrival()
            case "plate":
                return self._label
            case "condition" | "hazard":
                return self._pick(prompt.choices, first=1 - _MISHAP)
            case _:
                return self._pick(prompt.choices, first=1)

    def _at_bench(self, prompt: Prompt) -> str:
        codes = {
            "parcel": self._to_inspect[0] if self._to_inspect else "",
            "unit": self._items[0][0] if self._items else command(Command.DONE),
            "serial": self._serial or command("NOSERIAL"),
            "grade": command(Command.OK),
            "plate": self._label,
            "approval": self._approver(),
        }
        if prompt.step in codes:
            return codes[prompt.step]
        return self._pick(prompt.choices, first=0 if prompt.step == "question" else 1)

    def _at_rework(self, prompt: Prompt) -> str:
        match prompt.step:
            case "unit":
                return self._to_rework[0] if self._to_rework else ""
            case "work":
                return command("FINISHED")
            case "evidence":
                return f"CERT-{self._seed}-{self._random.randrange(10_000):04d}"
            case "method" | "early":
                return self._pick(prompt.choices, first=1)
            case _:
                return self._at_bench(prompt)

    def _approver(self) -> str:
        """The badge of somebody who may agree to anything; where nobody may, the unit waits."""
        able = [operator for operator in self._site.operators if "supervisor" in operator.roles]
        return site_codes.make("B", able[0].badge) if able else command("PUTASIDE")

    def _at_sort_desk(self, prompt: Prompt) -> str:
        match prompt.step:
            case "unit" | "card":
                return self._to_sort[0] if self._to_sort else ""
            case "container" | "move":
                return self._tote()
            case "differs":
                return command("CLOSEANYWAY")
            case _:
                return self._pick(prompt.choices, first=1)

    def _tote(self) -> str:
        tote = self._totes.get(self._destination)
        if tote is None:
            self._invented += not self._free
            tote = self._free[0] if self._free else f"EXTRA{self._seed}T{self._invented}"
        return site_codes.make("C", tote) if tote.isalnum() else site_codes.make("D", tote.partition("/")[0])

    def _arrival(self) -> str:
        """The next announced return that is not here yet; when all are, a parcel that nobody announced."""
        while self._arrivals and self._arrivals[0].rma in self._received:
            self._arrivals.popleft()
        if self._arrivals:
            announced = self._arrivals.popleft()
            return announced.tracking[0] if announced.tracking else announced.rma
        self._invented += 1
        return f"RETURN {self._seed}-{self._invented:05d}"

    def _pick(self, choices: tuple[Choice, ...], *, first: float) -> str:
        """The first choice with this probability, else any that is no cause for alarm, seldom one that is."""
        if not choices:
            return command(Command.OK)
        if self._random.random() < first:
            return command(f"ANSWER{choices[0].key}")
        calm = [choice for choice in choices if choice.tone is not Tone.BAD]
        chosen = self._random.choice(choices if self._mishap() or not calm else calm)
        return command(f"ANSWER{chosen.key}")

    def _mishap(self) -> bool:
        return self._random.random() < _MISHAP


def command(body: str) -> str:
    """The text of a command barcode."""
    return site_codes.make("K", str(body))


def _announced(site: Site) -> list[AnnouncedReturn]:
    """Returns in the order of the file, whole ones of one piece first: a newcomer's first parcel should be a simple one."""
    returns = list(site.reference.facts.returns)
    simple = [each for each in returns if _simple(site, each)]
    return [*simple[:1], *(each for each in returns if each not in simple[:1])]


def _simple(site: Site, announced: AnnouncedReturn) -> bool:
    products: list[Product | None] = [site.reference.product(announced.client, line.sku) for line in announced.lines]
    one = sum(line.quantity for line in announced.lines) == 1
    return one and announced.status == "open" and all(found and not found.serialized for found in products)


class DemoStuckError(Exception):
    """The demo's hands do not know how to go on: a prompt they never learned, or a flow that leads nowhere."""


def play_parcels(engine: Engine, hands: DemoWorker, parcels: int) -> Iterator[tuple[Step, Outcome]]:
    """Receive so many parcels and take each all the way to its containers, one scan after the other.

    Tags come and go with the goods. Raises `DemoStuckError` where many scans in a row are refused.
    """
    received = refused = 0
    clock = ReplayClock()
    while received < parcels or hands.busy or not at_rest(engine.session.state):
        for tags in moved(engine.field, hands.field.here):
            yield tags, _played(engine, clock, tags, hands)
        step = Step(device=DEVICE, data=hands.next(engine.prompt()))
        outcome = _played(engine, clock, step, hands)
        received += sum(isinstance(line.event, e.ParcelReceived) for line in outcome.events)
        refused = refused + 1 if outcome.refusal else 0
        if refused > _PATIENCE:
            prompt = engine.prompt()
            raise DemoStuckError(f"{prompt.workflow}/{prompt.step}: {step.data!r} is refused: {outcome.refusal}")
        yield step, outcome


def moved(field: TagField, here: Iterable[str]) -> Iterator[Step]:
    """What changes in a field until only these tags are in it."""
    there, wanted = {tag.epc for tag in field.tags}, set(here)
    yield from (Step(device=PORTAL, epc=epc, gone=True) for epc in sorted(there - wanted))
    yield from (Step(device=PORTAL, epc=epc) for epc in sorted(wanted - there))


def _played(engine: Engine, clock: ReplayClock, step: Step, hands: DemoWorker) -> Outcome:
    outcome = play(engine, clock, step)
    if outcome is None:
        raise DemoStuckError(f"{step} does nothing")
    hands.observe(outcome.events)
    return outcome
