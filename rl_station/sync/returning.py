"""A station's own events back from the centre, for a log that was damaged."""

from __future__ import annotations

from rl_station.domain.sync_wire import Life, Refused, Returned, Sent
from rl_station.sync import answers
from rl_station.sync.answers import Failed
from rl_station.sync.channel import Channel, ChannelError, Request
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.state import trouble

PAGE = 2_000
"""Events asked for at a time."""


def lives(channel: Channel, enrolled: Enrolled) -> tuple[Life, ...]:
    """The epochs the centre has of this station, oldest first. Raises ChannelError."""
    return _asked(channel, enrolled, ()).lives


def events(channel: Channel, enrolled: Enrolled, epoch: str, since: int) -> tuple[bytes, tuple[Sent, ...]]:
    """Its events of an epoch after a seq, and the hash before them. Raises ChannelError."""
    found = _asked(channel, enrolled, (("epoch", epoch), ("since", str(since)), ("limit", str(PAGE))))
    return found.previous, found.events if found.first == since + 1 else ()


def _asked(channel: Channel, enrolled: Enrolled, query: tuple[tuple[str, str], ...]) -> Returned:
    headers = {"authorization": f"Bearer {enrolled.token}"}
    said = answers.understood(
        channel.exchange(Request(method="GET", path="/v1/events", query=query, headers=headers)), Returned
    )
    if isinstance(said, Refused):
        raise ChannelError(said.message)
    if isinstance(said, Failed):
        raise ChannelError(trouble(said.code, said.detail, 0).told)
    return said
