"""What supervisors see: where things wait, what is wrong, how units are decided. These rows are derived: they are dropped, and
folded anew at the start that follows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String, text

revision = "0008"
down_revision = "0007"

_DONE = (
    *("ParcelReceived", "ParcelClosed", "DispositionDecided", "ReworkFinished", "UnitSorted"),
    *("ContainerClosed", "ContainerShipped", "SecondLookTaken"),
)


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, String, nullable=False) for name in names]


def _numbers(*names: str) -> list[Column[int]]:
    return [Column(name, Integer, nullable=False) for name in names]


def _key(name: str, *, number: bool = False) -> Column[str] | Column[int]:
    if number:
        return Column(name, Integer, primary_key=True, autoincrement=False, nullable=False)
    return Column(name, String, primary_key=True, nullable=False)


def _attention() -> list[Column[str] | Column[int]]:
    return [*_texts("queue"), *_numbers("since"), *_texts("since_at", "troubles")]


def upgrade() -> None:
    for table in ("parcel", "unit", "container", "throughput"):
        op.drop_table(table)
    _parcels()
    _units()
    _containers()
    _counts()
    named = ", ".join(f"'{name}'" for name in _DONE)
    op.create_index("event_done", "event", ["at"], sqlite_where=text(f"type IN ({named})"))


def _parcels() -> None:
    op.create_table(
        "parcel",
        _key("parcel"),
        *_texts("status", "client", "rmas", "lane", "outcome", "condition", "hazards", "held"),
        *_numbers("received_at"),
        *_texts("received_by", "station", "keys"),
        *_numbers("seq"),
        *_attention(),
        sqlite_with_rowid=False,
    )
    waiting = ["queue", "client", "since", "since_at", "received_at", "rmas", "lane"]
    op.create_index("parcel_waiting", "parcel", waiting, sqlite_where=text("queue != ''"))
    _troubled("parcel")


def _units() -> None:
    op.create_table(
        "unit",
        _key("unit"),
        *_texts("parcel", "status", "client", "sku", "name", "category", "gtin", "serial", "rma"),
        *_numbers("line"),
        *_texts("functional", "cosmetic", "packaging", "disposition", "reason", "rule", "bin", "container", "recall"),
        *_numbers("swap"),
        *_texts("epc", "outcome", "channel", "travels", "packs", "approval", "steps", "vendor"),
        *_numbers("seq", "placed_seq", "decided_seq", "value"),
        Column("expected", Integer, nullable=True),
        *_texts("stated"),
        *_numbers("decided_at"),
        *_texts("decided_by", "decided_station", "graded_by", "held"),
        *_attention(),
        sqlite_with_rowid=False,
    )
    waiting = ["queue", "client", "since", "since_at", "parcel", "name", "status", "container", "placed_seq"]
    op.create_index("unit_waiting", "unit", waiting, sqlite_where=text("queue != ''"))
    _troubled("unit")
    op.create_index("unit_decided", "unit", ["decided_at"], sqlite_where=text("decided_at > 0"))
    op.create_index("unit_by_parcel", "unit", ["parcel", "seq"])
    op.create_index("unit_by_container", "unit", ["container", "placed_seq"])
    for name in ("serial", "epc", "gtin", "recall"):
        op.create_index(f"unit_by_{name}", "unit", [name])
    op.create_index("unit_by_product", "unit", ["client", "sku"])
    op.create_index("unit_by_vendor", "unit", ["vendor", "client", "disposition", "decided_seq"])


def _containers() -> None:
    op.create_table(
        "container",
        _key("container"),
        *_texts("status", "disposition", "client", "bin", "pallet"),
        *_numbers("opened_seq", "pallet_seq"),
        *_texts("troubles"),
        sqlite_with_rowid=False,
    )
    _troubled("container")
    op.create_index("container_by_pallet", "container", ["pallet", "pallet_seq"])


def _troubled(table: str) -> None:
    op.create_index(f"{table}_troubled", table, [table], sqlite_where=text("troubles != '[]'"))


def _counts() -> None:
    op.create_table(
        "throughput",
        _key("slot", number=True),
        *(_key(name) for name in ("stage", "station", "operator")),
        *_numbers("count"),
        sqlite_with_rowid=False,
    )
    decided = ("station", "operator", "client", "category", "functional", "cosmetic", "disposition", "reason")
    op.create_table(
        "decided",
        _key("hour", number=True),
        *(_key(name) for name in decided),
        *_numbers("units", "value", "valued", "expected", "known"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "looked",
        _key("day", number=True),
        *(_key(name) for name in ("inspector", "question", "first", "second")),
        *_numbers("count"),
        sqlite_with_rowid=False,
    )
