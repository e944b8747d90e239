"""What a `CorrectionDeclared` takes back: earlier facts of its own station's log, whatever epoch the server keys them by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from rl_station.central import histories, tables
from rl_station.central.database import copy_rows
from rl_station.central.folding import Taken
from rl_station.domain.events import CorrectionDeclared

Key = tuple[int, int]
"""Stream and seq."""

_stream, _corrected = tables.stream, tables.corrected
_LIVES = select(_stream.c.stream, _stream.c.epoch, _stream.c.starts, _stream.c.parent).where(
    _stream.c.site == bindparam("at_site"), _stream.c.station == bindparam("of")
)
_MARKED = select(_corrected.c.seq).where(
    _corrected.c.stream == bindparam("of"),
    _corrected.c.seq >= bindparam("first"),
    _corrected.c.seq <= bindparam("last"),
)
_AMONG = select(_corrected.c.seq).where(
    _corrected.c.stream == bindparam("of"), _corrected.c.seq.in_(bindparam("seqs", expanding=True))
)


class _Life(NamedTuple):
    stream: int
    starts: int
    parent: str


def marked(connection: Connection, new: Sequence[Taken]) -> set[Key]:
    """Which of these events had been taken back before they were understood."""
    spans: dict[int, list[int]] = {}
    for taken in new:
        spans.setdefault(taken.stream, []).append(taken.recorded.seq)
    return {
        (stream, seq)
        for stream, seqs in spans.items()
        for (seq,) in connection.execute(_MARKED, {"of": stream, "first": min(seqs), "last": max(seqs)})
    }


def mark(connection: Connection, site: str, declared: Iterable[Taken]) -> dict[Key, Taken]:
    """Take back what these corrections name, each event once, and give those that had counted. Corrections are final."""
    wanted: dict[Key, int] = {}
    for taken in declared:
        lives = _lives(connection, site, taken.station)
        event = taken.recorded.event
        assert isinstance(event, CorrectionDeclared)  # noqa: S101  # the caller picks no others
        for seq in sorted(set(event.corrects)):
            if 0 < seq < taken.recorded.seq:
                wanted.setdefault((_stream_of(lives, taken.epoch, seq), seq), taken.recorded.seq)
    known = {(stream, seq) for stream, seqs in _by_stream(wanted).items() for seq in _among(connection, stream, seqs)}
    wanted = {key: by for key, by in wanted.items() if key not in known}
    found = histories.ones(connection, wanted)
    facts = {key: taken for key, taken in found.items() if not isinstance(taken.recorded.event, CorrectionDeclared)}
    # What nobody understands yet is marked too, so that it never counts.
    marks = [(*key, by) for key, by in wanted.items() if key in facts or key not in found]
    copy_rows(connection, _corrected, ("stream", "seq", "by"), marks)
    return facts


def _lives(connection: Connection, site: str, station: str) -> dict[str, _Life]:
    rows = connection.execute(_LIVES, {"at_site": site, "of": station})
    return {row.epoch: _Life(row.stream, row.starts, row.parent) for row in rows}


def _stream_of(lives: dict[str, _Life], epoch: str, seq: int) -> int:
    """The stream that holds a seq of the log which this epoch continues."""
    life = lives[epoch]
    for _ in lives:
        if seq >= life.starts or life.parent not in lives:
            break
        life = lives[life.parent]
    return life.stream


def _by_stream(keys: Iterable[Key]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for stream, seq in keys:
        found.setdefault(stream, []).append(seq)
    return found


def _among(connection: Connection, stream: int, seqs: list[int]) -> Iterable[int]:
    for some in histories.chunks(seqs):
        yield from connection.execute(_AMONG, {"of": stream, "seqs": some}).scalars()
