"""Units know whose vendor's terms their decision knew, and when it was made. The rows are derived, and folded anew."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String

revision = "0007"
down_revision = "0006"

_TEXTS = (
    *("parcel", "status", "client", "sku", "name", "category", "gtin", "serial", "rma"),
    *("functional", "cosmetic", "packaging", "disposition", "reason", "rule", "bin", "container", "recall"),
)
_DECISION = ("outcome", "channel", "travels", "packs", "approval", "steps", "vendor")
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


def upgrade() -> None:
    texts = [Column(name, String, nullable=False) for name in _TEXTS]
    op.drop_table("unit")
    op.create_table(
        "unit",
        Column("unit", String, primary_key=True, nullable=False),
        *texts[: _TEXTS.index("functional")],
        Column("line", Integer, nullable=False),
        *texts[_TEXTS.index("functional") :],
        Column("swap", Integer, nullable=False),
        Column("epc", String, nullable=False),
        *(Column(name, String, nullable=False) for name in _DECISION),
        Column("seq", Integer, nullable=False),
        Column("placed_seq", Integer, nullable=False),
        Column("decided_seq", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "unit", columns)
    # A database that these folds have made the rows of already has none now.
    op.execute("DELETE FROM meta WHERE key = 'folds'")
