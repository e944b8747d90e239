"""The tables: the log, which is the truth and is only ever appended to, and what is derived from it.

Derived tables hold nothing that the log does not say, so they can be dropped and folded again at any time.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    literal_column,
)

from rl_station.domain.projections import STAGES

metadata = MetaData()


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, String, primary_key=primary_key, nullable=False)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=primary_key, autoincrement=False, nullable=False)


def _attention() -> tuple[Column[str] | Column[int], ...]:
    """Where it waits, and what is wrong with it."""
    return _text("queue"), _number("since"), _text("since_at"), _text("troubles")


def waits(table: Table) -> ColumnElement[bool]:
    """In a queue. As this and the next two stand in a statement, the index over just these rows is used."""
    return table.c.queue != literal_column("''")


def troubled(table: Table) -> ColumnElement[bool]:
    return table.c.troubles != literal_column("'[]'")


def is_decided(table: Table) -> ColumnElement[bool]:
    return table.c.decided_at > literal_column("0")


alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

meta = Table("meta", metadata, _text("key", primary_key=True), _text("value"), sqlite_with_rowid=False)
"""Station, purpose, and how far the centre has acknowledged."""

epoch = Table(
    "epoch",
    metadata,
    _number("number", primary_key=True),
    _text("token"),
    _text("station"),
    _number("first_seq"),
    _number("started_at"),
    _text("reason"),
    _number("sends_from"),
)
"""The unbroken lives of this log, in order. Seqs go on over a new epoch, so a seq alone names an event of this database.

`sends_from`: the first seq that the centre keys by this epoch; before `first_seq` where a clone's events are sent again.
"""

event = Table(
    "event",
    metadata,
    _number("seq", primary_key=True),
    _number("epoch"),
    _number("at"),
    _number("hlc"),
    _number("cause"),
    _text("operator"),
    _text("type"),
    _number("schema"),
    Column("body", LargeBinary, nullable=False),
    Column("source", LargeBinary, nullable=True),
    Column("hash", LargeBinary, nullable=False),
    Column("basis", LargeBinary, nullable=True),
)
"""The log. `body`, `source` and `basis` are the canonical JSON that the hash vouches for; `epoch` is the number of its epoch."""
DONE = (*STAGES, "SecondLookTaken")
"""Types of event that are looked up by their time: what ends a stage, and second looks."""
IS_DONE = event.c.type.in_([literal_column(f"'{name}'") for name in DONE])
Index("event_done", event.c.at, sqlite_where=IS_DONE)

checkpoint = Table(
    "checkpoint", metadata, _number("seq", primary_key=True), Column("state", LargeBinary, nullable=False)
)

plate_floor = Table(
    "plate_floor",
    metadata,
    _text("prefix", primary_key=True),
    _text("kind", primary_key=True),
    _number("floor"),
    sqlite_with_rowid=False,
)
"""Plate numbers up to `floor` may have been used in events that a restore has lost."""

# --- derived ----------------------------------------------------------------------------------------------------------

event_subject = Table(
    "event_subject",
    metadata,
    _text("kind", primary_key=True),
    _text("subject", primary_key=True),
    _number("seq", primary_key=True),
    sqlite_with_rowid=False,
)
corrected = Table("corrected", metadata, _number("seq", primary_key=True), _number("by"))

parcel = Table(
    "parcel",
    metadata,
    _text("parcel", primary_key=True),
    _text("status"),
    _text("client"),
    _text("rmas"),
    _text("lane"),
    _text("outcome"),
    _text("condition"),
    _text("hazards"),
    _text("held"),
    _number("received_at"),
    _text("received_by"),
    _text("station"),
    _text("keys"),
    _number("seq"),
    *_attention(),
    sqlite_with_rowid=False,
)
parcel_key = Table(
    "parcel_key",
    metadata,
    _text("kind", primary_key=True),
    _text("value", primary_key=True),
    _text("parcel", primary_key=True),
    sqlite_with_rowid=False,
)

unit = Table(
    "unit",
    metadata,
    _text("unit", primary_key=True),
    _text("parcel"),
    _text("status"),
    _text("client"),
    _text("sku"),
    _text("name"),
    _text("category"),
    _text("gtin"),
    _text("serial"),
    _text("rma"),
    _number("line"),
    _text("functional"),
    _text("cosmetic"),
    _text("packaging"),
    _text("disposition"),
    _text("reason"),
    _text("rule"),
    _text("bin"),
    _text("container"),
    _text("recall"),
    _number("swap"),
    _text("epc"),
    _text("outcome"),
    _text("channel"),
    _text("travels"),
    _text("packs"),
    _text("approval"),
    _text("steps"),
    _text("vendor"),
    _number("seq"),
    _number("placed_seq"),
    _number("decided_seq"),
    _number("value"),
    _text("currency"),
    Column("expected", Integer, nullable=True),
    _text("stated"),
    _number("decided_at"),
    _text("decided_by"),
    _text("decided_station"),
    _text("graded_by"),
    _text("held"),
    _text("held_from"),
    *_attention(),
    sqlite_with_rowid=False,
)
Index("unit_by_parcel", unit.c.parcel, unit.c.seq)
Index("unit_by_container", unit.c.container, unit.c.placed_seq)
Index("unit_by_serial", unit.c.serial)
Index("unit_by_epc", unit.c.epc)
Index("unit_by_gtin", unit.c.gtin)
Index("unit_by_product", unit.c.client, unit.c.sku)
Index("unit_by_recall", unit.c.recall)
Index("unit_by_vendor", unit.c.vendor, unit.c.client, unit.c.disposition, unit.c.decided_seq)

container = Table(
    "container",
    metadata,
    _text("container", primary_key=True),
    _text("status"),
    _text("disposition"),
    _text("client"),
    _text("bin"),
    _text("pallet"),
    _number("opened_seq"),
    _number("pallet_seq"),
    _text("troubles"),
    sqlite_with_rowid=False,
)
Index("container_by_pallet", container.c.pallet, container.c.pallet_seq)

Index(
    "parcel_waiting",
    *(parcel.c[name] for name in ("queue", "client", "since", "since_at", "received_at", "rmas", "lane")),
    sqlite_where=waits(parcel),
)
Index(
    "unit_waiting",
    *(unit.c[name] for name in ("queue", "client", "since", "since_at", "parcel", "name")),
    *(unit.c[name] for name in ("status", "container", "placed_seq")),
    sqlite_where=waits(unit),
)
# What waits is read whole with every look at the figures: all of it stands in the index.
for _table in (parcel, unit, container):
    Index(f"{_table.name}_troubled", _table.c[_table.name], sqlite_where=troubled(_table))
Index("unit_decided", unit.c.decided_at, sqlite_where=is_decided(unit))

plate_counter = Table(
    "plate_counter",
    metadata,
    _text("prefix", primary_key=True),
    _text("kind", primary_key=True),
    _number("used"),
    sqlite_with_rowid=False,
)
"""The highest plate number that an event has used, corrected or not: its label may be printed."""

throughput = Table(
    "throughput",
    metadata,
    _number("slot", primary_key=True),
    _text("stage", primary_key=True),
    _text("station", primary_key=True),
    _text("operator", primary_key=True),
    _number("count"),
    sqlite_with_rowid=False,
)
"""Finished pieces of work: `kpi.Work`."""

decided = Table(
    "decided",
    metadata,
    _number("hour", primary_key=True),
    *(
        _text(name, primary_key=True)
        for name in (
            *("station", "operator", "client", "category"),
            *("functional", "cosmetic", "disposition", "reason", "currency"),
        )
    ),
    *(_number(name) for name in ("units", "value", "valued", "expected", "known")),
    sqlite_with_rowid=False,
)
"""Units as they are decided now: `kpi.Decided`, the sum of the `tally` of every unit."""

looked = Table(
    "looked",
    metadata,
    _number("day", primary_key=True),
    *(_text(name, primary_key=True) for name in ("inspector", "question", "first", "second")),
    _number("count"),
    sqlite_with_rowid=False,
)
"""Second looks: `kpi.Looked`."""

DERIVED = (event_subject, corrected, parcel, parcel_key, unit, container, plate_counter, throughput, decided, looked)
