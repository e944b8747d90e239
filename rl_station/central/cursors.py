"""Where a reader of the feed stands, as an opaque text: which phase, how far, and what the server had said up to there."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

import msgspec
from sqlalchemy import Connection, bindparam, select

from rl_station.central import tables
from rl_station.central.positions import RECENT, Head
from rl_station.domain.sync_wire import Refused

Phase = Literal["copy", "rest", "changes"]
"""`copy`: a walk over all items by key; `rest`: what changed during the walk; `changes`: following."""

LONGEST = 2_000
"""Characters of a cursor."""

_mark = tables.feed_mark.c
_NEWEST = (
    select(_mark.position, _mark.stamp)
    .where(_mark.site == bindparam("at_site"), _mark.position <= bindparam("position"))
    .order_by(_mark.position.desc())
    .limit(1)
)
_ANCHOR = _NEWEST.where(_mark.anchor)
_OLDEST_RECENT = (
    select(_mark.position).where(_mark.site == bindparam("at_site"), ~_mark.anchor).order_by(_mark.position).limit(1)
)


Place = Annotated[int, msgspec.Meta(ge=0, le=(1 << 62))]
Word = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$", max_length=1024)]


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """What the feed had said at a commit."""

    position: Place = 0
    stamp: str = ""


class Cursor(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """`position`: changes up to there are known (of a walk: from there on they are still to come). `kind` and `key`: how far a
    walk is. `until`: where the rest of a walk ends. `mark` and `anchor`: the newest of each up to `position`.
    """

    incarnation: str
    phase: Phase
    position: Place
    mark: Mark = Mark()
    anchor: Mark = Mark()
    kind: Word = ""
    key: Word = ""
    until: Place = 0


_decoder = msgspec.msgpack.Decoder(Cursor)


def packed(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def opened(text: str) -> Cursor | None:
    """None for what is no cursor of this version."""
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        return _decoder.decode(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        return None


def marked(connection: Connection, site: str, position: int) -> tuple[Mark, Mark]:
    """The newest mark and the newest anchor up to a position."""
    return _newest(connection, site, position), _newest(connection, site, position, anchor=True)


def known(connection: Connection, site: str, cursor: Cursor, head: Head) -> bool:
    """Whether this server said what the cursor has heard. The newest marks tell exactly, for older ones the anchors do."""
    if cursor.position > head.position or cursor.mark.position > cursor.position or cursor.position < 0:
        return False
    at_head = (cursor.position, cursor.mark.position, cursor.mark.stamp) == (head.position, head.position, head.stamp)
    if at_head or _newest(connection, site, cursor.position) == cursor.mark:
        return True
    forgotten = head.marks > RECENT and cursor.mark.position < _recent(connection, site)
    return (
        forgotten
        and cursor.anchor != Mark()
        and cursor.anchor == _newest(connection, site, cursor.position, anchor=True)
    )


def unknown() -> Refused:
    message = "This server does not know that cursor; ask without one, and a whole copy begins."
    return Refused(code="cursor_unknown", message=message)


def _newest(connection: Connection, site: str, position: int, *, anchor: bool = False) -> Mark:
    found = connection.execute(_ANCHOR if anchor else _NEWEST, {"at_site": site, "position": position}).one_or_none()
    return Mark() if found is None else Mark(*found)


def _recent(connection: Connection, site: str) -> int:
    return connection.execute(_OLDEST_RECENT, {"at_site": site}).scalar_one_or_none() or 0
