"""The tables of the central server, the same on SQLite and on PostgreSQL.

Every key begins with the site or the stream (one epoch of one station), so that a distributed SQL database can spread them; no
key is drawn from a sequence. `at` and the like are microseconds since 1970 UTC. Derived tables say nothing that the events and
the imported reference data do not.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, Table, Text, literal_column

metadata = MetaData()

SCHEMA = 3
"""Raised with every change of these tables; `migrating` brings older ones up."""

LISTED_TYPES = (
    *("ParcelReceived", "ParcelClosed", "DispositionDecided", "ReworkFinished", "UnitSorted"),
    *("ContainerClosed", "ContainerShipped", "SecondLookTaken"),
)
"""Events that are counted (`work`, `looked`), and so are looked up by their time."""


def stream_key(site: str, station: str, epoch: str) -> int:
    """The key of a stream: the first 8 bytes of SHA-256 as a number of 63 bits."""
    found = hashlib.sha256(f"{site}|{station}|{epoch}".encode()).digest()
    return int.from_bytes(found[:8], "big") >> 1


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=primary_key, nullable=False, default="")


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(
        name,
        BigInteger,
        primary_key=primary_key,
        autoincrement=False,
        nullable=False,
        default=None if primary_key else 0,
    )


def _time(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=True)


def _bytes(name: str, *, primary_key: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=primary_key, nullable=False)


server_fact = Table("server_fact", metadata, _text("name", primary_key=True), _text("value"))
"""What this server is: its incarnation, its signing key, the schema of its tables, the folds of its rows."""

# --- who may speak ----------------------------------------------------------------------------------------------------

station = Table(
    "station",
    metadata,
    _text("site", primary_key=True),
    _text("station", primary_key=True),
    Column("token_hash", LargeBinary, nullable=True),
    _time("enrolled_at"),
    _time("revoked_at"),
    _time("last_seen_at"),
)
enrol_code = Table(
    "enrol_code",
    metadata,
    _bytes("code_hash", primary_key=True),
    _text("site"),
    _text("station"),
    _number("expires_at"),
    _time("used_at"),
)
reader_token = Table(
    "reader_token",
    metadata,
    _bytes("token_hash", primary_key=True),
    _text("site"),
    _text("name"),
    _time("revoked_at"),
)

desk = Table(
    "desk",
    metadata,
    _text("site", primary_key=True),
    _text("who", primary_key=True),
    _number("failures"),
    _number("locked_until"),
    _number("ended_at"),
)
"""Who signs in to the pages: wrong PINs in a row, until when none is heard, and when all sessions so far were ended."""

# --- the events -------------------------------------------------------------------------------------------------------

stream = Table(
    "stream",
    metadata,
    _number("stream", primary_key=True),
    _text("site"),
    _text("station"),
    _text("epoch"),
    _number("starts"),
    _text("parent"),
    _text("reason"),
    _bytes("base"),
    _number("seq"),
    _bytes("head"),
    _number("hlc"),
    _number("opened_at"),
    _number("received_at"),
    _number("skew_us"),
    _number("waiting"),
    _text("version"),
)
"""One life of a station's log, as the server keys it. It has the seqs from `starts` to `seq`, whose hash is `head`.

`base` is the hash before `starts`, which is an event of `parent`. `skew_us`: the station's clock less ours at its last push.
`waiting`: what the station said it still had to send.
"""
Index("stream_by_station", stream.c.site, stream.c.station)

event = Table(
    "event",
    metadata,
    _number("stream", primary_key=True),
    _number("seq", primary_key=True),
    _number("at"),
    _number("hlc"),
    _number("received_at"),
    _number("cause"),
    _text("operator"),
    _text("type"),
    _number("schema"),
    _bytes("body"),
    Column("source", LargeBinary, nullable=True),
    Column("basis", LargeBinary, nullable=True),
    _bytes("hash"),
    _text("form"),
    _text("epoch"),
)
"""`body`, `source` and `basis` are the bytes that the hash vouches for. `epoch` only where the envelope has another than the
stream; `type` is empty for events that arrived sealed or withheld."""

LISTED = event.c.type.in_([literal_column(f"'{name}'") for name in LISTED_TYPES])
"""Those events; has to stand in a question that the index shall answer."""
Index("event_listed", event.c.stream, event.c.type, event.c.at, sqlite_where=LISTED, postgresql_where=LISTED)

quarantined = Table(
    "quarantined",
    metadata,
    _number("stream", primary_key=True),
    _number("seq", primary_key=True),
    _text("site"),
    _text("reason"),
)
"""Events that are stored and in no derived table: `unknown` (a type or schema newer than this server), `sealed`, `withheld`."""

# --- derived, and imported --------------------------------------------------------------------------------------------

item = Table(
    "item",
    metadata,
    _text("site", primary_key=True),
    _text("kind", primary_key=True),
    _text("key", primary_key=True),
    _number("position"),
    _text("status"),
    _text("disposition"),
    _text("client"),
    _number("hlc"),
    Column("final", Boolean, nullable=False, default=False),
    Column("value", LargeBinary, nullable=True),
    Column("gone", Boolean, nullable=False, default=False),
    Column("state", LargeBinary, nullable=True),
    _text("queue"),
    _number("since"),
    _text("parcel"),
    _number("received"),
    _number("troubled"),
    _number("decided"),
    Column("counted", LargeBinary, nullable=True),
)
"""What the feed hands out: the site's parcels, units and containers, and its reference data. `value` is JSON.

`position` is that of the last change, 0 while nobody needs to know; `final`: the work on it is finished; `gone`: there is none
(a tombstone); `state`: what folding the next event needs (`folding.State`, JSON), for parcels, units and containers.

The rest is for supervisors, and no station hears of it: the queue that it waits in, `since` when (hybrid clock), the parcel that
a unit came out of, when the return came in that a parcel belongs to (microseconds), the newest open trouble (hybrid clock, 0 for
none), when a unit was decided (microseconds, 0 for never). `counted` is what it has added to `decided` (`kpi.Decided` as JSON, or
empty), so that just this is taken off again; NULL where an older version of this server wrote the row.
"""
Index("item_by_position", item.c.site, item.c.position)
_here = ~item.c.final & ~item.c.gone
Index(
    *("item_here", item.c.site, item.c.kind, item.c.disposition, item.c.client, item.c.status),
    sqlite_where=_here,
    postgresql_where=_here,
)
_waits = (item.c.queue != literal_column("''")) & _here
Index(
    *("item_waiting", item.c.site, item.c.queue, item.c.since, item.c.key, item.c.kind),
    *(item.c.client, item.c.parcel, item.c.received, item.c.final, item.c.gone),
    sqlite_where=_waits,
    postgresql_where=_waits,
)
"""With all that counting needs, so that the wide rows are left alone."""
_troubled = (item.c.troubled > literal_column("0")) & ~item.c.gone
Index("item_troubled", item.c.site, item.c.troubled, sqlite_where=_troubled, postgresql_where=_troubled)
_decided = item.c.decided > literal_column("0")
Index("item_decided", item.c.site, item.c.decided, sqlite_where=_decided, postgresql_where=_decided)

lookup = Table(
    "lookup",
    metadata,
    _text("site", primary_key=True),
    _text("code", primary_key=True),
    _text("kind", primary_key=True),
    _text("key", primary_key=True),
)
subject_event = Table(
    "subject_event",
    metadata,
    _text("site", primary_key=True),
    _text("kind", primary_key=True),
    _text("subject", primary_key=True),
    _number("hlc", primary_key=True),
    _number("stream", primary_key=True),
    _number("seq", primary_key=True),
)
corrected = Table(
    "corrected", metadata, _number("stream", primary_key=True), _number("seq", primary_key=True), _number("by")
)
"""Events that a `CorrectionDeclared` of their station (its seq is `by`) took back."""

work = Table(
    "work",
    metadata,
    _text("site", primary_key=True),
    _number("slot", primary_key=True),
    _text("stage", primary_key=True),
    _text("station", primary_key=True),
    _text("operator", primary_key=True),
    _number("count"),
    sqlite_with_rowid=False,
)
"""Finished pieces of work by slots of five minutes: `kpi.Work`."""

decided = Table(
    "decided",
    metadata,
    _text("site", primary_key=True),
    _number("hour", primary_key=True),
    _bytes("key", primary_key=True),
    *map(_text, ("station", "operator", "client", "category", "functional", "cosmetic", "disposition", "reason")),
    _text("currency"),
    *map(_number, ("units", "value", "valued", "expected", "known")),
    sqlite_with_rowid=False,
)
"""Units as they are decided now: `kpi.Decided`. `key` is a hash of the texts, which together could be too long for an index."""

looked = Table(
    "looked",
    metadata,
    _text("site", primary_key=True),
    _number("day", primary_key=True),
    _bytes("key", primary_key=True),
    *map(_text, ("inspector", "question", "first", "second")),
    _number("count"),
    sqlite_with_rowid=False,
)
"""Second looks: `kpi.Looked`, `key` as in `decided`."""

station_status = Table(
    "station_status",
    metadata,
    _text("site", primary_key=True),
    _text("station", primary_key=True),
    _number("at"),
    Column("devices", LargeBinary, nullable=False),
)
"""What a station last said of its devices, and when (by the server's clock): of `statuses.Device`, JSON."""

feed = Table(
    "feed",
    metadata,
    _text("site", primary_key=True),
    _number("position"),
    _text("stamp"),
    _number("marks"),
)
"""The last position given out, its stamp, and how many marks there were; whoever gives out positions holds this row, which makes
them commit-ordered."""

feed_mark = Table(
    "feed_mark",
    metadata,
    _text("site", primary_key=True),
    _number("position", primary_key=True),
    _text("stamp"),
    Column("anchor", Boolean, nullable=False, default=False),
)
"""A hash over everything the feed had said at a commit, so that a cursor from before a restore of the server is known for one.

Anchors are kept long, the others while they are new.
"""

task = Table(
    "task",
    metadata,
    _text("site", primary_key=True),
    _text("id", primary_key=True),
    _text("kind"),
    _text("subject_kind"),
    _text("subject"),
    _number("opened_at"),
    _text("detail"),
    _time("resolved_at"),
    _text("resolved_by"),
    _text("note"),
    _text("settled"),
)
"""Something a person has to look at. `detail` is JSON. `settled`: the event that closed it (stream/seq); once that is
taken back, the task is open again."""
_open = task.c.resolved_at.is_(None)
Index("task_by_subject", task.c.site, task.c.subject_kind, task.c.subject)
Index("task_open", task.c.site, task.c.kind, task.c.opened_at, sqlite_where=_open, postgresql_where=_open)
