"""Counts made anew from all events of a site, where their definition has changed or an older version made none."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete

from rl_station.central import histories, positions, tables
from rl_station.central.tallies import Tallies

_NONE = tuple(delete(table).where(table.c.site == bindparam("at_site")) for table in (tables.work, tables.looked))


def recount(connection: Connection, site: str) -> None:
    """Count a site's finished work and second looks from nothing. Holds its feed, so that no push adds to them meanwhile."""
    positions.lock(connection, site)
    for statement in _NONE:
        connection.execute(statement, {"at_site": site})
    tallies = Tallies()
    for taken in histories.listed(connection, site):
        tallies.event(taken.recorded, 1)
    tallies.write(connection, site)
