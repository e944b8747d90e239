"""Units are found by what a recall names: GTIN, article, and the recall they were taken out for."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("unit_by_gtin", "unit", ["gtin"])
    op.create_index("unit_by_product", "unit", ["client", "sku"])
    op.create_index("unit_by_recall", "unit", ["recall"])
