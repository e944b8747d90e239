"""The row of one parcel, unit or container out of the events of all stations, in the order of the hybrid clock. Pure.

The folds are the stations' own (`domain.projections`), with clock values in the place of seqs, so that what several stations did
compares. Nothing here depends on the order in which events arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from rl_station.central import conflicts
from rl_station.central.conflicts import Course, Decision, Settlement
from rl_station.domain.events import CorrectionDeclared, Recorded
from rl_station.domain.projections import (
    CONTAINER_EVENTS,
    PARCEL_EVENTS,
    UNIT_EVENTS,
    ContainerRow,
    ParcelRow,
    UnitRow,
    fold_container,
    fold_parcel,
    fold_unit,
)
from rl_station.domain.sync_wire import Known

Row = ParcelRow | UnitRow | ContainerRow
Order = tuple[int, int, int]
"""Where an event stands among all: clock, stream, seq."""
NEVER: Order = (0, 0, 0)


class Taken(msgspec.Struct, frozen=True, gc=False):
    """An event of the log that was understood. `epoch` is the one the server keys it by; `stream` the key of both."""

    stream: int
    station: str
    epoch: str
    recorded: Recorded

    @property
    def order(self) -> Order:
        return self.recorded.hlc, self.stream, self.recorded.seq


class State(msgspec.Struct, frozen=True, array_like=True):
    """What folding the next event needs besides the row.

    `newest`: the last event listed; `seen`: station, epoch, seq of the last event of each that is in it; `last`: class of
    decision, station, epoch, seq of the last of each; `begun`: where a container's present filling began.
    """

    newest: Order
    seen: tuple[tuple[str, str, int], ...]
    last: tuple[tuple[str, str, str, int], ...] = ()
    begun: Order = NEVER


_folds: dict[str, Callable[[Any, str, Recorded], Row | None]] = {
    "parcel": fold_parcel,
    "unit": fold_unit,
    "container": fold_container,
}
_rows: dict[str, msgspec.json.Decoder[Any]] = {
    "parcel": msgspec.json.Decoder(ParcelRow | None),
    "unit": msgspec.json.Decoder(UnitRow | None),
    "container": msgspec.json.Decoder(ContainerRow | None),
}
_known = msgspec.json.Decoder(Known)
_state = msgspec.json.Decoder(State)
_encoder = msgspec.json.Encoder()


def row_of(kind: str, value: bytes) -> Row | None:
    """The row in an item's value."""
    row: Row | None = _rows[kind].decode(_known.decode(value).row)
    return row


class Progress:
    """One subject's row while events are put to it. `stale`: it has to be folded anew, from its whole history where `whole`."""

    __slots__ = ("begun", "hlc", "id", "kind", "last", "newest", "row", "seen", "stale", "whole")

    def __init__(self, kind: str, id_: str) -> None:
        self.kind, self.id = kind, id_
        self.row: Row | None = None
        self.hlc = 0
        self.newest = NEVER
        self.begun = NEVER
        self.seen: dict[tuple[str, str], int] = {}
        self.last: dict[tuple[str, str, str], int] = {}
        self.stale = self.whole = False

    def load(self, value: bytes, state: bytes) -> None:
        """Go on from where an item stands."""
        known, kept = _known.decode(value), _state.decode(state)
        self.row = _rows[self.kind].decode(known.row)
        self.hlc = known.hlc
        self.newest, self.begun = kept.newest, kept.begun
        self.seen = {(station, epoch): seq for station, epoch, seq in kept.seen}
        self.last = {(what, station, epoch): seq for what, station, epoch, seq in kept.last}

    def note(self, taken: Taken) -> None:
        """An event about the subject, whatever it says."""
        recorded = taken.recorded
        key = (taken.station, taken.epoch)
        if recorded.seq > self.seen.get(key, 0):
            self.seen[key] = recorded.seq
        self.hlc = max(self.hlc, recorded.hlc)

    def take(self, taken: Taken, folded: Recorded, order: Order) -> None:
        """The next event listed that stands; `folded` has the clock for its seq."""
        if self.stale or order < self.newest:
            self.doubt(order)
        else:
            self._put(taken, folded, order)

    def doubt(self, order: Order) -> None:
        """Something changed in the past."""
        self.stale = True
        if order <= self.begun or self.kind != "container":
            self.whole = True

    def refold(self, history: Iterable[tuple[Taken, bool]]) -> Course:
        """Fold anew and give the decisions that stand.

        `history`: the events from `begun` on (from the first where `whole`) in their order, each with whether it was corrected.
        """
        newest, since = self.newest, NEVER if self.whole else self.begun
        self.row, self.last, self.newest, self.begun = None, {}, NEVER, NEVER
        course = Course([], [])
        for taken, corrected in history:
            order = taken.order
            newest = max(newest, order)
            if corrected or order < since:
                continue
            self._put(taken, in_clock(taken.recorded), order)
            what = conflicts.decides(self.kind, taken.recorded.event)
            if what:
                course.decisions.append(decision(what, self.kind, self.id, taken))
            if conflicts.settles(self.kind, taken.recorded.event):
                course.settlements.append(settlement(self.kind, self.id, taken))
        self.newest = newest
        self.stale = self.whole = False
        return course

    def value(self) -> bytes:
        """The item's value: `sync_wire.Known`."""
        row = msgspec.Raw(_encoder.encode(self.row))
        return _encoder.encode(Known(row=row, hlc=self.hlc, seen=self._seen()))

    def state(self) -> bytes:
        last = tuple((*key, seq) for key, seq in sorted(self.last.items()))
        return _encoder.encode(State(self.newest, self._seen(), last, self.begun))

    def _seen(self) -> tuple[tuple[str, str, int], ...]:
        return tuple((*key, seq) for key, seq in sorted(self.seen.items()))

    def _put(self, taken: Taken, folded: Recorded, order: Order) -> None:
        self.newest = order
        event = folded.event
        if type(event) is not CorrectionDeclared:
            before = self.row
            self.row = _folds[self.kind](before, self.id, folded)
            if self.kind == "container":
                self._filling(before, order)
            elif type(event) in conflicts.SPEAKING:
                what = conflicts.decides(self.kind, event)
                if what:
                    self._decided(what, taken)
                if conflicts.settles(self.kind, event):
                    # Which conflicts it ends, the whole history says.
                    self.stale = self.whole = True

    def _filling(self, before: Any, order: Order) -> None:
        row: Any = self.row
        if row is not None and (before is None or before.opened_seq != row.opened_seq):
            self.begun = order

    def _decided(self, what: str, taken: Taken) -> None:
        """Remember it; where it did not know another station's last of the same class, have the history looked at."""
        known: tuple[tuple[str, str, int], ...] | None = None
        for (other, station, epoch), seq in self.last.items():
            if other == what and station != taken.station:
                if known is None:
                    known = conflicts.knew(taken.recorded.basis, self.kind, self.id)
                if not conflicts.covers(known, station, epoch, seq):
                    self.stale = self.whole = True
        self.last[(what, taken.station, taken.epoch)] = taken.recorded.seq


_CHANGING = frozenset((*PARCEL_EVENTS, *UNIT_EVENTS, *CONTAINER_EVENTS))


def in_clock(recorded: Recorded) -> Recorded:
    """With the clock in the place of the seq, for the folds; as it is where they pass it over."""
    changing = type(recorded.event) in _CHANGING
    return msgspec.structs.replace(recorded, seq=recorded.hlc) if changing else recorded


def decision(what: str, kind: str, id_: str, taken: Taken) -> Decision:
    recorded = taken.recorded
    return Decision(what, taken.station, taken.epoch, recorded.seq, conflicts.knew(recorded.basis, kind, id_))


def settlement(kind: str, id_: str, taken: Taken) -> Settlement:
    recorded = taken.recorded
    return Settlement(
        taken.order,
        taken.station,
        taken.epoch,
        recorded.seq,
        conflicts.knew(recorded.basis, kind, id_),
        recorded.operator,
        recorded.at,
        getattr(recorded.event, "note", ""),
        getattr(recorded.event, "task", ""),
    )
