"""The reports as rows and columns: counted rows grouped as asked for, each group measured as on the screens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias, TypeVar

import msgspec

from rl_station.domain import kpi
from rl_station.domain.kpi import (
    DAY_US,
    HOUR_US,
    SLOT_US,
    Counted,
    Decided,
    Looked,
    Recovery,
    Supervision,
    Waiting,
    Work,
)
from rl_station.station.clocks import rfc3339

Row: TypeAlias = dict[str, str | int | float | None]
T = TypeVar("T", bound=msgspec.Struct)


SEVERAL = "several"
"""The currency of a total over several."""


class Asked(NamedTuple):
    """What is asked for: at which moment, grouped `by`, of the rows from `since` on and before `until` (0: no limit)."""

    at: int
    by: tuple[str, ...]
    since: int = 0
    until: int = 0
    supervision: Supervision = Supervision()


class Sheet(NamedTuple):
    """`columns` are the groups' names, then what is measured. `totals` are the same figures of everything, or by stage."""

    columns: tuple[str, ...]
    rows: list[Row]
    totals: Row


class Report(NamedTuple):
    """`by`: names it can be grouped by; `default` where none is given. `now`: it tells what is, not what was."""

    by: tuple[str, ...]
    default: tuple[str, ...]
    make: Callable[[Counted, Asked], Sheet]
    now: bool = False


def throughput(counted: Counted, asked: Asked) -> Sheet:
    """Pieces finished."""
    work = counted.work(asked.since, asked.until)
    rows: list[Row] = [
        {**group, "count": count}
        for group, found in _grouped(work, asked.by)
        if (count := sum(row.count for row in found))
    ]
    totals: Row = {stage: sum(row.count for row in work if row.stage == stage) for stage in kpi.STAGES}
    return Sheet((*asked.by, "count"), rows, {stage: count for stage, count in totals.items() if count})


def queues(counted: Counted, asked: Asked) -> Sheet:
    """What waits now, how long the oldest does, what is late and what soon will be."""
    waiting = kpi.promised(counted.waiting(), asked.supervision.promises)
    groups = _grouped(waiting, asked.by)
    if asked.by == ("queue",):
        groups = [
            ({"queue": name}, [each for each in waiting if each.queue == name])
            for name in dict.fromkeys((*kpi.QUEUES, *(each.queue for each in waiting)))
        ]
    rows = [{**group, **_waiting(found, asked.at)} for group, found in groups]
    return Sheet((*asked.by, *_waiting((), 0)), rows, _waiting(waiting, asked.at))


def _waiting(found: Iterable[Waiting], at: int) -> Row:
    queue = kpi.queue("", found, at)
    oldest = queue.oldest_since
    return {
        "waiting": queue.waiting,
        "oldest": rfc3339(oldest) if oldest else "",
        "minutes": max(at - oldest, 0) // 60_000_000 if oldest else 0,
        "late": queue.late,
        "soon": queue.soon,
    }


def grades(counted: Counted, asked: Asked) -> Sheet:
    """Functional and cosmetic codes of the units decided."""
    return _shared(counted, asked, {"functional": "functional", "cosmetic": "cosmetic"}, "grade")


def dispositions(counted: Counted, asked: Asked) -> Sheet:
    """Where the units decided go."""
    return _shared(counted, asked, {"disposition": "disposition"})


def reasons(counted: Counted, asked: Asked) -> Sheet:
    """Why the customers sent them back, as they said."""
    return _shared(counted, asked, {"reason": "reason"})


def _shared(counted: Counted, asked: Asked, dimensions: Mapping[str, str], kind: str = "") -> Sheet:
    """The shares within each group; with `kind`, a column that says of which dimension."""
    decided = counted.decided(asked.since, asked.until)
    name = "code" if kind else next(iter(dimensions))
    rows: list[Row] = [
        {**group, **({kind: dimension} if kind else {}), name: share.name, "units": share.units, "share": share.share}
        for group, found in _grouped(decided, asked.by)
        for dimension in dimensions
        for share in kpi.shares(found, dimension)
    ]
    columns = (*asked.by, *((kind,) if kind else ()), name, "units", "share")
    return Sheet(columns, rows, {"units": sum(row.units for row in decided)})


def recovery(counted: Counted, asked: Asked) -> Sheet:
    """What the units decided bring, for what they were worth: a row for each currency of a group."""
    decided = counted.decided(asked.since, asked.until)
    rows = [
        {**group, **_recovered((each,))} for group, found in _grouped(decided, asked.by) for each in kpi.recovery(found)
    ]
    return Sheet((*asked.by, *_recovered(())), rows, _recovered(kpi.recovery(decided)))


def _recovered(found: Sequence[Recovery]) -> Row:
    """Of one currency, or of none; of several there is no sum but that of the units."""
    if len(found) == 1:
        return msgspec.structs.asdict(found[0])
    units = sum(each.units for each in found)
    nothing = None if found else 0
    return {"currency": SEVERAL if found else "", "units": units, "value": nothing, "expected": nothing, "rate": None}


def agreement(counted: Counted, asked: Asked) -> Sheet:
    """Cohen's kappa of first and second answers, and that of as many days before; the last week where nothing is said."""
    until = -(-asked.until // DAY_US) if asked.until else asked.at // DAY_US + 1
    since = -(-asked.since // DAY_US) if asked.since else until - kpi.AGREEMENT_DAYS
    looked = counted.looked(max(2 * since - until, 0) * DAY_US, until * DAY_US)
    fresh = [row for row in looked if row.day >= since]
    older = [row for row in looked if row.day < since]
    former = {tuple(group.values()): found for group, found in _grouped(older, asked.by)}
    rows = [
        {**group, **_measured(found, former.get(tuple(group.values()), ()))}
        for group, found in _grouped(fresh, asked.by)
        if sum(row.count for row in found)
    ]
    return Sheet((*asked.by, *_measured((), ())), rows, _measured(fresh, older))


def _measured(looked: Iterable[Looked], former: Iterable[Looked]) -> Row:
    found = kpi.measured(looked)
    return {"looks": found.looks, "agreed": found.agreed, "kappa": found.kappa, "before": kpi.measured(former).kappa}


_DECIDED = (
    *("hour", "day", "station", "operator", "client", "category"),
    *("functional", "cosmetic", "disposition", "reason"),
)
REPORTS: Mapping[str, Report] = {
    "throughput": Report(("hour", "day", "station", "operator", "stage"), ("hour", "stage", "operator"), throughput),
    "queues": Report(("queue", "client", "station", "lane", "kind"), ("queue",), queues, now=True),
    "grades": Report(_DECIDED, (), grades),
    "dispositions": Report(tuple(name for name in _DECIDED if name != "disposition"), (), dispositions),
    "reasons": Report(tuple(name for name in _DECIDED if name != "reason"), (), reasons),
    "recovery": Report(_DECIDED, ("client",), recovery),
    "agreement": Report(("inspector", "question", "day", "week"), ("inspector", "question"), agreement),
}

_ORDER = {"stage": kpi.STAGES, "queue": kpi.QUEUES}
"""Names that stand in the order of the work."""


def _grouped(rows: Iterable[T], by: Sequence[str]) -> list[tuple[Row, list[T]]]:
    """Rows that share all these names, in their order; all of them are one group where there are no names."""
    groups: dict[tuple[str, ...], list[T]] = {}
    for row in rows:
        groups.setdefault(tuple(_name(row, each) for each in by), []).append(row)
    return [(dict(zip(by, key, strict=True)), groups[key]) for key in sorted(groups, key=lambda key: _rank(by, key))]


def _rank(by: Sequence[str], key: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    orders = (_ORDER.get(name, ()) for name in by)
    return tuple(
        (order.index(value) if value in order else len(order), value) for order, value in zip(orders, key, strict=True)
    )


def _name(row: msgspec.Struct, by: str) -> str:
    match by:
        case "hour":
            return rfc3339(_began(row) // HOUR_US * HOUR_US)
        case "day":
            return _day(row).date().isoformat()
        case "week":
            week = _day(row).isocalendar()
            return f"{week.year}-W{week.week:02}"
    return str(getattr(row, by))


def _began(row: msgspec.Struct) -> int:
    """The slot, hour or day of a counted row."""
    match row:
        case Work():
            return row.slot * SLOT_US
        case Decided():
            return row.hour * HOUR_US
        case Looked():
            return row.day * DAY_US
    raise TypeError(f"{type(row).__name__} is not counted by time")


def _day(row: msgspec.Struct) -> datetime:
    return datetime.fromtimestamp(_began(row) // 1_000_000, UTC)
