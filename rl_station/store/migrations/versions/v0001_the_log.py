"""The log, its epochs, and the read models of parcels, units and containers."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, String

revision = "0001"
down_revision = None


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, String, primary_key=primary_key, nullable=False)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=primary_key, autoincrement=False, nullable=False)


def _texts(names: str) -> list[Column[str]]:
    return [_text(name) for name in names.split()]


def upgrade() -> None:
    _log()
    _indexes()
    _parcels()
    _units()
    _containers()


def _log() -> None:
    op.create_table("meta", _text("key", primary_key=True), _text("value"), sqlite_with_rowid=False)
    op.create_table(
        "epoch",
        _number("number", primary_key=True),
        *_texts("token station"),
        _number("first_seq"),
        _number("started_at"),
        _text("reason"),
    )
    op.create_table(
        "event",
        _number("seq", primary_key=True),
        *(_number(name) for name in ("epoch", "at", "hlc", "cause")),
        *_texts("operator type"),
        _number("schema"),
        Column("body", LargeBinary, nullable=False),
        Column("source", LargeBinary, nullable=True),
        Column("hash", LargeBinary, nullable=False),
    )
    op.create_table("checkpoint", _number("seq", primary_key=True), Column("state", LargeBinary, nullable=False))


def _indexes() -> None:
    op.create_table(
        "event_subject",
        _text("kind", primary_key=True),
        _text("subject", primary_key=True),
        _number("seq", primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table("corrected", _number("seq", primary_key=True), _number("by"))
    for table, column in (("plate_floor", "floor"), ("plate_counter", "used")):
        op.create_table(
            table,
            _text("prefix", primary_key=True),
            _text("kind", primary_key=True),
            _number(column),
            sqlite_with_rowid=False,
        )


def _parcels() -> None:
    op.create_table(
        "parcel",
        _text("parcel", primary_key=True),
        *_texts("status client rmas lane outcome condition hazards held"),
        _number("received_at"),
        *_texts("received_by station keys"),
        _number("seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "parcel_key",
        _text("kind", primary_key=True),
        _text("value", primary_key=True),
        _text("parcel", primary_key=True),
        sqlite_with_rowid=False,
    )


def _units() -> None:
    op.create_table(
        "unit",
        _text("unit", primary_key=True),
        *_texts("parcel status client sku name category gtin serial rma"),
        _number("line"),
        *_texts("functional cosmetic packaging disposition reason rule bin container recall"),
        *(_number(name) for name in ("swap", "seq", "placed_seq")),
        sqlite_with_rowid=False,
    )
    op.create_index("unit_by_parcel", "unit", ["parcel", "seq"])
    op.create_index("unit_by_container", "unit", ["container", "placed_seq"])


def _containers() -> None:
    op.create_table(
        "container",
        _text("container", primary_key=True),
        *_texts("status disposition client bin pallet"),
        *(_number(name) for name in ("opened_seq", "pallet_seq")),
        sqlite_with_rowid=False,
    )
    op.create_index("container_by_pallet", "container", ["pallet", "pallet_seq"])
