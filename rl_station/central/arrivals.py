"""A push before it touches the database: every event hashed, read as far as this version can, and made into a row. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple, get_args

import msgspec

from rl_station.central.folding import Taken
from rl_station.central.tables import stream_key
from rl_station.domain.events import AnyEvent, Basis, Recorded
from rl_station.domain.sync_wire import MOST_EVENT_BYTES, MOST_EVENTS, Push, Refused, Sent, link, weight

COLUMNS = (
    *("stream", "seq", "at", "hlc", "received_at", "cause", "operator", "type", "schema"),
    *("body", "source", "basis", "hash", "form", "epoch"),
)
"""Of the table `event`, in the order of a row."""
UNKNOWN = "unknown"
"""Why an event is in no derived table: this version cannot read it."""
CLOSED = ("sealed", "withheld")
"""Or it arrived in one of these forms."""

_MOST = (1 << 63) - 1
_HASH_BYTES = 32
_LONGEST = 256
_TOKEN = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_WORD = re.compile(r"[ -~]{0,64}")
_TYPE = re.compile(r"[A-Za-z]\w{0,63}")

_event = msgspec.json.Decoder(AnyEvent)
_JSON = msgspec.json.Decoder()
_basis = msgspec.json.Decoder(Basis)
_SCHEMAS = {kind.__name__: kind.schema for kind in get_args(AnyEvent)}
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Row = tuple[object, ...]


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One event as it will be stored. `taken` is None where it cannot be read; then `reason` says why."""

    seq: int
    row: Row
    hash: bytes
    taken: Taken | None
    type: str
    schema: int
    reason: str


class Unreadable(NamedTuple):
    """What cannot be read for good: no later version will."""

    why: str


class Read(msgspec.Struct, frozen=True, gc=False):
    """An event read, or its type alone where this version does not know it (`event` None)."""

    type: str
    event: AnyEvent | None
    basis: Basis = ()


class Delivery(NamedTuple):
    """A well-formed push of a station of the site, and what it comes to."""

    site: str
    stream: int
    push: Push
    arrivals: list[Arrival]
    now: int


def delivery(site: str, push: Push, now: int) -> Delivery | Refused:
    """The events of a push, chained. The push is refused where it, or one of its events, is malformed."""
    refused = _malformed(push)
    if refused is not None:
        return refused
    station, epoch, previous = push.station, push.life.epoch, push.previous
    found = Delivery(site, stream_key(site, station, epoch), push, [], now)
    for seq, sent in enumerate(push.events, start=push.first):
        read = _out_of_range(sent) or _read(sent)
        if isinstance(read, Unreadable):
            return Refused(code="bad_event", message=f"Event {seq} is malformed: {read.why}.", epoch=epoch, at=seq)
        previous = link(previous, station, epoch, seq, sent)
        found.arrivals.append(_arrival(found, seq, sent, read, previous))
    if push.head != previous:
        at = push.first if len(push.events) == 1 else 0
        return Refused(
            code="bad_event", message="What arrived has another hash than what was sent.", epoch=epoch, at=at
        )
    return found


def _arrival(found: Delivery, seq: int, sent: Sent, read: Read, hash_: bytes) -> Arrival:
    row = (
        *(found.stream, seq, sent.at, sent.hlc, found.now, sent.cause, sent.operator, read.type, sent.schema),
        *(sent.body, sent.source, sent.basis, hash_, sent.form, sent.epoch),
    )
    if read.event is None:
        return Arrival(seq, row, hash_, None, read.type, sent.schema, UNKNOWN if sent.form == "plain" else sent.form)
    station, epoch = found.push.station, found.push.life.epoch
    recorded = _recorded(station, sent.epoch or epoch, seq, sent, read.event, read.basis)
    return Arrival(seq, row, hash_, Taken(found.stream, station, epoch, recorded), read.type, sent.schema, "")


def reread(stream: int, station: str, epoch: str, seq: int, sent: Sent) -> Taken | None:
    """A stored plain event, if this version can read it."""
    read = _read(sent)
    if isinstance(read, Unreadable) or read.event is None:
        return None
    return Taken(stream, station, epoch, _recorded(station, sent.epoch or epoch, seq, sent, read.event, read.basis))


def _malformed(push: Push) -> Refused | None:
    life = push.life
    tokens = (life.epoch, life.parent) if life.parent else (life.epoch,)
    if not all(map(_TOKEN.fullmatch, tokens)) or not all(map(_WORD.fullmatch, (life.reason, push.version))):
        return _bad("Epochs are up to 64 letters, digits, . _ -; reason and version are short words.")
    if not 1 <= life.starts <= push.first <= _MOST - MOST_EVENTS:
        return _bad("Seqs begin at 1, and a push not before its epoch.")
    if len(push.previous) != _HASH_BYTES or len(push.head) != _HASH_BYTES:
        return _bad(f"Hashes have {_HASH_BYTES} bytes.")
    if len(push.events) > MOST_EVENTS:
        return _bad(f"A push has at most {MOST_EVENTS} events.")
    if not (0 <= push.sent_at <= _MOST and 0 <= push.acknowledged <= _MOST and 0 <= push.waiting <= _MOST):
        return _bad("A number is out of its range.")
    return None


def _bad(message: str) -> Refused:
    return Refused(code="bad_request", message=message)


def _out_of_range(sent: Sent) -> Unreadable | None:
    """What no column could hold."""
    if not (-_MOST <= sent.at <= _MOST and 0 <= sent.hlc <= _MOST and 0 <= sent.cause <= _MOST):
        return Unreadable("a time or a seq is out of its range")
    if not 0 <= sent.schema <= _LONGEST or len(sent.operator) > _LONGEST or "\0" in sent.operator:
        return Unreadable("schema or operator is out of its range")
    if sent.epoch and not _TOKEN.fullmatch(sent.epoch):
        return Unreadable("its epoch is none")
    if weight(sent) > MOST_EVENT_BYTES:
        return Unreadable(f"it has more than {MOST_EVENT_BYTES} bytes")
    return None


def _read(sent: Sent) -> Read | Unreadable:
    if sent.form != "plain":
        return _closed(sent)
    try:
        event = _event.decode(sent.body)
        basis = () if sent.basis is None else _basis.decode(sent.basis)
        if sent.source is not None:
            _JSON.decode(sent.source)
    except _UNREADABLE as error:
        return _not_known(sent, error)
    kind = type(event)
    return Read(kind.__name__, event if kind.schema == sent.schema else None, basis)


def _closed(sent: Sent) -> Read | Unreadable:
    if sent.form == "withheld" and (sent.body or sent.source or sent.basis or len(sent.hash) != _HASH_BYTES):
        return Unreadable("a withheld event is a hash and nothing else")
    return Read("", None)


def _not_known(sent: Sent, error: Exception) -> Read | Unreadable:
    """A type or a schema of a later version is kept for it; what is no event in any version is nobody's."""
    try:
        found = msgspec.json.decode(sent.body)
        for extra in (sent.source, sent.basis):
            if extra is not None:
                msgspec.json.decode(extra)
    except _UNREADABLE as worse:
        return Unreadable(str(worse)[:200])
    name = found.get("type") if isinstance(found, dict) else None
    if not isinstance(name, str) or not _TYPE.fullmatch(name):
        return Unreadable("it has no type")
    if _SCHEMAS.get(name) == sent.schema:
        return Unreadable(str(error)[:200])
    return Read(name, None)


def _recorded(  # noqa: PLR0913, PLR0917  # what an envelope holds
    station: str, epoch: str, seq: int, sent: Sent, event: AnyEvent, basis: Basis
) -> Recorded:
    """Without the scan behind it, which no projection asks for."""
    return Recorded(
        station=station,
        epoch=epoch,
        seq=seq,
        at=sent.at,
        hlc=sent.hlc,
        operator=sent.operator,
        cause=sent.cause,
        event=event,
        basis=basis,
    )
