"""What is behind a figure: its parcels, units and containers, newest first; of a queue what waits longest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal_column, or_, select

from rl_station.domain.events import Recorded, SecondLookTaken
from rl_station.domain.kpi import MOST_SUBJECTS, NO_CODE, SHARES, Counted, Selection, Subject, Trouble, Waiting
from rl_station.domain.projections import STAGES
from rl_station.store import log, tables
from rl_station.store.database import Database, Statement, Value, prepare
from rl_station.store.rows import StoreRows

FOREVER = (1 << 63) - 1
PAGE = 200
"""Events looked at at a time."""

_unit, _event = tables.unit.c, tables.event.c
_KINDS = {"received": "parcel", "unpacked": "parcel", "packed": "container", "shipped": "container"}
"""Stages of anything but units."""
_TYPES = {stage: type_ for type_, stage in STAGES.items()}
_COLUMNS = {"disposition": "disposition", "functional": "functional", "cosmetic": "cosmetic", "reason": "stated"}


class Found(NamedTuple):
    """A subject and when it came under the figure, microseconds since 1970 UTC."""

    at: int
    kind: str
    id: str


def _decided(column: str, *more: Any) -> Statement:
    """Units as they are decided now: what `projections.tally` counts."""
    narrowed = {"decided_station": "station", "decided_by": "operator", "client": "client"}
    return prepare(
        select(_unit.decided_at, literal_column("'unit'"), _unit.unit)
        .where(
            tables.is_decided(tables.unit),
            _unit.decided_at >= bindparam("since"),
            _unit.decided_at < bindparam("until"),
            _unit.approval == literal_column("''"),
            *(or_(bindparam(name) == "", _unit[each] == bindparam(name)) for each, name in narrowed.items()),
            or_(bindparam("value") == "", _unit[column] == bindparam("code")),
            *more,
        )
        .order_by(_unit.decided_at.desc(), _unit.unit)
        .limit(bindparam("limit"))
    )


_UNITS = {
    **{name: _decided(_COLUMNS[name]) for name in SHARES},
    "": _decided("currency", _unit.value > literal_column("0"), _unit.expected.is_not(None)),
}
"""By the name of a share; none: recovery, whose code is the currency."""
_DONE = prepare(
    log.joined()
    .outerjoin(tables.corrected, tables.corrected.c.seq == _event.seq)
    .where(
        tables.IS_DONE,
        _event.at >= bindparam("since"),
        _event.at < bindparam("until"),
        _event.type == bindparam("type"),
        tables.corrected.c.seq.is_(None),
        or_(bindparam("station") == "", tables.epoch.c.station == bindparam("station")),
        or_(bindparam("operator") == "", _event.operator == bindparam("operator")),
    )
    .order_by(_event.at.desc(), _event.seq.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def selected(database: Database, selection: Selection, now: Counted) -> tuple[Subject, ...]:
    """At most `kpi.MOST_SUBJECTS`. Work and second looks have no client; what waits and what is wrong is as `now` says."""
    found: dict[tuple[str, str], int] = {}
    for each in _found(database, selection, now):
        found.setdefault((each.kind, each.id), each.at)
        if len(found) == MOST_SUBJECTS:
            break
    rows = StoreRows(database)
    return tuple(Subject(kind, id_, at, _text(rows, kind, id_)) for (kind, id_), at in found.items())


def _found(database: Database, selection: Selection, now: Counted) -> Iterable[Found]:
    """Newest first, of a queue the other way round: what is stuck must not be cut off."""
    match selection.of:
        case "queue":
            return sorted(_waiting(now.waiting(), selection))
        case "trouble":
            return sorted(_troubled(now.troubles(), selection), reverse=True)
        case "work" if selection.name in _TYPES:
            kind = _KINDS.get(selection.name, "unit")
            done = _done(database, selection, _TYPES[selection.name], selection.operator)
            return (Found(each.at, kind, getattr(each.event, kind)) for each in done)
        case "agreement":
            return _looked_again(database, selection)
        case "share" | "recovery" if selection.name in _UNITS:
            return _units(database, selection)
        case _:
            return ()


def _waiting(waiting: Iterable[Waiting], selection: Selection) -> Iterator[Found]:
    for each in waiting:
        asked = (("queue", "name"), ("station", "station"), ("client", "client"))
        if _fits(each, selection, asked):
            yield Found(each.since, each.kind, each.id)


def _troubled(troubles: Iterable[Trouble], selection: Selection) -> Iterator[Found]:
    asked = (("kind", "name"), ("station", "station"), ("operator", "operator"), ("client", "client"))
    for each in troubles:
        if _fits(each, selection, asked):
            yield Found(each.since, each.subject_kind, each.subject)


def _fits(row: object, selection: Selection, asked: Iterable[tuple[str, str]]) -> bool:
    return all(getattr(selection, name) in ("", getattr(row, field)) for field, name in asked)


def _units(database: Database, selection: Selection) -> list[Found]:
    who = {name: getattr(selection, name) for name in ("station", "operator", "client", "value")}
    code = "" if selection.value == NO_CODE else selection.value
    return database.rows(
        _UNITS[selection.name], Found, {**_span(selection), **who, "code": code, "limit": MOST_SUBJECTS}
    )


def _done(database: Database, selection: Selection, type_: str, operator: str) -> Iterator[Recorded]:
    """Events of the type in the span, newest first, as many as are asked for."""
    offset = 0
    while True:
        who = {"type": type_, "operator": operator, "station": selection.station}
        page = database.rows(_DONE, log.StoredEvent, {**_span(selection), **who, "offset": offset, "limit": PAGE})
        yield from (each.recorded() for each in page)
        if len(page) < PAGE:
            return
        offset += PAGE


def _looked_again(database: Database, selection: Selection) -> Iterator[Found]:
    for each in _done(database, selection, SecondLookTaken.__name__, ""):
        event = each.event
        if (
            isinstance(event, SecondLookTaken)
            and selection.operator in ("", event.inspector)
            and selection.name in ("", *(question for question, _, _ in event.pairs))
        ):
            yield Found(each.at, "unit", event.unit)


def _span(selection: Selection) -> dict[str, Value]:
    return {"since": selection.since, "until": selection.until or FOREVER}


def _text(rows: StoreRows, kind: str, id_: str) -> str:
    """In a few words what it is, in codes and the site's own names."""
    match kind:
        case "parcel":
            parcel = rows.parcel(id_)
            words = (parcel.client, *parcel.rmas, parcel.lane) if parcel else ()
        case "unit":
            unit = rows.unit(id_)
            words = (unit.name or unit.sku, unit.functional, unit.cosmetic, unit.disposition) if unit else ()
        case _:
            container = rows.container(id_)
            words = (container.client, container.disposition, container.status) if container else ()
    return " ".join(filter(None, words))
