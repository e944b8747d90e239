"""Workers who do what workers do, in any order: receive, unpack, grade, sort, take back, scan nonsense, ship."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rl_station.domain import events as ev
from rl_station.domain.events import Event, Recorded
from rl_station.workflow.knowledge import Identifiers

Input = list[Event]
"""The events of one scan or answer."""

CONDITIONS = ("intact", "dented", "wet", "torn")
DISPOSITIONS = ("resell", "refurbish", "recycle")


class Novelty(Event, frozen=True, kw_only=True):
    """A fact that only a newer station can record. The centre has never heard of it."""

    wonder: int


@dataclass
class Floor:
    """What lies about the site, with its labels on: any station can pick it up, whatever the network does."""

    parcels: list[str] = field(default_factory=list)
    units: list[tuple[str, str]] = field(default_factory=list)
    totes: list[str] = field(default_factory=list)
    counted: int = 0

    def number(self) -> int:
        self.counted += 1
        return self.counted


class Worker:
    """One person at one station. `inputs` is what they do next; whoever starts the station again starts from scratch."""

    def __init__(self, floor: Floor, identifiers: Identifiers, chance: random.Random, operator: str) -> None:
        self._floor, self._identifiers, self._chance = floor, identifiers, chance
        self.operator = operator
        self._done: tuple[Recorded, ...] = ()
        self._job: Iterator[Input] = iter(())

    def next_input(self) -> Input:
        """Goes on with the job in hand, or begins another."""
        while True:
            found = next(self._job, None)
            if found is not None:
                return found
            self._job = self._another()

    def done(self, recorded: tuple[Recorded, ...]) -> None:
        """The last input is stored."""
        self._done = recorded

    def _another(self) -> Iterator[Input]:
        jobs = (
            *(self._receive, self._unpack, self._sort, self._look_again, self._take_back, self._nonsense, self._ship),
            *(self._grade_blind, self._supervise),
        )
        (job,) = self._chance.choices(jobs, weights=(5, 6, 5, 2, 3, 2, 1, 1, 1))
        return job()

    def _receive(self) -> Iterator[Input]:
        parcel, number = self._identifiers.parcel_plate(), self._floor.number()
        keys = (("tracking", f"1Z{number:08d}"), ("rma", f"RMA-{number}"))
        yield [
            ev.ParcelReceived(
                parcel=parcel, outcome="matched", client=self._client(), rmas=(f"RMA-{number}",), keys=keys
            )
        ]
        self._floor.parcels.append(parcel)
        yield [
            ev.ParcelConditionNoted(parcel=parcel, condition=self._chance.choice(CONDITIONS)),
            ev.ParcelHazardChecked(parcel=parcel),
        ]
        if self._chance.random() < 0.15:
            yield [ev.ParcelHeld(parcel=parcel, reason="hazard")]
        else:
            yield [
                ev.ParcelPlateConfirmed(parcel=parcel, how="scanned"),
                ev.ParcelLaneAssigned(parcel=parcel, lane=f"L{self._chance.randint(1, 3)}"),
            ]

    def _unpack(self) -> Iterator[Input]:
        if not self._floor.parcels:
            return
        parcel = self._any(self._floor.parcels)
        yield [ev.ParcelOpened(parcel=parcel, client=self._client(), received_here=self._chance.random() < 0.5)]
        unit = self._identifiers.unit_plate()
        number = self._floor.number()
        yield [
            ev.UnitIdentified(
                unit=unit,
                parcel=parcel,
                match="expected",
                client=self._client(),
                sku=f"SKU-{number % 5}",
                serial=f"SN{number:06d}",
            ),
            ev.UnitRecallChecked(unit=unit, parcel=parcel),
        ]
        self._floor.units.append((unit, parcel))
        yield self._graded(unit, parcel)
        yield [*self._decided(unit, parcel), ev.LabelRequested(label="unit", unit=unit)]
        yield [
            ev.UnitPlateConfirmed(unit=unit, parcel=parcel, how="scanned"),
            ev.ParcelClosed(parcel=parcel, units=(unit,)),
        ]

    def _sort(self) -> Iterator[Input]:
        if not self._floor.units:
            return
        unit, _ = self._any(self._floor.units)
        disposition = self._chance.choice(DISPOSITIONS)
        known_by = self._chance.choice(("store", "label"))
        yield [ev.UnitPresented(unit=unit, disposition=disposition, client="acme", bin="A1", known_by=known_by)]
        if self._floor.totes and self._chance.random() < 0.7:
            tote = self._any(self._floor.totes)
            yield [ev.UnitSorted(unit=unit, container=tote, disposition=disposition, client="acme")]
            return
        tote = f"TOTE{self._floor.number():04d}"
        self._floor.totes.append(tote)
        yield [
            ev.ContainerOpened(container=tote, disposition=disposition, client="acme", bin="A1"),
            ev.UnitSorted(unit=unit, container=tote, disposition=disposition, client="acme"),
        ]

    def _look_again(self) -> Iterator[Input]:
        """Somebody grades a unit that may have been graded elsewhere at the same time."""
        if self._floor.units:
            unit, parcel = self._any(self._floor.units)
            yield self._graded(unit, parcel)
            yield self._decided(unit, parcel)

    def _grade_blind(self) -> Iterator[Input]:
        """A second look, which may agree."""
        if self._floor.units:
            unit, parcel = self._any(self._floor.units)
            grades = {"functional": f"F{self._chance.randint(1, 2)}", "cosmetic": "C2", "packaging": "complete"}
            pairs = (("functional", "F1", grades["functional"]), ("cosmetic", "C2", "C2"))
            yield [ev.SecondLookTaken(unit=unit, parcel=parcel, inspector="jo", pairs=pairs, **grades)]

    def _supervise(self) -> Iterator[Input]:
        """A supervisor's word on a unit: it may end a conflict that another station does not know of yet."""
        if self._floor.units:
            unit, parcel = self._any(self._floor.units)
            words = (
                ev.UnitHeld(unit=unit, parcel=parcel, before="resell", bin="H1", why="safety"),
                ev.UnitReleased(unit=unit, parcel=parcel, disposition="resell", bin="A1"),
                ev.TroubleSettled(kind="conflict", note="Looked at both.", unit=unit),
                ev.TroubleSettled(kind="disagreement", note="Talked it over.", unit=unit),
                self._overridden(unit, parcel),
            )
            yield [self._chance.choice(words)]

    def _overridden(self, unit: str, parcel: str) -> ev.DispositionOverridden:
        return ev.DispositionOverridden(
            unit=unit,
            parcel=parcel,
            client="acme",
            before="resell",
            disposition=self._chance.choice(DISPOSITIONS),
            outcome_before="",
            outcome="",
            bin="A1",
            why="market",
            expected=self._chance.choice((None, 500)),
        )

    def _take_back(self) -> Iterator[Input]:
        done = [each for each in self._done if not isinstance(each.event, ev.CorrectionDeclared | Novelty)]
        if done:
            yield [undo(done)]

    def _nonsense(self) -> Iterator[Input]:
        yield [ev.ScanRefused(code="scan.unknown", params=(("shown", f"é{self._chance.randrange(10**6)}<GS>"),))]

    def _ship(self) -> Iterator[Input]:
        if self._floor.totes:
            tote = self._any(self._floor.totes)
            yield [ev.ContainerClosed(container=tote, units=())]
            if self._chance.random() < 0.5:
                yield [ev.ContainerShipped(container=tote)]

    def _graded(self, unit: str, parcel: str) -> Input:
        functional, cosmetic = f"F{self._chance.randint(1, 6)}", f"C{self._chance.randint(0, 9)}"
        return [ev.UnitGraded(unit=unit, parcel=parcel, functional=functional, cosmetic=cosmetic, packaging="complete")]

    def _decided(self, unit: str, parcel: str) -> Input:
        return [
            ev.DispositionDecided(
                unit=unit,
                parcel=parcel,
                client=self._client(),
                disposition=self._chance.choice(DISPOSITIONS),
                rule="good",
                reason="Good as new.",
                bin="A1",
                rules_version="r1",
                expected=self._chance.choice((None, 1_200)),
            )
        ]

    def _client(self) -> str:
        return self._chance.choice(("acme", "globex"))

    def _any(self, things: list) -> object:
        """Most often one of the newest: they are on everybody's hands."""
        return things[-1 - min(int(self._chance.expovariate(0.4)), len(things) - 1)]


def undo(recorded: Sequence[Recorded]) -> ev.CorrectionDeclared:
    """What the workflows declare when an input is taken back."""
    found = [ev.subjects(each.event) for each in recorded]
    parcels, units, containers = (tuple(dict.fromkeys(sum((each[i] for each in found), ()))) for i in range(3))
    return ev.CorrectionDeclared(
        corrects=tuple(each.seq for each in recorded),
        types=tuple(type(each.event).__name__ for each in recorded),
        parcels=parcels,
        units=units,
        containers=containers,
    )
