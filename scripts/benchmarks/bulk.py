"""Large logs in little time: the same tables and hash chain that the station writes, a day's work in each transaction.

Events are those of parcels taken all the way, in the mix that the demo's hands cause; `rl-station db check` finds nothing wrong.
"""

from __future__ import annotations

import string
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from rl_station.domain import events as ev
from rl_station.domain import site_codes
from rl_station.domain.events import AnyEvent, Event, Recorded
from rl_station.domain.scan import ScanSource
from rl_station.settings import Site
from rl_station.station.clocks import SystemClock
from rl_station.station.engine import Checkpoint
from rl_station.store import Store, facts, hlc, log
from rl_station.store.database import Database
from rl_station.store.epoch import EpochFile, Noted
from rl_station.store.folder import DATABASE
from rl_station.store.projector import Projector
from rl_station.workflow import fold, initial

OPERATOR = "priya"
BATCH = 20_000
"""Events written in one transaction."""

_SECONDS_APART = 2
_TOTES = 80
_TOTE_HOLDS = 24
_CLIENT, _BIN = "velora", "RAILVEL"
_FASTER = ("synchronous=OFF", "cache_size=-200000", "wal_autocheckpoint=20000")
"""For a log that can be made again: nothing waits for the disk until the end."""


class Given(NamedTuple):
    """One input: what was scanned and what came of it. `rest`: nothing is in hand afterwards, a moment for a checkpoint."""

    code: str
    events: tuple[Event, ...]
    rest: bool = False


class Built(NamedTuple):
    """How many parcels the log holds, how long it took to write, how large it is."""

    parcels: int
    seconds: float
    mib: float


def sign_in() -> Event:
    return ev.SignedIn(operator=OPERATOR, name="Priya Nair", language="en", roles=("worker", "inspector"))


def parcels(prefix: str, first: int = 1) -> Iterator[list[Given]]:
    """Parcels without end from number `first` on, each from its arrival to its containers; every second holds two units."""
    for number in count(first):
        parcel = site_codes.plate(site_codes.PARCEL_PLATE, prefix, number)
        before = number - 1 + number // 2
        pieces = range(before + 1, before + 2 + number % 2)
        plates = [_unit_plate(prefix, piece) for piece in pieces]
        life = [*_at_dock(parcel, number), *_at_bench(parcel, plates, number)]
        for piece in pieces:
            life += _at_sort_desk(prefix, piece)
        yield life


def build(folder: Path, site: Site, events: int, *, batch: int = BATCH) -> Built:
    """Write a log of at least so many events that ends between two parcels. The folder must hold none yet."""
    began = time.monotonic()
    station = site.station
    with Store.open(
        folder, station=station.id, prefix=station.prefix, clock=SystemClock(), purpose="live", ballast=0
    ) as store:
        epoch = store.epoch
    database = Database(folder / DATABASE)
    try:
        for pragma in _FASTER:
            database.pragma(pragma)
        began_at = time.time_ns() // 1000 - events * _SECONDS_APART * 1_000_000
        writer = _Writer(database, station.id, epoch, began_at, batch)
        signed_in = writer.add(Given("", (sign_in(),)))
        last: list[Recorded] = []
        number = 0
        for number, life in enumerate(parcels(station.prefix), 1):  # noqa: B007 - the last one counts
            last = [recorded for given in life for recorded in writer.add(given)]
            if writer.seq >= events:
                break
        state = fold(initial(), [*signed_in, *last]).state
        writer.finish(Checkpoint(epoch, writer.seq, state))
        database.pragma("wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    EpochFile(folder).start(Noted(epoch, writer.seq))
    return Built(number, time.monotonic() - began, (folder / DATABASE).stat().st_size / 2**20)


class _Writer:
    """Stamps events as the store does, and writes them many at a time."""

    def __init__(self, database: Database, station: str, epoch: str, at: int, batch: int) -> None:
        self._database = database
        self._station = station
        self._epoch = epoch
        self._at = at
        self._batch = batch
        self._hlc = 0
        self._hash = log.EMPTY.hash
        self._waiting: list[Recorded] = []
        self.seq = 0

    def add(self, given: Given) -> list[Recorded]:
        source = ScanSource(device="bulk", raw=given.code) if given.code else None
        cause = self.seq + 1
        self._at += _SECONDS_APART * 1_000_000 * len(given.events)
        recorded = [self._stamped(event, cause, source) for event in given.events]
        self._waiting += recorded
        if len(self._waiting) >= self._batch:
            self._write(None)
        return recorded

    def finish(self, checkpoint: Checkpoint) -> None:
        self._write(checkpoint)

    def _stamped(self, event: Event, cause: int, source: ScanSource | None) -> Recorded:
        self.seq += 1
        self._hlc = hlc.tick(self._hlc, self._at)
        return Recorded(
            station=self._station,
            epoch=self._epoch,
            seq=self.seq,
            at=self._at,
            hlc=self._hlc,
            operator=OPERATOR,
            cause=cause,
            event=cast(AnyEvent, event),
            source=source,
        )

    def _write(self, checkpoint: Checkpoint | None) -> None:
        rows, self._hash = log.chained(self._waiting, self._hash)
        projector = Projector(self._database)
        with self._database.transaction():
            self._database.run_many(log.INSERT, [{**row, "epoch": 1} for row in rows])
            projector.append(self._waiting)
            projector.flush()
            if checkpoint is not None:
                facts.put_checkpoint(self._database, checkpoint.seq, msgspec.json.encode(checkpoint))
        self._waiting = []


def _at_dock(parcel: str, number: int) -> list[Given]:
    tracking, rma = f"1Z999AA1{number:010d}", f"VLR-{number:07d}"
    return [
        Given(_command("RECEIVE"), (ev.TaskChosen(task="receive"),)),
        Given(
            tracking,
            (
                ev.ParcelReceived(
                    parcel=parcel,
                    outcome="matched",
                    client=_CLIENT,
                    rmas=(rma,),
                    keys=(("tracking", tracking), ("rma", rma), ("order", f"VO{number:08d}")),
                ),
                ev.LabelRequested(label="parcel", parcel=parcel),
            ),
        ),
        Given(_command("ANSWER1"), (ev.ParcelConditionNoted(parcel=parcel, condition="intact"),)),
        Given(_command("ANSWER1"), (ev.ParcelHazardChecked(parcel=parcel),)),
        Given(
            parcel,
            (
                ev.ParcelPlateConfirmed(parcel=parcel, how="scanned"),
                ev.ParcelLaneAssigned(parcel=parcel, lane="LANE2"),
            ),
            rest=True,
        ),
    ]


def _at_bench(parcel: str, units: Sequence[str], number: int) -> list[Given]:
    rma = f"VLR-{number:07d}"
    life = [
        Given(_command("INSPECT"), (ev.TaskChosen(task="inspect"),)),
        Given(parcel, (ev.ParcelOpened(parcel=parcel, client=_CLIENT, rmas=(rma,)),)),
    ]
    for line, unit in enumerate(units, 1):
        life += _unit(parcel, unit, rma, line)
    done = ev.ParcelClosed(parcel=parcel, units=tuple(units))
    return [*life, Given(_command("DONE"), (done,), rest=True)]


def _unit(parcel: str, unit: str, rma: str, line: int) -> list[Given]:
    who = {"unit": unit, "parcel": parcel}
    gtin, serial = "09522345000091", f"SN{unit[3:-1]}"
    identified = ev.UnitIdentified(
        **who,
        match="expected",
        client=_CLIENT,
        sku="VA-DRESS-GRN-38",
        name="Wrap dress green 38",
        category="apparel",
        gtin=gtin,
        serial=serial,
        rma=rma,
        line=line,
        value=5990,
    )
    decided = ev.DispositionDecided(
        **who,
        client=_CLIENT,
        disposition="resell",
        rule="sealed-as-new",
        reason="Factory sealed: back to stock as new.",
        bin=_BIN,
        rules_version="2026-11-01",
        inputs=(("category", "apparel"), ("functional", "F6"), ("cosmetic", "C9"), ("packaging", "sealed")),
        lost=(("hazard", "hazards is empty"), ("recall", "recall is empty"), ("unsanitary", "unsanitary is no")),
    )
    answers = (("hygiene", "clean"), ("sealed", "yes"))
    return [
        Given(gtin, (identified, ev.UnitRecallChecked(**who, snapshot="2026-11-20"))),
        *(
            Given(
                _command("ANSWER1"),
                (ev.UnitQuestionAnswered(**who, checklist="apparel", question=question, answer=answer),),
            )
            for question, answer in answers
        ),
        Given(
            _command("OK"),
            (
                ev.UnitGraded(**who, functional="F6", cosmetic="C9", packaging="sealed"),
                decided,
                ev.LabelRequested(label="unit", unit=unit, parcel=parcel),
            ),
        ),
        Given(unit, (ev.UnitPlateConfirmed(**who, how="scanned"),)),
    ]


def _at_sort_desk(prefix: str, piece: int) -> list[Given]:
    """Totes are filled one after the other, closed, shipped and, some time later, filled again; each station has its own."""
    unit = _unit_plate(prefix, piece)
    first = 1 + _TOTES * (int(prefix.lstrip(string.ascii_uppercase) or "1") - 1)
    tote = f"TOTE{first + (piece - 1) // _TOTE_HOLDS % _TOTES:04d}"
    place = {"disposition": "resell", "client": _CLIENT}
    opened = (ev.ContainerOpened(container=tote, **place, bin=_BIN),) if piece % _TOTE_HOLDS == 1 else ()
    life = [
        Given(_command("SORT"), (ev.TaskChosen(task="sort"),)),
        Given(unit, (ev.UnitPresented(unit=unit, **place, bin=_BIN, known_by="store"),)),
        Given(
            site_codes.make(site_codes.CONTAINER, tote),
            (*opened, ev.UnitSorted(unit=unit, container=tote, **place)),
            rest=True,
        ),
    ]
    if piece % _TOTE_HOLDS == 0:
        inside = tuple(_unit_plate(prefix, each) for each in range(piece - _TOTE_HOLDS + 1, piece + 1))
        life.append(Given(_command("CLOSE"), (ev.ContainerClosed(container=tote, units=inside),)))
        life.append(Given(_command("SHIP"), (ev.ContainerShipped(container=tote),), rest=True))
    return life


def _unit_plate(prefix: str, piece: int) -> str:
    return site_codes.plate(site_codes.UNIT_PLATE, prefix, piece)


def _command(body: str) -> str:
    return site_codes.make(site_codes.COMMAND, body)
