"""Units that are held know what a release gives back. The rows are derived, and folded anew at the start that follows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String, text

revision = "0010"
down_revision = "0009"

_INDEXES = {
    "unit_by_parcel": ["parcel", "seq"],
    "unit_by_container": ["container", "placed_seq"],
    "unit_by_serial": ["serial"],
    "unit_by_epc": ["epc"],
    "unit_by_gtin": ["gtin"],
    "unit_by_product": ["client", "sku"],
    "unit_by_recall": ["recall"],
    "unit_by_vendor": ["vendor", "client", "disposition", "decided_seq"],
}
_PARTIAL = {
    "unit_waiting": (
        ["queue", "client", "since", "since_at", "parcel", "name", "status", "container", "placed_seq"],
        "queue != ''",
    ),
    "unit_troubled": (["unit"], "troubles != '[]'"),
    "unit_decided": (["decided_at"], "decided_at > 0"),
}


def _texts(*names: str, key: bool = False) -> list[Column[str]]:
    return [Column(name, String, primary_key=key, nullable=False) for name in names]


def _numbers(*names: str) -> list[Column[int]]:
    return [Column(name, Integer, nullable=False) for name in names]


def upgrade() -> None:
    op.drop_table("unit")
    _units()
    # A database that these folds have made the rows of already has none now.
    op.execute("DELETE FROM meta WHERE key = 'folds'")


def _units() -> None:
    op.create_table(
        "unit",
        *_texts("unit", key=True),
        *_texts("parcel", "status", "client", "sku", "name", "category", "gtin", "serial", "rma"),
        *_numbers("line"),
        *_texts("functional", "cosmetic", "packaging", "disposition", "reason", "rule", "bin", "container", "recall"),
        *_numbers("swap"),
        *_texts("epc", "outcome", "channel", "travels", "packs", "approval", "steps", "vendor"),
        *_numbers("seq", "placed_seq", "decided_seq", "value"),
        *_texts("currency"),
        Column("expected", Integer, nullable=True),
        *_texts("stated"),
        *_numbers("decided_at"),
        *_texts("decided_by", "decided_station", "graded_by", "held", "held_from"),
        *_texts("queue"),
        *_numbers("since"),
        *_texts("since_at", "troubles"),
        sqlite_with_rowid=False,
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "unit", columns)
    for name, (columns, where) in _PARTIAL.items():
        op.create_index(name, "unit", columns, sqlite_where=text(where))
