"""Positions of the feed: handed out in the order of commits, with a hash over all that was said to check cursors by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from rl_station.central import tables
from rl_station.central.database import upsert

RECENT = 20_000
"""Commits whose marks are all kept: a cursor this young is checked exactly."""
ANCHOR_EVERY = 256
"""One mark in so many is an anchor, by which older cursors are checked."""
ANCHORS = 20_000
"""Anchors that are kept; a station that was away for longer starts with a whole copy."""

_feed, _mark = tables.feed, tables.feed_mark
_HERE = _mark.c.site == bindparam("at_site")
_READ = select(_feed.c.position, _feed.c.stamp, _feed.c.marks).where(_feed.c.site == bindparam("at_site"))
_LOCK = _READ.with_for_update()
_MOVE = update(_feed).where(_feed.c.site == bindparam("at_site"))
_MOVE = _MOVE.values(position=bindparam("to"), stamp=bindparam("now"), marks=bindparam("count"))
_OLDEST = select(_mark.c.position).where(_HERE).order_by(_mark.c.position.desc()).limit(1)
_FORGET = delete(_mark).where(_HERE, _mark.c.position < bindparam("before"), ~_mark.c.anchor)
_FORGET_ANCHORS = delete(_mark).where(_HERE, _mark.c.position < bindparam("before"), _mark.c.anchor)


class Head(NamedTuple):
    """The end of a site's feed: the last position, the hash over everything up to it, how many commits there were."""

    position: int = 0
    stamp: str = ""
    marks: int = 0


def read(connection: Connection, site: str) -> Head:
    found = connection.execute(_READ, {"at_site": site}).one_or_none()
    return Head() if found is None else Head(*found)


def lock(connection: Connection, site: str) -> Head:
    """The end of the feed, and nobody else gives out positions until this transaction ends."""
    found = connection.execute(_LOCK, {"at_site": site}).one_or_none()
    if found is None:
        upsert(connection, _feed, [{"site": site, "position": 0, "stamp": "", "marks": 0}])
        found = connection.execute(_LOCK, {"at_site": site}).one()
    return Head(*found)


def advance(connection: Connection, site: str, head: Head, said: Iterable[tuple[str, str, bytes | None]]) -> Head:
    """Move the end of the feed behind items (kind, key, value; None: gone) that took the positions after `head`."""
    items = list(said)
    if not items:
        return head
    digest = hashlib.sha256(head.stamp.encode())
    for kind, key, value in items:
        digest.update(f"\n{kind}\n{key}\n{'' if value is None else len(value)}\n".encode())
        digest.update(value or b"")
    after = Head(head.position + len(items), digest.hexdigest()[:32], head.marks + 1)
    moved = {"at_site": site, "to": after.position, "now": after.stamp, "count": after.marks}
    connection.execute(_MOVE, moved)
    mark = {"site": site, "position": after.position, "stamp": after.stamp, "anchor": after.marks % ANCHOR_EVERY == 0}
    upsert(connection, _mark, [mark])
    if after.marks % ANCHOR_EVERY == 0:
        _prune(connection, site)
    return after


def _prune(connection: Connection, site: str) -> None:
    here = {"at_site": site}
    before = connection.execute(_OLDEST.offset(RECENT), here).scalar_one_or_none()
    if before is not None:
        connection.execute(_FORGET, {**here, "before": before})
    before = connection.execute(_OLDEST.where(_mark.c.anchor).offset(ANCHORS), here).scalar_one_or_none()
    if before is not None:
        connection.execute(_FORGET_ANCHORS, {**here, "before": before})
