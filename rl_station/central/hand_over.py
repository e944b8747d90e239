"""Events that a station wrote to a file (`rl-station db export`), taken through the same door as a push. Idempotent: what came by
network before or comes after is known by its hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from rl_station.central import ingest, tables
from rl_station.central.calls import Caller, Context
from rl_station.central.database import reading
from rl_station.domain.hand_over import HandOverError, read_cover, read_pushes
from rl_station.domain.sync_wire import Ack, Form, Push, Refused, Sent, link

_PAST = frozenset({"gap", "mismatch", "forked", "wrong_station"})
"""Refusals that no other form of the events would change."""
_NEXT: dict[Form, Form] = {"plain": "sealed", "sealed": "withheld"}


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: `stored` events are new, `known` were there, `closed` of both wait for a person.

    `refused` says why the rest was not taken, `damaged` why the file could be read only so far; empty where all went well.
    """

    site: str
    station: str
    through: int = 0
    stored: int = 0
    known: int = 0
    closed: int = 0
    refused: str = ""
    damaged: str = ""


def sites_of(context: Context, station: str) -> tuple[str, ...]:
    """The sites that have a station of this name. Raises DatabaseError."""
    row = tables.station.c
    statement = select(row.site).where(row.station == station).order_by(row.site)
    return reading(context.engine, lambda connection: tuple(connection.execute(statement).scalars()))


def take_file(context: Context, site: str, file: BinaryIO) -> Handed:
    """Store what the file holds, push by push, each durable for itself. Raises HandOverError (no file of ours), DatabaseError."""
    station = read_cover(file).station
    done = Handed(site=site, station=station)
    try:
        for push in read_pushes(file):
            # The file may have travelled for days: its clock says nothing of the station's.
            fresh = replace(push, sent_at=context.clock.now())
            for said in _taken(context, Caller(site=site, station=station), fresh):
                if isinstance(said, Refused):
                    return replace(done, refused=said.message)
                done = replace(
                    done,
                    through=said.through,
                    stored=done.stored + said.stored,
                    known=done.known + said.known,
                    closed=done.closed + len(said.quarantined),
                )
    except HandOverError as error:
        return replace(done, damaged=str(error))
    return done


def _taken(context: Context, caller: Caller, push: Push) -> Iterator[Ack | Refused]:
    """Take a push; what the server cannot take of it is found by halving, and closed. Ends with the first refusal."""
    said = ingest.take(context, caller, push)
    if isinstance(said, Ack) or said.code in _PAST or not push.events:
        yield said
    elif len(push.events) > 1:
        for half in _halves(push):
            for answer in _taken(context, caller, half):
                yield answer
                if isinstance(answer, Refused):
                    return
    elif push.events[0].form in _NEXT:
        yield from _taken(context, caller, replace(push, events=(_closed_more(push),)))
    else:
        yield said


def _halves(push: Push) -> tuple[Push, Push]:
    middle = len(push.events) // 2
    between = push.previous
    for seq, sent in enumerate(push.events[:middle], push.first):
        between = link(between, push.station, push.life.epoch, seq, sent)
    return (
        replace(push, events=push.events[:middle], head=between),
        replace(push, events=push.events[middle:], first=push.first + middle, previous=between),
    )


def _closed_more(push: Push) -> Sent:
    """The only event of a push in the next form."""
    sent = push.events[0]
    if _NEXT[sent.form] == "sealed":
        return replace(sent, form="sealed")
    return replace(sent, form="withheld", operator="", body=b"", source=None, basis=None, hash=push.head)
