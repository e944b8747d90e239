"""Stations of one site with real stores, and a centre that folds whatever part of their logs it was given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rl_station.domain import events as ev
from rl_station.domain import site_codes
from rl_station.domain.events import Recorded
from rl_station.domain.projections import (
    ContainerRow,
    ParcelRow,
    UnitRow,
    fold_container,
    fold_parcel,
    fold_unit,
)
from rl_station.domain.sync_wire import Item, Known, Page, digest
from rl_station.station.merged import MergedRows
from rl_station.store import Store
from rl_station.store.known import KnownReader, KnownWriter
from rl_station.workflow.knowledge import Records

NOON = 1_795_262_400_000_000
FOLDS = {"parcel": fold_parcel, "unit": fold_unit, "container": fold_container}
AnyRow = ParcelRow | UnitRow | ContainerRow


class Ticking:
    """One clock for all, a millisecond later with every look; `skew` is how far a station's is off."""

    at = NOON

    def __init__(self, skew: int = 0) -> None:
        self.skew = skew

    def now(self) -> int:
        Ticking.at += 1000
        return Ticking.at + self.skew


class Bench:
    """A station: its store, and what it hears of the others."""

    def __init__(self, folder: Path, name: str, prefix: str, skew: int = 0) -> None:
        folder.mkdir()
        self.name = name
        self.prefix = prefix
        self.clock = Ticking(skew)
        self.store = Store.open(
            folder, station=name, prefix=prefix, clock=self.clock, purpose="live", ballast=0, epoch=f"epoch-{name}"
        )
        self.writer = KnownWriter(folder, site="main", station=name, tracking_keys=lambda number: (number,))
        self.known = KnownReader(folder)
        self.rows = MergedRows(name, self.store, self.known)
        self.log: list[Recorded] = []
        self.inputs: list[tuple[Recorded, ...]] = []

    @property
    def records(self) -> Records:
        return self.store.records.over(self.rows)

    def do(self, *events: ev.Event) -> tuple[Recorded, ...]:
        self.look()
        recorded = self.store.append(events, operator="ada", known=self.rows.basis)
        self.log.extend(recorded)
        self.inputs.append(recorded)
        return recorded

    def undo(self) -> None:
        """Take back the last input that was not taken back."""
        if self.inputs:
            done = self.inputs.pop()
            self.do(undoing(*done))
            self.inputs.pop()

    def hear(self, items: list[Item], cursor: str) -> None:
        page = Page(incarnation="i", cursor=cursor, items=tuple(items), digest=digest(items), at=0)
        self.writer.take(self.writer.cursor(), page, self.clock.now())
        self.look()

    def look(self) -> None:
        self.known.refresh()
        self.store.heard(self.known.hlc)

    def plate(self, kind: str, number: int) -> str:
        return site_codes.plate(kind, self.prefix, number)

    def close(self) -> None:
        self.known.close()
        self.writer.close()
        self.store.close()


def undoing(*recorded: Recorded) -> ev.CorrectionDeclared:
    found = [ev.subjects(each.event) for each in recorded]
    parcels, units, containers = (
        tuple(dict.fromkeys(each for subjects in found for each in subjects[i])) for i in range(3)
    )
    return ev.CorrectionDeclared(
        corrects=tuple(each.seq for each in recorded),
        types=tuple(type(each.event).__name__ for each in recorded),
        parcels=parcels,
        units=units,
        containers=containers,
    )


def folded(
    logs: list[list[Recorded]],
) -> dict[tuple[str, str], tuple[AnyRow | None, int, tuple[tuple[str, str, int], ...]]]:
    """By kind and id: the row of all these logs, its clock, and how far each station is in it."""
    result: dict[tuple[str, str], tuple[AnyRow | None, int, tuple[tuple[str, str, int], ...]]] = {}
    corrected = {
        (line.station, seq)
        for log in logs
        for line in log
        if isinstance(line.event, ev.CorrectionDeclared)
        for seq in line.event.corrects
    }
    for line in sorted((line for log in logs for line in log), key=lambda line: (line.hlc, line.station)):
        for kind, ids in zip(FOLDS, ev.subjects(line.event), strict=True):
            for subject in ids:
                row, _, seen = result.get((kind, subject), (None, 0, ()))
                if (line.station, line.seq) not in corrected and not isinstance(line.event, ev.CorrectionDeclared):
                    row = FOLDS[kind](row, subject, replace(line, seq=line.hlc))
                newest = (*(each for each in seen if each[0] != line.station), (line.station, line.epoch, line.seq))
                result[kind, subject] = row, line.hlc, newest
    return result


def items(logs: list[list[Recorded]]) -> list[Item]:
    """What the centre says when it has these logs."""
    return [
        Item(kind, subject, 1, None if row is None else known(row, hlc, seen))
        for (kind, subject), (row, hlc, seen) in folded(logs).items()
    ]


def known(row: AnyRow, hlc: int, seen: tuple[tuple[str, str, int], ...]) -> bytes:
    return msgspec.json.encode(Known(row=msgspec.Raw(msgspec.json.encode(row)), hlc=hlc, seen=seen))


def benches(folder: Path, *names: tuple[str, str]) -> Iterator[Bench]:
    for name, prefix in names:
        yield Bench(folder / name, name, prefix)
