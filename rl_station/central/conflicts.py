"""Two stations that decided the same on one parcel or unit, neither knowing of the other. Pure.

Stages that follow each other are different decisions and never a conflict: what was graded here may be sorted there by its label
alone. An event's `basis` says how far it knew other stations' work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from rl_station.domain import events
from rl_station.domain.events import AnyEvent, Basis, TroubleSettled

DECISIONS: Mapping[type, tuple[str, str]] = {
    events.ParcelReceived: ("parcel", "receive"),
    events.ParcelHeld: ("parcel", "hold"),
    events.ParcelOpened: ("parcel", "open"),
    events.ParcelClosed: ("parcel", "open"),
    events.UnitIdentified: ("unit", "identify"),
    events.DispositionDecided: ("unit", "decide"),
    events.DispositionOverridden: ("unit", "decide"),
    events.UnitSorted: ("unit", "place"),
    events.UnitHeld: ("unit", "hold"),
    events.UnitReleased: ("unit", "hold"),
}
"""Event -> the kind of subject it decides on, and the class of decision: one sitting at a bench is opening and closing."""

SETTLING: Mapping[type, str] = {
    events.DispositionOverridden: "unit",
    events.UnitHeld: "unit",
    events.UnitReleased: "unit",
    events.ParcelReleased: "parcel",
    events.ParcelReassigned: "parcel",
}
"""A supervisor's decisions -> the kind of subject. One made in the knowledge of both sides of a conflict settles it."""

SPEAKING = frozenset((*DECISIONS, *SETTLING, TroubleSettled))
"""Events that `decides` or `settles` may find something in; there is nothing in any other."""


class Decision(NamedTuple):
    """An event that stands, as far as conflicts need it. `epoch` is the one the server keys it by; `what` the class."""

    what: str
    station: str
    epoch: str
    seq: int
    knew: tuple[tuple[str, str, int], ...]
    """How far it knew other stations' work on this subject: station, epoch, seq."""


class Settlement(NamedTuple):
    """A supervisor's word on a subject, an event that stands. `task`: the one it names, empty where it names none.

    `order`: clock, stream, seq; `at` microseconds since 1970 UTC; the rest as in `Decision`.
    """

    order: tuple[int, int, int]
    station: str
    epoch: str
    seq: int
    knew: tuple[tuple[str, str, int], ...]
    operator: str
    at: int
    note: str
    task: str


class Course(NamedTuple):
    """What has been decided on a subject and stands, in the order of the hybrid clock."""

    decisions: list[Decision]
    settlements: list[Settlement]


class Conflict(NamedTuple):
    """The first two decisions of two stations that crossed, in an order that does not depend on which arrived first."""

    what: str
    one: Decision
    other: Decision


def decides(kind: str, event: AnyEvent) -> str:
    """The class of decision on a subject of this kind, empty for none."""
    found = DECISIONS.get(type(event))
    return found[1] if found is not None and found[0] == kind else ""


def settles(kind: str, event: AnyEvent) -> bool:
    """Whether this may be a supervisor's word on a conflict over a subject of this kind."""
    about = SETTLING.get(type(event))
    if about is None:
        return isinstance(event, TroubleSettled) and event.kind == "conflict"
    return about == kind


def settled_by(conflict: Conflict, task: str, settlements: Iterable[Settlement]) -> Settlement | None:
    """The first word that ends a conflict: it names its task, or names none and knew both sides."""
    sides = (conflict.one, conflict.other)
    for each in settlements:
        if each.task == task or (not each.task and all(_follows(each, side) for side in sides)):
            return each
    return None


def _follows(settlement: Settlement, side: Decision) -> bool:
    if (settlement.station, settlement.epoch) == (side.station, side.epoch):
        return settlement.seq >= side.seq
    return settlement.station == side.station or covers(settlement.knew, side.station, side.epoch, side.seq)


def knew(basis: Basis, kind: str, id_: str) -> tuple[tuple[str, str, int], ...]:
    """The part of a basis that is about one subject."""
    return tuple((seen.station, seen.epoch, seen.seq) for seen in basis if seen.id == id_ and seen.kind == kind)


def covers(known: Iterable[tuple[str, str, int]], station: str, epoch: str, seq: int) -> bool:
    return any(each[0] == station and each[1] == epoch and each[2] >= seq for each in known)


def conflicts(decisions: Sequence[Decision]) -> list[Conflict]:
    """Where decisions of different stations crossed; for a run of them only the first two.

    Decisions of one station and epoch are given in their order. The answer for a longer log holds that for a shorter one, so that
    a conflict once reported stays one, whatever else arrives; only a correction can end it.
    """
    lives: dict[tuple[str, str, str], list[Decision]] = {}
    for decision in decisions:
        lives.setdefault((decision.what, decision.station, decision.epoch), []).append(decision)
    found = [
        Conflict(key[0], one, other)
        for key, another in combinations(sorted(lives), 2)
        if key[0] == another[0] and key[1] != another[1]
        for one, other in _first_crossings(lives[key], lives[another])
    ]
    return sorted(found)


def _first_crossings(ours: list[Decision], theirs: list[Decision]) -> list[tuple[Decision, Decision]]:
    """Pairs that crossed, of which neither crossed an earlier one of the other side."""
    pairs = [(i, k) for i, one in enumerate(ours) for k, other in enumerate(theirs) if _crossed(one, other)]
    first_of_theirs: dict[int, int] = {}
    first_of_ours: dict[int, int] = {}
    for i, k in pairs:
        first_of_theirs.setdefault(i, k)
        first_of_ours.setdefault(k, i)
    return [(ours[i], theirs[k]) for i, k in pairs if first_of_theirs[i] == k and first_of_ours[k] == i]


def _crossed(one: Decision, other: Decision) -> bool:
    return not covers(one.knew, other.station, other.epoch, other.seq) and not covers(
        other.knew, one.station, one.epoch, one.seq
    )
