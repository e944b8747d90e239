"""The rows of a server whose folds have changed with its version: folded anew from their events, a few at a time.

What is counted by events (work, second looks) is counted anew, a site at a time; units as they are decided follow their rows.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, Engine, bindparam, select, tuple_

from rl_station.central import tables
from rl_station.central.database import fact, put_fact, reading, transaction
from rl_station.central.migrating import FOLDED_BY
from rl_station.central.projecting import KINDS, refold
from rl_station.central.recounting import recount
from rl_station.central.subjects import Subject
from rl_station.domain.projections import FOLDS

CHUNK = 500
"""Items folded in one transaction, during which the site's pushes wait."""

_log = logging.getLogger(__name__)
_item = tables.item.c
_SITES = select(tables.feed.c.site).order_by(tables.feed.c.site)
_NEXT = (
    select(_item.kind, _item.key)
    .where(
        _item.site == bindparam("at_site"),
        _item.kind.in_(KINDS),
        tuple_(_item.kind, _item.key) > tuple_(bindparam("of"), bindparam("after")),
    )
    .order_by(_item.kind, _item.key)
    .limit(CHUNK)
)


def refresh(engine: Engine, now: int) -> int:
    """Fold all items anew unless these very folds made them; gives how many came out otherwise. Raises DatabaseError.

    Interrupted, it starts over. Rows that come out the same are left alone and go to no station again.
    """
    if reading(engine, lambda connection: fact(connection, FOLDED_BY)) == str(FOLDS):
        return 0
    changed = 0
    for site in reading(engine, _sites):
        transaction(engine, partial(recount, site=site))
        subject: Subject = ("", "")
        while chunk := reading(engine, partial(_next, site=site, after=subject)):
            changed += transaction(engine, partial(refold, site=site, subjects=chunk, now=now))
            subject = chunk[-1]
        _log.info("the rows of site %s were folded anew", site)
    transaction(engine, lambda connection: put_fact(connection, FOLDED_BY, str(FOLDS)))
    return changed


def _sites(connection: Connection) -> Sequence[str]:
    return connection.execute(_SITES).scalars().all()


def _next(connection: Connection, site: str, after: Subject) -> list[Subject]:
    rows = connection.execute(_NEXT, {"at_site": site, "of": after[0], "after": after[1]})
    return [(row.kind, row.key) for row in rows]
