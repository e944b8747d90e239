"""Stations that write logs, and a centre that projects them in any order: what the tests of the derived tables share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from rl_station.central import tables
from rl_station.central.database import copy_rows, transaction
from rl_station.central.folding import Taken
from rl_station.central.projecting import project
from rl_station.central.tables import stream_key
from rl_station.domain import chain
from rl_station.domain import events as ev
from rl_station.domain.events import AnyEvent, Basis, Recorded, Seen, subjects

SITE = "north"
NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC."""

_EVENT = (
    *("stream", "seq", "at", "hlc", "received_at", "cause", "operator", "type", "schema", "body", "source", "basis"),
    *("hash", "form", "epoch"),
)


@dataclass
class Writer:
    """A station at work: its log with the epoch each event is keyed by. `ahead` is how wrong its clock is, in microseconds."""

    name: str
    ahead: int = 0
    log: list[Taken] = field(default_factory=list)
    lives: list[tuple[str, int, str]] = field(default_factory=list)
    hlc: int = 0

    def __post_init__(self) -> None:
        self.live()

    def live(self) -> None:
        """Go on in another epoch."""
        parent = self.lives[-1][0] if self.lives else ""
        self.lives.append((f"{self.name}-{len(self.lives) + 1}", len(self.log) + 1, parent))

    def write(self, event: AnyEvent, at: int = NOON, basis: Basis = (), operator: str = "mira") -> Taken:
        at += self.ahead
        self.hlc = max(self.hlc + 1, (at // 1000) << 16)
        epoch, seq = self.lives[-1][0], len(self.log) + 1
        recorded = Recorded(
            station=self.name,
            epoch=epoch,
            seq=seq,
            at=at,
            hlc=self.hlc,
            operator=operator,
            cause=seq,
            event=event,
            basis=basis,
        )
        self.log.append(Taken(stream_key(SITE, self.name, epoch), self.name, epoch, recorded))
        return self.log[-1]

    def undo(self, *taken: Taken, at: int = NOON) -> Taken:
        parts = [subjects(each.recorded.event) for each in taken]
        parcels, units, containers = (tuple(dict.fromkeys(sum((part[i] for part in parts), ()))) for i in range(3))
        event = ev.CorrectionDeclared(
            corrects=tuple(each.recorded.seq for each in taken),
            types=tuple(type(each.recorded.event).__name__ for each in taken),
            parcels=parcels,
            units=units,
            containers=containers,
        )
        return self.write(event, at)


def knowing(kind: str, id_: str, *taken: Taken) -> Basis:
    """The basis of somebody who has heard of these events on one subject."""
    return tuple(Seen(kind, id_, each.station, each.epoch, each.recorded.seq) for each in taken)


def decided(disposition: str = "resell") -> ev.DispositionDecided:
    """What a bench says of unit U1."""
    return ev.DispositionDecided(
        unit="U1",
        parcel="P1",
        client="acme",
        disposition=disposition,
        rule="r",
        reason="r",
        bin="A1",
        rules_version="1",
    )


def arrive(engine: Engine, *writers: Writer) -> None:
    """Everything that these stations wrote, a push for each."""
    for writer in writers:
        deliver(engine, writer, 1, len(writer.log))


def deliver(engine: Engine, writer: Writer, first: int, last: int) -> None:
    """Events `first` to `last` (seqs) of a station arrive in one push."""
    new = writer.log[first - 1 : last]

    def take(connection: Connection) -> None:
        store(connection, writer, new)
        project(connection, SITE, new, NOON)

    transaction(engine, take)


def store(connection: Connection, writer: Writer, new: list[Taken]) -> None:
    """What ingest does before it projects, but for the chain."""
    known = set(connection.execute(select(tables.stream.c.stream)).scalars())
    lives = [
        (
            stream_key(SITE, writer.name, epoch),
            SITE,
            writer.name,
            epoch,
            starts,
            parent,
            "new",
            b"",
            0,
            b"",
            0,
            0,
            0,
            0,
            0,
            "",
        )
        for epoch, starts, parent in writer.lives
    ]
    copy_rows(
        connection,
        tables.stream,
        [column.name for column in tables.stream.c],
        [row for row in lives if row[0] not in known],
    )
    copy_rows(connection, tables.event, _EVENT, [_row(each) for each in new])
    for each in new:
        done = update(tables.stream).where(tables.stream.c.stream == each.stream)
        connection.execute(done.values(seq=each.recorded.seq, received_at=NOON))


def _row(taken: Taken) -> tuple[object, ...]:
    recorded = taken.recorded
    return (
        taken.stream,
        recorded.seq,
        recorded.at,
        recorded.hlc,
        NOON,
        recorded.cause,
        recorded.operator,
        type(recorded.event).__name__,
        recorded.event.schema,
        chain.canonical(recorded.event),
        None,
        chain.canonical(recorded.basis) if recorded.basis else None,
        bytes(32),
        "plain",
        "" if recorded.epoch == taken.epoch else recorded.epoch,
    )


def derived(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is derived, but for the positions, which say when."""
    item, task = tables.item, tables.task
    queries = {
        "item": select(*(column for column in item.c if column.name != "position")).order_by(item.c.kind, item.c.key),
        "lookup": select(tables.lookup).order_by(*tables.lookup.primary_key),
        "listed": select(tables.subject_event).order_by(*tables.subject_event.primary_key),
        "corrected": select(tables.corrected.c.stream, tables.corrected.c.seq).order_by(*tables.corrected.primary_key),
        "work": select(tables.work).order_by(*tables.work.primary_key),
        "decided": select(tables.decided).order_by(*tables.decided.primary_key),
        "looked": select(tables.looked).order_by(*tables.looked.primary_key),
        "settled tasks": select(task.c.id, task.c.settled, task.c.resolved_by, task.c.resolved_at)
        .where(task.c.settled != "")
        .order_by(task.c.id),
        "open tasks": select(task.c.id, task.c.subject_kind, task.c.subject, task.c.detail)
        .where(task.c.resolved_at.is_(None))
        .order_by(task.c.id),
    }
    with engine.connect() as connection:
        return {name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()}


def empty(engine: Engine) -> None:
    """Forget everything, so that the same database can be used again."""

    def clear(connection: Connection) -> None:
        for table in reversed(tables.metadata.sorted_tables):
            if table is not tables.server_fact:
                connection.execute(table.delete())

    transaction(engine, clear)
