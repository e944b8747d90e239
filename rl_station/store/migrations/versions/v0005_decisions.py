"""Units know the outcome of their decision. The rows are derived: they are dropped, and folded anew at the start that follows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String

revision = "0005"
down_revision = "0004"

_TEXTS = (
    *("parcel", "status", "client", "sku", "name", "category", "gtin", "serial", "rma"),
    *("functional", "cosmetic", "packaging", "disposition", "reason", "rule", "bin", "container", "recall"),
)
_DECISION = ("outcome", "channel", "travels", "packs", "approval", "steps")


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
        sqlite_with_rowid=False,
    )
    op.create_index("unit_by_parcel", "unit", ["parcel", "seq"])
    op.create_index("unit_by_container", "unit", ["container", "placed_seq"])
    op.create_index("unit_by_serial", "unit", ["serial"])
    op.create_index("unit_by_epc", "unit", ["epc"])
