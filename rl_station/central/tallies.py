"""Counts that are kept in step with the events by adding and taking off: work done, units as they are decided, second looks.

Whatever order events arrive in, and whatever is corrected later, the sums come out as if they had been counted at the end.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete

from rl_station.central import tables
from rl_station.central.database import upsert
from rl_station.central.subjects import LONGEST, findable
from rl_station.domain import events
from rl_station.domain.events import Recorded, SecondLookTaken
from rl_station.domain.kpi import Decided
from rl_station.domain.projections import STAGES, WorkDone, looked, work_done

_TEXTS = ("station", "operator", "client", "category", "functional", "cosmetic", "disposition", "reason", "currency")
_SUMS = ("units", "value", "valued", "expected", "known")
_LOOKED_TEXTS = ("inspector", "question", "first", "second")

_COUNTED = frozenset({*(getattr(events, name) for name in STAGES), SecondLookTaken})

_decided = msgspec.json.Decoder(Decided)
_encoder = msgspec.json.Encoder()


class Tallies:
    """What one transaction adds to the counts of a site."""

    def __init__(self) -> None:
        self._work: Counter[WorkDone] = Counter()
        self._looked: Counter[tuple[int, tuple[str, ...]]] = Counter()
        self._decided: Counter[tuple[int, tuple[str, ...], str]] = Counter()

    def event(self, recorded: Recorded, by: int) -> None:
        """An event that stands (`by` 1), or no longer does (-1)."""
        if type(recorded.event) not in _COUNTED:
            return
        done = work_done(recorded)
        if done is not None and findable(done.operator):
            self._work[done] += by
        for look in looked(recorded) if type(recorded.event) is SecondLookTaken else ():
            texts = _clean(look.inspector, look.question, look.first, look.second)
            self._looked[look.day, texts] += by * look.count

    def unit(self, before: bytes | None, after: bytes | None) -> None:
        """An item that had added `before` to the counts adds `after` now (`counted`)."""
        if before == after:
            return
        for value, sign in ((before, -1), (after, 1)):
            told = counted_of(value)
            if told is not None:
                texts = tuple(str(getattr(told, name)) for name in _TEXTS)
                for name in _SUMS:
                    self._decided[told.hour, texts, name] += sign * getattr(told, name)

    def write(self, connection: Connection, site: str) -> None:
        """Add it all, and leave no row that counts nothing."""
        work = [{**done._asdict(), "count": by} for done, by in sorted(self._work.items()) if by]
        _add(connection, site, tables.work, work, ("count",))
        looks = [
            {"day": day, "key": key_of(texts), **dict(zip(_LOOKED_TEXTS, texts, strict=True)), "count": by}
            for (day, texts), by in sorted(self._looked.items())
            if by
        ]
        _add(connection, site, tables.looked, looks, ("count",))
        _add(connection, site, tables.decided, self._decided_rows(), _SUMS)

    def _decided_rows(self) -> list[Mapping[str, object]]:
        keys = sorted({(hour, texts) for (hour, texts, _), by in self._decided.items() if by})
        return [
            {
                "hour": hour,
                # Without a currency it is the key of an older version's row, which this is taken off from.
                "key": key_of(texts if texts[-1] else texts[:-1]),
                **dict(zip(_TEXTS, texts, strict=True)),
                **{name: self._decided[hour, texts, name] for name in _SUMS},
            }
            for hour, texts in keys
        ]


def counted(told: Decided | None) -> bytes:
    """What an item says of what it has added to `decided`; empty for nothing."""
    if told is None:
        return b""
    texts = dict(zip(_TEXTS, _clean(*(getattr(told, name) for name in _TEXTS)), strict=True))
    return _encoder.encode(msgspec.structs.replace(told, **texts))


def counted_of(value: bytes | None) -> Decided | None:
    """What an item has added to `decided`."""
    return _decided.decode(value) if value else None


def key_of(texts: Sequence[str]) -> bytes:
    """16 bytes in the place of texts that together could be too long for an index."""
    return hashlib.sha256(_encoder.encode(texts)).digest()[:16]


def _clean(*texts: str) -> tuple[str, ...]:
    """As a column can hold it: PostgreSQL's texts hold no NUL."""
    return tuple(text.replace("\0", "")[:LONGEST] for text in texts)


def _add(
    connection: Connection, site: str, table: Table, rows: Sequence[Mapping[str, object]], sums: Sequence[str]
) -> None:
    upsert(connection, table, [{"site": site, **row} for row in rows], add=sums)
    less = [row for row in rows if any(_number(row[name]) < 0 for name in sums)]
    if less:
        keys = [column for column in table.primary_key if column.name != "site"]
        none = delete(table).where(
            table.c.site == bindparam("at_site"),
            *(column == bindparam(f"at_{column.name}") for column in keys),
            *(table.c[name] == 0 for name in sums),
        )
        connection.execute(
            none, [{"at_site": site, **{f"at_{column.name}": row[column.name] for column in keys}} for row in less]
        )


def _number(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101  # sums are
    return value
