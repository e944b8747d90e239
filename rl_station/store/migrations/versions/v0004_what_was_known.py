"""What an event was decided on, and from where on an epoch's events are sent. Nothing of an old log changes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, String

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("event", Column("basis", LargeBinary, nullable=True))
    op.rename_table("epoch", "epoch_before")
    op.create_table(
        "epoch",
        Column("number", Integer, primary_key=True, autoincrement=False, nullable=False),
        Column("token", String, nullable=False),
        Column("station", String, nullable=False),
        Column("first_seq", Integer, nullable=False),
        Column("started_at", Integer, nullable=False),
        Column("reason", String, nullable=False),
        Column("sends_from", Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO epoch (number, token, station, first_seq, started_at, reason, sends_from) "
        "SELECT number, token, station, first_seq, started_at, reason, first_seq FROM epoch_before"
    )
    op.drop_table("epoch_before")
