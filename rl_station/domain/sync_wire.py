"""What a station and the central server say to each other: MessagePack over HTTP, compressed with zstd.

Hashes are the 32 raw bytes of `domain.chain`; times are microseconds since 1970 UTC. An event travels as the canonical bytes that
were stored, so that the server can check the chain without understanding the event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import msgspec

from rl_station.domain import chain

MEDIA_TYPE = "application/msgpack"
MOST_EVENTS = 10_000
"""Events that one push may carry."""
MOST_BYTES = 16 * 1024 * 1024
"""Bytes of one push after decompression."""
MOST_EVENT_BYTES = 1024 * 1024
"""Bytes of one event with its source."""

Form = Literal["plain", "sealed", "withheld"]
"""How an event travels: `plain`; `sealed`, stored and acknowledged without a look inside, because the server refused it plain;
`withheld`, only its hash, because the server refused even that: its bytes stay at the station and are handed over by file."""


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """One event of a push. Seqs are consecutive, so the push gives only the first.

    `epoch` is the one in the event's own envelope where that differs from the push's (a clone's events, sent again in the epoch
    that was opened for them). `hash` only for withheld events, whose `body` is empty.
    """

    at: int
    hlc: int
    cause: int
    operator: str
    schema: int
    body: bytes
    source: bytes | None = None
    basis: bytes | None = None
    form: Form = "plain"
    epoch: str = ""
    hash: bytes = b""


class Life(msgspec.Struct, frozen=True):
    """An epoch as the server keys it: events from seq `starts` on; they continue `parent`, empty for a station's first."""

    epoch: str
    starts: int
    parent: str = ""
    reason: str = "new"


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """Events `first`, `first + 1`, ... of a station's epoch, which continue the chain after `previous`.

    `acknowledged` is the last seq that the station believes the server to have, and `incarnation` the server's life it heard that
    in; `sent_at` is the station's wall clock, from which the server estimates its skew. `head` is the hash of the last event as
    the station stored it (of the one before where there is none): a server that makes another out of what arrived refuses the
    push as `bad_event`, without a place unless it is a single one. `waiting`: events that the station has after these.
    """

    station: str
    life: Life
    first: int
    previous: bytes
    events: tuple[Sent, ...]
    sent_at: int
    head: bytes
    acknowledged: int = 0
    incarnation: str = ""
    version: str = ""
    waiting: int = 0


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """The server has committed everything up to `through`, whose hash is `head`.

    `stored` of them are new, `known` it had already; `quarantined` are the seqs it stored without understanding them.
    `receipt` is its Ed25519 signature over `receipt_text`, which a station keeps as proof.
    """

    incarnation: str
    epoch: str
    through: int
    head: bytes
    at: int
    stored: int = 0
    known: int = 0
    quarantined: tuple[int, ...] = ()
    receipt: bytes = b""


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """A station's own events back, `first`, `first + 1`, ... of one life, in the forms that the server has them in.

    `previous` is the hash before them; the server has this life up to `through`. `lives` are given instead of events where no
    epoch was asked for.
    """

    incarnation: str
    life: Life | None = None
    first: int = 0
    previous: bytes = b""
    events: tuple[Sent, ...] = ()
    through: int = 0
    lives: tuple[Life, ...] = ()


class Probe(msgspec.Struct, frozen=True):
    """What the server has at one place of a station's history."""

    epoch: str
    seq: int
    hash: bytes


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not carried out, for the station (`code`) and for people (`message`). Nothing of it was stored.

    `code`: `gap` (`expected` is the seq wanted next, in `epoch`; 1 where the server has nothing of a parent), `forked` (`at` is
    the first seq the server has otherwise), `mismatch` (what goes before differs; `probes` say what the server has, newest
    first), `bad_event` (`at` names it, 0: one of them), `cursor_unknown`, `unauthorized`, `revoked`, `wrong_station`,
    `too_large` (`limit` bytes), `unstorable` (one of them holds what the database cannot), `bad_request`, `busy`, ...
    """

    code: str
    message: str
    epoch: str = ""
    expected: int = 0
    at: int = 0
    limit: int = 0
    probes: tuple[Probe, ...] = ()


class EnrolRequest(msgspec.Struct, frozen=True):
    """A station shows the one-time code it was given."""

    station: str
    code: str


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What an enrolled station keeps: its token, and the server's public key (Ed25519, 32 raw bytes) for receipts."""

    site: str
    station: str
    token: str
    server_key: bytes
    incarnation: str


class Item(msgspec.Struct, frozen=True, array_like=True):
    """One row of the downlink: reference data or the site's work in progress. `value` is JSON; None: there is none any more."""

    kind: str
    key: str
    position: int
    value: bytes | None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the feed, in commit order, after the cursor `asked`; `cursor` asks for the next.

    `snapshot`: the part belongs to a whole copy, which counts only once a page says `snapshot=False` again. `digest` is
    `digest(items)`. `at` is the server's clock; `more`: there is more at once.
    """

    incarnation: str
    cursor: str
    asked: str = ""
    items: tuple[Item, ...]
    digest: bytes
    at: int
    snapshot: bool = False
    more: bool = False


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The value of an item of kind parcel, unit or container: the row as all stations' events make it.

    `row` is a `ParcelRow`, `UnitRow` or `ContainerRow` of `domain.projections`, folded in the order of the hybrid clock, with
    clock values in the place of seqs. `seen` tells for each station and epoch the last event that is in it; `hlc` is the newest.
    """

    row: msgspec.Raw
    hlc: int
    seen: tuple[tuple[str, str, int], ...] = ()


WORK_KINDS = ("parcel", "unit", "container")
REFERENCE_KINDS = (
    "client",
    "operator",
    "lane",
    "bin",
    "container_known",
    "product",
    "return",
    "recall",
    "recall_reversed",
    "rules",
)
"""Kinds of items that hold a value of `domain.reference` as JSON, keyed by its id.

`product` by `client/sku`, `recall` by `gtin/lot/reference`, `container_known` by container id (value: kind and name), `rules` by
the name of the file whose text is the value.
"""

_packer = msgspec.msgpack.Encoder()


def pack(value: msgspec.Struct) -> bytes:
    """MessagePack of a message."""
    return _packer.encode(value)


def weight(sent: Sent) -> int:
    """About the bytes of an event in a push, before compression."""
    return len(sent.body) + len(sent.source or b"") + len(sent.basis or b"") + 48


def digest(items: Sequence[Item]) -> bytes:
    """SHA-256 over the packed items, so that a station notices what a broken proxy made of a page."""
    return hashlib.sha256(_packer.encode(tuple(items))).digest()


def link(previous: bytes, station: str, epoch: str, seq: int, sent: Sent) -> bytes:
    """The hash of a sent event after `previous`; `epoch` is the push's."""
    if sent.form == "withheld":
        return sent.hash
    envelope = chain.Envelope(
        at=sent.at,
        basis=msgspec.UNSET if sent.basis is None else msgspec.Raw(sent.basis),
        cause=sent.cause,
        epoch=sent.epoch or epoch,
        event=msgspec.Raw(sent.body),
        hlc=sent.hlc,
        operator=sent.operator,
        schema=sent.schema,
        seq=seq,
        source=chain.NULL if sent.source is None else msgspec.Raw(sent.source),
        station=station,
    )
    return chain.link(previous, envelope)


def receipt_text(site: str, station: str, ack: Ack) -> bytes:
    """What the server signs when it acknowledges: one line, fields separated by a line feed."""
    return "\n".join(
        (
            "rl-station receipt 1",
            site,
            station,
            ack.epoch,
            str(ack.through),
            ack.head.hex(),
            str(ack.at),
            ack.incarnation,
        )
    ).encode()
