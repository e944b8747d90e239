"""Work finished by hour, counted from the log so far; units found by their serial."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String, text

revision = "0002"
down_revision = "0001"

_STAGES = (
    ("ParcelReceived", "received"),
    ("ParcelClosed", "unpacked"),
    ("DispositionDecided", "decided"),
    ("UnitSorted", "sorted"),
    ("ContainerClosed", "packed"),
    ("ContainerShipped", "shipped"),
)
_COUNTED = text(
    """
    INSERT INTO throughput (hour, stage, operator, count)
    SELECT event.at / 3600000000, :stage, event.operator, count(*)
    FROM event LEFT JOIN corrected ON corrected.seq = event.seq
    WHERE event.type = :type AND corrected.seq IS NULL
    GROUP BY 1, 3
    """
)


def upgrade() -> None:
    op.create_table(
        "throughput",
        Column("hour", Integer, primary_key=True, autoincrement=False, nullable=False),
        Column("stage", String, primary_key=True, nullable=False),
        Column("operator", String, primary_key=True, nullable=False),
        Column("count", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    for kind, stage in _STAGES:
        op.execute(_COUNTED.bindparams(type=kind, stage=stage))
    op.create_index("unit_by_serial", "unit", ["serial"])
