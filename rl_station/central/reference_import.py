"""Takes reference data into the feed: every row checked, what changed written in small transactions, the rest reported.

A refused row never stops a good one, unless that is asked for; a storm of rows never holds the feed for longer than one chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, bindparam, select

from rl_station.central import items, positions, tables
from rl_station.central.database import reading, transaction
from rl_station.central.reference_checks import NotTakenError
from rl_station.central.reference_read import Read, Refusal, Source
from rl_station.central.reference_rows import rows
from rl_station.central.reference_values import Taken, decoded
from rl_station.domain.sync_wire import REFERENCE_KINDS

CHUNK = 1_000
"""Rows of one transaction."""
MOST_REFUSALS = 1_000
"""Refused rows that a report names; it counts all."""
_KEYED_BY_CONTENT = ("recall",)
"""Kinds whose key is made of what the row says: one that is refused may have been meant for another key."""

_item = tables.item.c
_LISTED = (
    select(_item.key)
    .where(
        _item.site == bindparam("at_site"), _item.kind == bindparam("of"), _item.key > bindparam("after"), ~_item.gone
    )
    .order_by(_item.key)
    .limit(CHUNK)
)


class How(NamedTuple):
    """`strict`: one refused row, and nothing is taken. `replace`: what is not in the files is deleted, of the kinds they hold."""

    strict: bool = False
    replace: bool = False


PLAIN = How()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows: `accepted` are new or changed, `removed` were not in the files; the first `refused` are named.

    `kept`: kinds of which nothing was removed, though that was asked for, since a refused row may be one of those that are there.
    """

    accepted: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    kept: tuple[str, ...] = ()


class _Count:
    """The report while it is made, and which keys were in the files, as hashes: half a million of them are small."""

    def __init__(self) -> None:
        self.accepted = self.unchanged = self.removed = self.refused = 0
        self.refusals: list[Refusal] = []
        self.seen: dict[str, set[int]] = {}
        self.unsure: set[str] = set()
        self.whole = True

    def refuse(self, read: Read) -> None:
        self.refused += len(read.refusals)
        self.refusals.extend(read.refusals[: MOST_REFUSALS - len(self.refusals)])
        self.whole = self.whole and not read.broken and read.kind in REFERENCE_KINDS
        self.seen.setdefault(read.kind, set()).add(hash(read.key))
        if read.found is None and (not read.key or read.kind in _KEYED_BY_CONTENT):
            self.unsure.add(read.kind)

    def first(self, found: Taken) -> bool:
        """Whether this key was not there before."""
        seen, mark = self.seen.setdefault(found.kind, set()), hash(found.key)
        if mark in seen:
            return False
        seen.add(mark)
        return True

    def complete(self) -> list[str]:
        """Kinds of which every row was read or is known by its key: what is not among them is in no file."""
        return sorted(self.seen.keys() - self.unsure) if self.whole else []

    def report(self, *, replace: bool = False) -> Report:
        kept = (self.seen.keys() & set(REFERENCE_KINDS)) - set(self.complete()) if replace else ()
        return Report(
            accepted=self.accepted,
            unchanged=self.unchanged,
            removed=self.removed,
            refused=self.refused,
            refusals=tuple(self.refusals),
            kept=tuple(sorted(kept)),
        )


def import_reference(engine: Engine, site: str, sources: Sequence[Source], how: How = PLAIN) -> Report:
    """Take what the files say into a site's reference data. Raises DatabaseError; the chunks before it are stored then."""
    if how.strict:
        tried = _Count()
        for _ in _good(sources, tried):
            pass
        if tried.refused:
            return tried.report()
    count = _Count()
    for chunk in _chunks(_good(sources, count)):
        accepted = transaction(engine, lambda connection, chunk=chunk: take(connection, site, chunk))  # type: ignore[misc]
        count.accepted += accepted
        count.unchanged += len(chunk) - accepted
    if how.replace:
        for kind in count.complete():
            count.removed += _remove(engine, site, kind, count.seen[kind])
    return count.report(replace=how.replace)


def take(connection: Connection, site: str, chunk: Sequence[Taken]) -> int:
    """Write what changed, each with a new position; gives how many that were."""
    head = positions.lock(connection, site)
    before = _before(connection, site, chunk)
    changes = [
        items.Change(
            kind=found.kind,
            key=found.key,
            value=found.value,
            gone=False,
            told=True,
            codes=(_codes(found.kind, old), items.codes(found.read)),
            client=getattr(found.read, "client", ""),
        )
        for found in chunk
        if (old := before.get((found.kind, found.key))) is None or old.gone or old.value != found.value
    ]
    items.write(connection, site, head, changes)
    return len(changes)


def _good(sources: Iterable[Source], count: _Count) -> Iterator[Taken]:
    for source in sources:
        for read in rows(source):
            if read.found is None:
                count.refuse(read)
            elif count.first(read.found):
                yield read.found
            else:
                reason = "stands in the files twice; the first counts"
                count.refuse(read._replace(refusals=(Refusal(source.name, read.line, read.key, reason),)))


def _chunks(found: Iterable[Taken]) -> Iterator[list[Taken]]:
    chunk: list[Taken] = []
    for each in found:
        chunk.append(each)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _before(connection: Connection, site: str, chunk: Sequence[Taken]) -> dict[tuple[str, str], Any]:
    return {
        (kind, found.key): found
        for kind in {each.kind for each in chunk}
        for found in items.load(connection, site, kind, [each.key for each in chunk if each.kind == kind])
    }


def _codes(kind: str, old: Any) -> frozenset[str]:
    """What it was found by; nothing where it was deleted, or another version wrote what this one cannot read."""
    if old is None or old.gone:
        return frozenset()
    try:
        return items.codes(decoded(kind, old.value))
    except NotTakenError:
        return frozenset()


def _remove(engine: Engine, site: str, kind: str, seen: set[int]) -> int:
    """Delete what was not in the files, page by page; stations hear of each."""
    removed, after = 0, ""
    while True:
        where = {"at_site": site, "of": kind, "after": after}
        keys = reading(engine, lambda connection, where=where: connection.execute(_LISTED, where).scalars().all())  # type: ignore[misc]
        gone = [key for key in keys if hash(key) not in seen]
        if gone:
            transaction(engine, lambda connection, gone=gone: _delete(connection, site, kind, gone))  # type: ignore[misc]
        removed += len(gone)
        if len(keys) < CHUNK:
            return removed
        after = keys[-1]


def _delete(connection: Connection, site: str, kind: str, keys: Sequence[str]) -> None:
    head = positions.lock(connection, site)
    changes = [
        items.Change(kind, old.key, b"", gone=True, told=True, codes=(_codes(kind, old), frozenset()))
        for old in items.load(connection, site, kind, keys)
    ]
    items.write(connection, site, head, changes)
