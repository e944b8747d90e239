"""What supervisors have to see, worked out from the raw events alone.

Knows nothing of rows, folds or formulas: it reads the log from front to back and takes docs/figures.md at its word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from rl_station.domain import events as ev
from rl_station.domain.events import Recorded

MINUTE, HOUR = 60_000_000, 3_600_000_000
STAGE_OF = {
    ev.ParcelReceived: "received",
    ev.ParcelClosed: "unpacked",
    ev.DispositionDecided: "decided",
    ev.ReworkFinished: "reworked",
    ev.UnitSorted: "sorted",
    ev.ContainerClosed: "packed",
    ev.ContainerShipped: "shipped",
}


def standing(log: Iterable[Recorded]) -> list[Recorded]:
    """Without what was taken back, and without the words that took it back, which nothing takes back."""
    events = {each.seq: each for each in log}
    gone = {
        seq
        for each in events.values()
        if isinstance(each.event, ev.CorrectionDeclared)
        for seq in each.event.corrects
        if seq < each.seq
    }
    return [
        each
        for seq, each in sorted(events.items())
        if seq not in gone and not isinstance(each.event, ev.CorrectionDeclared)
    ]


def ids(log: Iterable[Recorded], kind: str) -> list[str]:
    found = (name for each in log for name in _of(each.event, kind))
    return list(dict.fromkeys(filter(None, found)))


def _of(event: Any, kind: str) -> tuple[str, ...]:
    if kind == "container":
        return (getattr(event, "container", ""), *getattr(event, "contents", ()))
    return (getattr(event, kind, ""),)


def _about(log: Iterable[Recorded], kind: str, name: str, begins: tuple[type, ...]) -> list[Recorded]:
    """From the first event that makes it known; a label is believed only of a unit that nobody knows."""
    found = [each for each in log if name in _of(each.event, kind)]
    for place, each in enumerate(found):
        if isinstance(each.event, begins) and getattr(each.event, "known_by", "label") == "label":
            return found[place:]
    return []


def _not_in_vain(story: list[Recorded]) -> list[Recorded]:
    """Without releases of what nobody holds at that time: they let nothing go."""
    held, kept = False, []
    for each in story:
        if isinstance(each.event, ev.UnitReleased) and not held:
            continue
        if isinstance(each.event, ev.UnitHeld | ev.UnitReleased | ev.DispositionDecided | ev.DispositionOverridden):
            held = isinstance(each.event, ev.UnitHeld)
        kept.append(each)
    return kept


def moment_of(recorded: Recorded) -> int:
    """By the hybrid clock, to the millisecond."""
    return (recorded.hlc >> 16) * 1000


class Unit:
    """A unit's story. `last` is what was said of something most recently."""

    def __init__(self, log: list[Recorded], name: str) -> None:
        self.name = name
        self.story = _not_in_vain(_about(log, "unit", name, (ev.UnitIdentified, ev.UnitPresented, ev.UnitSorted)))

    def last(self, *types: type, of: list[Recorded] | None = None) -> Recorded | None:
        """A unit known by its label begins with `UnitPresented`, which says nothing later on."""
        story = self.story if of is None else of
        said = [
            each
            for place, each in enumerate(story)
            if isinstance(each.event, types) and not (place and isinstance(each.event, ev.UnitPresented))
        ]
        return said[-1] if said else None

    def said(self, field: str, *types: type, of: list[Recorded] | None = None) -> Any:
        found = self.last(*types, of=of)
        return getattr(found.event, field) if found else ""

    def disposition(self, of: list[Recorded]) -> str:
        goes = (ev.DispositionDecided, ev.DispositionApproved, ev.DispositionOverridden, ev.UnitReleased, ev.UnitSorted)
        found = self.last(*goes, ev.UnitPresented, ev.UnitPutAside, ev.UnitHeld, of=of)
        if found is None:
            return ""
        return "hold" if isinstance(found.event, ev.UnitPutAside | ev.UnitHeld) else str(found.event.disposition)  # type: ignore[union-attr]

    @property
    def decision(self) -> Recorded | None:
        """That nobody has to agree to any more."""
        found = self.last(ev.DispositionDecided)
        waits = self.last(ev.DispositionDecided, ev.DispositionApproved, ev.DispositionOverridden)
        return None if waits is not None and getattr(waits.event, "approval", None) else found

    @property
    def parcel(self) -> str:
        return str(self.said("parcel", ev.UnitIdentified))

    @property
    def client(self) -> str:
        return str(self.said("client", ev.UnitIdentified, ev.UnitPresented, ev.DispositionDecided, ev.UnitSorted))

    @property
    def value(self) -> int:
        return int(self.said("value", ev.UnitIdentified) or 0)

    @property
    def currency(self) -> str:
        return str(self.said("currency", ev.UnitIdentified) or "")

    def code(self, dimension: str) -> str:
        """What it is, by one of the dimensions of the shares."""
        if dimension == "disposition":
            return self.disposition(self.story)
        if dimension == "reason":
            return str(dict(self.said("inputs", ev.DispositionDecided) or ()).get("reason", ""))
        graded = self.last(ev.UnitGraded, ev.RegradeBegun)
        return str(getattr(graded.event, dimension)) if graded and isinstance(graded.event, ev.UnitGraded) else ""

    @property
    def expected(self) -> int | None:
        found: int | None = self.said(
            "expected", ev.DispositionDecided, ev.DispositionApproved, ev.DispositionOverridden
        )
        return found

    def place(self) -> tuple[str, int] | None:
        """Container and the event that put it there, while it lies in one and nothing else has begun with it."""
        out = (ev.UnitTakenUp, ev.UnitRecalled, ev.UnitRecallLifted)
        words = (ev.DispositionOverridden, ev.UnitHeld, ev.UnitReleased)
        found = self.last(ev.UnitSorted, *out, *words)
        if found is None or not isinstance(found.event, ev.UnitSorted) or self._state(self.story) != "sorted":
            return None
        return found.event.container, found.seq

    def queue(self, of: list[Recorded]) -> str:
        """Where it waits once this much of its story is told."""
        state = self._state(of)
        held = self.last(ev.UnitHeld, ev.UnitReleased, ev.DispositionOverridden, ev.DispositionDecided, of=of)
        if held is not None and isinstance(held.event, ev.UnitHeld):
            return "on_hold"
        if state in ("to_grade", "to_decide", "to_approve", "to_rework"):
            return state
        if self.disposition(of) == "hold":
            return "on_hold"
        if self.said("steps", ev.DispositionDecided, ev.DispositionApproved, ev.DispositionOverridden, of=of):
            return "to_rework"
        return "to_sort" if state == "decided" else ""

    def _state(self, of: list[Recorded]) -> str:
        state = ""
        for place, each in enumerate(of):
            state = _state_after(state, each.event, open_question=self._to_approve(of[: place + 1]), first=place == 0)
        return state

    def _to_approve(self, of: list[Recorded]) -> bool:
        said = self.last(ev.DispositionDecided, ev.DispositionApproved, ev.DispositionOverridden, of=of)
        return bool(said and getattr(said.event, "approval", ""))

    @property
    def waits(self) -> tuple[str, int]:
        """Its queue and since when it has been in it."""
        return since(self.story, self.queue)


def since(story: list[Recorded], queue: Any) -> tuple[str, int]:
    """The queue at the end, and when it came into it without having been elsewhere since."""
    told = [(queue(story[: place + 1]), each) for place, each in enumerate(story)]
    began = 0
    for place, (name, each) in enumerate(told):
        if place == 0 or told[place - 1][0] != name:
            began = moment_of(each)
    return (told[-1][0], began) if told else ("", 0)


_STATES: dict[type, str] = {
    ev.UnitIdentified: "to_grade",
    ev.DispositionApproved: "decided",
    ev.DispositionOverridden: "decided",
    ev.UnitSorted: "sorted",
}


def _state_after(state: str, event: Any, *, open_question: bool, first: bool) -> str:
    """What comes next for a unit, but for holds and work that its decision asks for."""
    after = _STATES.get(type(event), state)
    match event:
        case ev.UnitPresented(known_by="label") if first:
            after = "decided"
        case ev.UnitGraded() if state != "to_rework":
            after = "to_decide"
        case ev.DispositionDecided():
            after = "to_approve" if event.approval else "decided"
        case ev.UnitPlateConfirmed() if not open_question:
            after = "decided"
        case ev.UnitTakenUp():
            after = "to_rework" if event.work == "rework" else "to_approve"
        case ev.UnitRecallLifted(graded=False):
            after = "to_rework"
        case ev.UnitHeld() | ev.UnitReleased() if state == "sorted":
            after = "decided"
    return after


class Parcel:
    def __init__(self, log: list[Recorded], name: str) -> None:
        self.story = _about(log, "parcel", name, (ev.ParcelReceived, ev.ParcelOpened))
        came = [place for place, each in enumerate(self.story) if isinstance(each.event, ev.ParcelReceived)]
        self.received = self.story[came[-1]] if came else None
        self._now = self.story[came[-1] :] if came else self.story

    @property
    def client(self) -> str:
        told = [each.event.client for each in self._now if isinstance(each.event, ev.ParcelReceived | ev.ParcelOpened)]
        return next((client for client in reversed(told) if client), "")

    @property
    def announced_at(self) -> int:
        """Its first scan, if it belongs to a return."""
        returns = [each.event.rmas for each in self._now if isinstance(each.event, ev.ParcelReceived | ev.ParcelOpened)]
        return self.received.at if self.received and any(returns) else 0

    @property
    def waits(self) -> tuple[str, int]:
        return since(self.story, self._queue)

    @staticmethod
    def _queue(of: list[Recorded]) -> str:
        queue = ""
        for each in of:
            match each.event:
                case ev.ParcelReceived():
                    queue = "to_open"
                case ev.ParcelOpened() | ev.ParcelClosed():
                    queue = ""
                case ev.ParcelHeld():
                    queue = "on_hold"
                case ev.ParcelReleased() if queue == "on_hold":
                    queue = "to_open"
        return queue


class Containers:
    """Which fillings have left: `filled` is the event that began the one that stands here, `state` what became of it."""

    def __init__(self, log: list[Recorded]) -> None:
        self.filled: dict[str, int] = {}
        self.state: dict[str, str] = {}
        self.onto: dict[str, tuple[str, int]] = {}
        for each in log:
            self._hear(each.event, each.seq)

    def _hear(self, event: Any, seq: int) -> None:
        match event:
            case ev.ContainerOpened() | ev.UnitSorted():
                self._stands(event.container, seq)
            case ev.ContainersConsolidated():
                for name in event.contents:
                    self.filled.setdefault(name, seq)
                    self.state[name], self.onto[name] = "on a pallet", (event.container, seq)
                self._stands(event.container, seq)
            case ev.ContainerClosed() | ev.ContainerShipped():
                self.filled.setdefault(event.container, seq)
                self.state[event.container] = "here" if isinstance(event, ev.ContainerClosed) else "left"
            case ev.ContainerReopened() if self.state.get(event.container) == "on a pallet":
                self.state[event.container] = "here"

    def _stands(self, name: str, seq: int) -> None:
        """What left and is used again is filled anew."""
        if self.state.get(name, "left") in ("left", "on a pallet"):
            self.filled[name] = seq
        self.state[name] = "here"

    def took_along(self, name: str, seq: int) -> bool:
        """Whether what was put into it by event `seq` has left with it."""
        if seq < self.filled.get(name, 0) or self.state.get(name) == "left":
            return True
        return self.state.get(name) == "on a pallet" and self.took_along(*self.onto[name])


def troubles(log: list[Recorded]) -> set[tuple[str, str, str, int, str]]:
    """Kind, what has it, since when and with whom it began."""
    begins: dict[str, tuple[type, ...]] = {
        "parcel": (ev.ParcelReceived, ev.ParcelOpened),
        "unit": (ev.UnitIdentified, ev.UnitPresented, ev.UnitSorted),
        "container": (
            ev.ContainerOpened,
            ev.UnitSorted,
            ev.ContainerClosed,
            ev.ContainersConsolidated,
            ev.ContainerShipped,
        ),
    }
    filled = Containers(log).filled
    return {
        (kind, subject, name, *began)
        for subject, first in begins.items()
        for name in ids(log, subject)
        for kind, began in _open(subject, _since(filled.get(name, 0), _about(log, subject, name, first))).items()
    }


def _since(seq: int, story: list[Recorded]) -> list[Recorded]:
    """A container that left and is used again leaves its troubles behind."""
    return [each for each in story if each.seq >= seq]


def _open(subject: str, story: list[Recorded]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    notice = ""
    for each in story:
        event = each.event
        for kind in _mended(subject, event, notice):
            found.pop(kind, None)
        for kind in _begun(subject, event):
            found.setdefault(kind, (moment_of(each), each.operator))
        if "recall" not in found:
            notice = ""
        elif "recall" in _begun(subject, event):
            notice = getattr(event, "recall", "") or notice
    return found


_MENDS: dict[tuple[str, type], tuple[str, ...]] = {
    ("parcel", ev.ParcelOpened): ("missing", "unexpected", "other_client"),
    ("unit", ev.TagMismatchResolved): ("tag_mismatch",),
    ("unit", ev.UnitSorted): ("wrong_tote",),
    ("unit", ev.SecondLookTaken): ("disagreement",),
    ("unit", ev.DispositionOverridden): ("disagreement",),
    ("unit", ev.UnitRecallLifted): ("recall",),
    ("container", ev.ContainerCompared): ("missing", "unexpected"),
}
_APPLIED = {"parcel": ev.ParcelPlateConfirmed, "unit": ev.UnitPlateConfirmed}


def _mended(subject: str, event: Any, notice: str) -> Iterator[str]:
    yield from _MENDS.get((subject, type(event)), ())
    match event:
        case ev.TroubleSettled():
            yield event.kind
        case ev.LabelRequested() if event.label in _labels(subject):
            yield "label"
        case ev.ParcelPlateConfirmed(how="scanned") | ev.UnitPlateConfirmed(how="scanned"):
            yield from ["label"] * isinstance(event, _APPLIED.get(subject, ()))
        case ev.ParcelHazardChecked(hazards=()) | ev.ParcelReleased(before="hazard"):
            yield "hazard"
        case ev.UnitRecallChecked(recall=""):
            yield "recall"
        case ev.UnitRecallAnswered(verdict="spared") if event.recall == notice:
            yield "recall"


def _labels(subject: str) -> tuple[str, ...]:
    return ("container", "manifest") if subject == "container" else (subject,)


def _begun(subject: str, event: Any) -> Iterator[str]:
    match event:
        case ev.LabelPrintFailed() if event.label in _labels(subject):
            yield "label"
        case ev.UnitMissing() if subject == "parcel":
            yield "missing"
        case ev.ParcelClosed() if subject == "parcel":
            yield from (kind for kind in event.discrepancies if kind in ("missing", "unexpected", "other_client"))
        case ev.ParcelHazardChecked() if event.hazards:
            yield "hazard"
        case _ if subject == "unit":
            yield from _wrong_with_a_unit(event)
        case ev.ContainerCompared():
            yield from ["missing"] * bool(event.missing) + ["unexpected"] * bool(event.extra)


def _wrong_with_a_unit(event: Any) -> Iterator[str]:
    match event:
        case ev.UnitSwapSuspected() | ev.TagMismatchResolved(verdict="swap"):
            yield "swap"
        case ev.TagMismatchFound():
            yield "tag_mismatch"
        case ev.DepartedTagSeen():
            yield "departed_tag"
        case ev.UnitHazardFound():
            yield "hazard"
        case ev.ScanRefused():
            yield "wrong_tote"
        case ev.SecondLookTaken() if any(first != second for _, first, second in event.pairs):
            yield "disagreement"
        case ev.UnitRecallAnswered(verdict="affected") | ev.LateRecallFound() | ev.UnitRecalled():
            yield "recall"
        case ev.UnitRecallChecked() if event.recall:
            yield "recall"


def kappa(pairs: list[tuple[str, str, str]]) -> float | None:
    """Question, first and second answer of every look."""
    above, possible = Fraction(0), Fraction(0)
    for question in {question for question, _, _ in pairs}:
        asked = [(first, second) for name, first, second in pairs if name == question]
        count = len(asked)
        agreed = Fraction(sum(first == second for first, second in asked), count)
        said = {answer for pair in asked for answer in pair}
        chance = sum(
            Fraction(sum(first == answer for first, _ in asked), count)
            * Fraction(sum(second == answer for _, second in asked), count)
            for answer in said
        )
        above += count * (agreed - chance)
        possible += count * (1 - chance)
    return float(above / possible) if possible else None
