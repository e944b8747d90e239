"""What is behind a figure: the parcels, units and containers that it counts, newest first, found by indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, literal_column, select

from rl_station.central import items, reading_troubles, tables
from rl_station.central.folding import Row, row_of
from rl_station.central.reading_counts import micros
from rl_station.central.subjects import findable
from rl_station.central.tallies import counted_of
from rl_station.domain.events import AnyEvent, SecondLookTaken
from rl_station.domain.kpi import MOST_SUBJECTS, NO_CODE, SHARES, Decided, Selection, Subject, Trouble
from rl_station.domain.projections import STAGES, ContainerRow, ParcelRow, UnitRow
from rl_station.domain.sync_wire import WORK_KINDS

_END = (1 << 63) - 1
_LOOKED = "SecondLookTaken"
_KINDS = {"received": "parcel", "unpacked": "parcel", "packed": "container", "shipped": "container"}
"""What ends a stage is about a unit, but for these."""

_item, _event, _stream = tables.item.c, tables.event.c, tables.stream.c
_QUEUED = (
    select(_item.kind, _item.key, _item.since, _item.value)
    .where(
        _item.site == bindparam("at_site"),
        _item.queue != literal_column("''"),
        ~_item.final,
        ~_item.gone,
        _item.since >= bindparam("first"),
        _item.since < bindparam("end"),
    )
    .order_by(_item.since, _item.key)
)
_IN_QUEUE = _QUEUED.where(_item.queue == bindparam("at_queue"))
_DECIDED = (
    select(_item.kind, _item.key, _item.decided, _item.counted, _item.value)
    .where(
        _item.site == bindparam("at_site"),
        _item.decided > literal_column("0"),
        _item.decided >= bindparam("first"),
        _item.decided < bindparam("end"),
    )
    .order_by(_item.decided.desc(), _item.key)
)
_EVENTS = (
    select(_event.at, _event.operator, _event.type, _event.body, _stream.station)
    .join(tables.stream, _stream.stream == _event.stream)
    .outerjoin(tables.corrected, (tables.corrected.c.stream == _event.stream) & (tables.corrected.c.seq == _event.seq))
    .outerjoin(
        tables.quarantined, (tables.quarantined.c.stream == _event.stream) & (tables.quarantined.c.seq == _event.seq)
    )
    .where(
        _stream.site == bindparam("at_site"),
        tables.LISTED,
        _event.type.in_(bindparam("types", expanding=True)),
        _event.at >= bindparam("first"),
        _event.at < bindparam("end"),
        _event.form == "plain",
        tables.corrected.c.by.is_(None),
        tables.quarantined.c.seq.is_(None),
    )
    .order_by(_event.at.desc(), _event.seq.desc())
)
_AT_STATION = _EVENTS.where(_stream.station == bindparam("station"))
_body = msgspec.json.Decoder(AnyEvent)


def selected(connection: Connection, site: str, selection: Selection, now: int) -> tuple[Subject, ...]:
    """Newest first, of a queue what waits longest, each once, at most `MOST_SUBJECTS`. `now` microseconds since 1970 UTC."""
    if selection.of == "trouble":
        found = _troubles(connection, site, selection, now)
    else:
        found = _READS[selection.of](connection, site, selection)
    return tuple(islice(_once(found), MOST_SUBJECTS))


def _once(found: Iterable[Subject]) -> Iterator[Subject]:
    seen: set[tuple[str, str]] = set()
    for each in found:
        if (each.kind, each.id) not in seen:
            seen.add((each.kind, each.id))
            yield each


def _troubles(connection: Connection, site: str, selection: Selection, now: int) -> Iterator[Subject]:
    found = [each for each in reading_troubles.troubles(connection, site, now) if _troubled(each, selection)]
    rows = _rows(connection, site, [(each.subject_kind, each.subject) for each in found])
    for each in found:
        told = rows.get((each.subject_kind, each.subject))
        yield Subject(each.subject_kind, each.subject, each.since, text(told) if told is not None else each.detail)


def _queue(connection: Connection, site: str, selection: Selection) -> Iterator[Subject]:
    span = {"first": _clock(selection.since), "end": _clock(selection.until) if selection.until else _END}
    query = _IN_QUEUE if selection.name else _QUEUED
    for row in connection.execute(query, {"at_site": site, "at_queue": selection.name, **span}):
        told = row_of(row.kind, row.value)
        if (
            told is not None
            and _wanted(selection.client, told.client)
            and _wanted(selection.station, getattr(told, "since_at", ""))
        ):
            yield Subject(row.kind, row.key, micros(row.since), text(told))


def _share(connection: Connection, site: str, selection: Selection) -> Iterator[Subject]:
    if selection.of == "share" and selection.name not in SHARES:
        return
    for row in connection.execute(_DECIDED, {"at_site": site, **_span(selection)}):
        told = counted_of(row.counted)
        if told is not None and _counts(told, selection):
            yield Subject(row.kind, row.key, row.decided, text(row_of(row.kind, row.value)))


def _counts(told: Decided, selection: Selection) -> bool:
    if selection.of == "recovery" and not told.known:
        return False
    code = getattr(told, selection.name if selection.of == "share" else "currency") or NO_CODE
    pairs = (
        *((selection.value, code), (selection.client, told.client)),
        *((selection.station, told.station), (selection.operator, told.operator)),
    )
    return all(_wanted(asked, found) for asked, found in pairs)


def _work(connection: Connection, site: str, selection: Selection) -> Iterator[Subject]:
    types = [kind for kind, stage in STAGES.items() if _wanted(selection.name, stage)]
    yield from _of_events(connection, site, selection, types)


def _agreement(connection: Connection, site: str, selection: Selection) -> Iterator[Subject]:
    yield from _of_events(connection, site, selection, [_LOOKED])


def _of_events(connection: Connection, site: str, selection: Selection, types: list[str]) -> Iterator[Subject]:
    query = _AT_STATION if selection.station else _EVENTS
    where = {"at_site": site, "types": types, "station": selection.station, **_span(selection)}
    for some in _pages(connection.execute(query, where)):
        found = [each for row in some if (each := _read(row, selection)) is not None]
        rows = _rows(connection, site, [each[:2] for each in found])
        for kind, key, at in found:
            told = rows.get((kind, key))
            if _wanted(selection.client, "" if told is None else told.client):
                yield Subject(kind, key, at, text(told))


def _read(row: Any, selection: Selection) -> tuple[str, str, int] | None:
    """What an event is about, where it is one of those that are asked for."""
    try:
        event = _body.decode(row.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A newer replica at work beside this one understands it.
        return None
    if isinstance(event, SecondLookTaken):
        asked = not selection.name or any(question == selection.name for question, *_ in event.pairs)
        return ("unit", event.unit, row.at) if asked and _wanted(selection.operator, event.inspector) else None
    if not _wanted(selection.operator, row.operator):
        return None
    kind = _KINDS.get(STAGES[row.type], "unit")
    return kind, str(getattr(event, kind)), row.at


def _pages(rows: Any) -> Iterator[list[Any]]:
    while page := rows.fetchmany(MOST_SUBJECTS):
        yield list(page)


def _rows(connection: Connection, site: str, found: list[tuple[str, str]]) -> dict[tuple[str, str], Row | None]:
    rows: dict[tuple[str, str], Row | None] = {}
    for kind in WORK_KINDS:
        keys = [id_ for of, id_ in found if of == kind and findable(id_)]
        for row in items.load(connection, site, kind, keys):
            rows[kind, row.key] = row_of(kind, row.value)
    return rows


def _troubled(trouble: Trouble, selection: Selection) -> bool:
    pairs = (
        *((selection.name, trouble.kind), (selection.client, trouble.client)),
        *((selection.station, trouble.station), (selection.operator, trouble.operator)),
    )
    return (
        all(_wanted(asked, found) for asked, found in pairs)
        and trouble.since >= selection.since
        and (not selection.until or trouble.since < selection.until)
    )


def text(row: Row | None) -> str:
    """In a few words what it is, in codes and the site's own names."""
    words: tuple[str, ...] = ()
    match row:
        case ParcelRow():
            words = (row.client, *row.rmas, row.lane)
        case UnitRow():
            words = (row.name or row.sku, row.functional, row.cosmetic, row.disposition)
        case ContainerRow():
            words = (row.client, row.disposition, row.status)
    return " ".join(filter(None, words))


def _wanted(asked: str, found: str) -> bool:
    return not asked or asked == found


def _span(selection: Selection) -> Mapping[str, int]:
    return {"first": selection.since, "end": selection.until or _END}


def _clock(at: int) -> int:
    """The hybrid clock of a moment."""
    return min(at // 1000, _END >> 16) << 16


_READS: Mapping[str, Callable[[Connection, str, Selection], Iterator[Subject]]] = {
    "queue": _queue,
    "share": _share,
    "recovery": _share,
    "work": _work,
    "agreement": _agreement,
}
