"""Tables that an older version made, brought up to what this one needs, in the transaction that looks at them.

Only what is derived changes, so nothing has to be carried over: at the first request rows are folded, and work is counted, anew
(`refolding`). All processes of a database change their version together.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Table, delete, inspect, text
from sqlalchemy.schema import CreateColumn

from rl_station.central import tables

FOLDED_BY = "folds"
"""The fact that says which folds made the rows."""

_FORMER = ("throughput",)
"""Tables that no version needs any more."""


def bring_up(connection: Connection) -> None:
    """Add the columns and indexes that are missing, with what an empty row has in them, and have all rows folded anew."""
    if connection.dialect.name == "postgresql":
        # An index over every event takes as long as it takes.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    found = inspect(connection)
    for name in _FORMER:
        connection.execute(text(f'DROP TABLE IF EXISTS "{name}"'))
    for table in tables.metadata.sorted_tables:
        there = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                _add(connection, table, column)
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    connection.execute(delete(tables.server_fact).where(tables.server_fact.c.name == FOLDED_BY))


def _add(connection: Connection, table: Table, column: Column[object]) -> None:
    made = str(CreateColumn(column).compile(dialect=connection.dialect))
    empty = "" if column.nullable else " DEFAULT 0" if isinstance(column.type, BigInteger) else " DEFAULT ''"
    connection.execute(text(f'ALTER TABLE "{table.name}" ADD COLUMN {made}{empty}'))
