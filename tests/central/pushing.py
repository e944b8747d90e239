"""A station as the server sees it: events on a hash chain, in pushes that fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import zstandard

from rl_station.domain import chain
from rl_station.domain.events import CodeTraced, Event
from rl_station.domain.sync_wire import MEDIA_TYPE, Life, Push, Sent, link, pack

AT = 1_790_000_000_000_000
"""Some moment in 2026, microseconds since 1970 UTC."""
SECOND = 1_000_000

compressed = zstandard.ZstdCompressor(level=1).compress


@dataclass(frozen=True)
class Log:
    """The log of one station as far as it has been sent; `next` gives the push after it and the log with it."""

    station: str
    epoch: str = "epoch1"
    seq: int = 0
    head: bytes = chain.GENESIS
    acknowledged: int = 0
    incarnation: str = ""

    def sent(self, event: Event | bytes, number: int = 0) -> Sent:
        """An event as it travels. `number`: its place after the next one."""
        at = AT + (self.seq + number) * SECOND
        body = event if isinstance(event, bytes) else chain.canonical(event)
        schema = 1 if isinstance(event, bytes) else event.schema
        return Sent(at=at, hlc=(at // 1000) << 16, cause=self.seq + 1, operator="priya", schema=schema, body=body)

    def push(self, events: Sequence[Event | bytes | Sent]) -> Push:
        sent = [each if isinstance(each, Sent) else self.sent(each, number) for number, each in enumerate(events)]
        head = self.head
        for seq, each in enumerate(sent, self.seq + 1):
            head = link(head, self.station, self.epoch, seq, each)
        return Push(
            station=self.station,
            life=Life(self.epoch, 1),
            first=self.seq + 1,
            previous=self.head,
            events=tuple(sent),
            sent_at=AT + self.seq * SECOND,
            acknowledged=self.acknowledged,
            incarnation=self.incarnation,
            version="test",
            head=head,
        )

    def after(self, push: Push) -> Log:
        """The log once the push is in it."""
        through = push.first + len(push.events) - 1
        return replace(self, seq=through, head=push.head, acknowledged=through)


def traced(number: int) -> CodeTraced:
    """An event that is about nothing in particular."""
    return CodeTraced(kind="tracking", value=f"TRACE{number:08d}")


def body(push: Push) -> bytes:
    return compressed(pack(push))


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": MEDIA_TYPE, "Content-Encoding": "zstd"}


def unpacked(raw: bytes, kind: type[msgspec.Struct]) -> msgspec.Struct:
    return msgspec.msgpack.decode(raw, type=kind)
