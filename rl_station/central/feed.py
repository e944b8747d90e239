"""The change feed: a whole copy of a site's items in key order, then what changed since, in the order of commits.

A walk takes items as they are when it comes by; everything that changes from its start on comes after it, so a station that has
both has a state that was there. Nothing is remembered between two requests but what the cursor says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select, tuple_

from rl_station.central import cursors, positions, tables
from rl_station.central.calls import Context
from rl_station.central.cursors import Cursor
from rl_station.central.database import reading
from rl_station.central.identity import server
from rl_station.domain.sync_wire import Item, Page, Refused, digest

MOST_ROWS = 2_000
"""Items of one page."""
MOST_BYTES = 2 * 1024 * 1024
"""Bytes of values after which a page ends."""
FRESH_US = 30 * 24 * 3_600_000_000
"""Microseconds after which finished work is left out of a whole copy."""
TOLD_GONE = ("client", "operator", "lane", "bin", "recall", "recall_reversed", "rules")
"""Kinds of which a whole copy names the deleted too: else who left, and a reversal that was taken back, would come back out of a
station's settings. Of products and returns there are too many for that."""

_item = tables.item.c
_COLUMNS = (_item.kind, _item.key, _item.position, _item.value, _item.gone)
_CHANGES = (
    select(*_COLUMNS)
    .where(
        _item.site == bindparam("at_site"), _item.position > bindparam("after"), _item.position <= bindparam("until")
    )
    .order_by(_item.position)
    .limit(bindparam("most"))
)
_WALK = (
    select(*_COLUMNS)
    .where(
        _item.site == bindparam("at_site"),
        tuple_(_item.kind, _item.key) > tuple_(bindparam("kind"), bindparam("key")),
        ~_item.gone | _item.kind.in_(TOLD_GONE),
        ~(_item.final & (_item.hlc < bindparam("old"))),
    )
    .order_by(_item.kind, _item.key)
    .limit(bindparam("most"))
)


class Asked(NamedTuple):
    """Which page: of which site, behind which cursor (empty: a whole copy begins), of how many items at most."""

    site: str
    cursor: str = ""
    limit: int = MOST_ROWS
    now: int = 0


class _Part(NamedTuple):
    """Items and where they lead to."""

    items: tuple[Item, ...]
    next: Cursor
    snapshot: bool
    more: bool


def page(context: Context, asked: Asked) -> Page | Refused:
    """The next page. Raises DatabaseError."""
    return reading(context.engine, lambda connection: read_page(connection, asked))


def read_page(connection: Connection, asked: Asked) -> Page | Refused:
    """Within the caller's transaction."""
    incarnation = server(connection).incarnation
    head = positions.read(connection, asked.site)
    cursor = _from(connection, asked, incarnation, head.position)
    if cursor is None or cursor.incarnation != incarnation or not cursors.known(connection, asked.site, cursor, head):
        return cursors.unknown()
    part = (
        _walk(connection, asked, cursor, head.position)
        if cursor.phase == "copy"
        else _changes(connection, asked, cursor, head.position)
    )
    if part.next.position != cursor.position:
        mark, anchor = cursors.marked(connection, asked.site, part.next.position)
        part = part._replace(next=msgspec.structs.replace(part.next, mark=mark, anchor=anchor))
    return Page(
        incarnation=incarnation,
        cursor=cursors.packed(part.next),
        asked=asked.cursor,
        items=part.items,
        digest=digest(part.items),
        at=asked.now,
        snapshot=part.snapshot,
        more=part.more,
    )


def _from(connection: Connection, asked: Asked, incarnation: str, head: int) -> Cursor | None:
    if asked.cursor:
        return cursors.opened(asked.cursor)
    mark, anchor = cursors.marked(connection, asked.site, head)
    return Cursor(incarnation=incarnation, phase="copy", position=head, mark=mark, anchor=anchor)


def _changes(connection: Connection, asked: Asked, cursor: Cursor, head: int) -> _Part:
    """What was committed behind the cursor; the rest of a whole copy up to where its walk ended."""
    resting = cursor.phase == "rest"
    until = min(cursor.until, head) if resting else head
    where = {"at_site": asked.site, "after": cursor.position, "until": until, "most": asked.limit + 1}
    # Most stations ask most of the time when there is nothing new: the head of the feed tells.
    rows = connection.execute(_CHANGES, where).all() if cursor.position < until else []
    taken = _fitting(rows, asked.limit)
    more = len(taken) < len(rows)
    position = taken[-1].position if more else until
    done = resting and not more
    moved = msgspec.structs.replace(
        cursor, position=position, phase="changes" if done else cursor.phase, until=0 if done else cursor.until
    )
    return _Part(tuple(_as_item(row) for row in taken), moved, snapshot=resting, more=more or resting)


def _walk(connection: Connection, asked: Asked, cursor: Cursor, head: int) -> _Part:
    """Items behind the cursor's key, without work that was finished long ago."""
    old = max(0, asked.now - FRESH_US) // 1000 << 16
    where = {"at_site": asked.site, "kind": cursor.kind, "key": cursor.key, "old": old, "most": asked.limit + 1}
    rows = connection.execute(_WALK, where).all()
    taken = _fitting(rows, asked.limit)
    items = tuple(_as_item(row) for row in taken)
    if len(taken) < len(rows):
        moved = msgspec.structs.replace(cursor, kind=taken[-1].kind, key=taken[-1].key)
    else:
        moved = msgspec.structs.replace(cursor, phase="rest", kind="", key="", until=head)
    return _Part(items, moved, snapshot=True, more=True)


def _fitting(rows: Sequence[Any], most: int) -> Sequence[Any]:
    """As many as fit a page, one at least."""
    size = 0
    for count, row in enumerate(rows[:most]):
        size += len(row.value or b"") + len(row.key)
        if size > MOST_BYTES and count:
            return rows[:count]
    return rows[:most]


def _as_item(row: Any) -> Item:
    return Item(row.kind, row.key, row.position, None if row.gone else row.value)
