"""What supervisors see, each figure with one definition: the same for the screen, the reports, the centre's pages.

Everything is a pure function of a few counted rows (`Work`, `Decided`, `Looked`) and of what is there now (`Waiting`, `Trouble`).
Stores and the central server keep those rows in step with the log; nothing here ever sees an event. docs/figures.md has every
formula in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

import msgspec

from rl_station.domain.kpi_values import (
    AGREEMENT_DAYS,
    DAY_US,
    DEVICES,
    HOUR_US,
    MOST_SUBJECTS,
    NO_CODE,
    NOW_SLOTS,
    QUEUES,
    SHARES,
    SLOT_US,
    SOON_US,
    STAGES,
    TROUBLES,
    Agreement,
    Counted,
    Decided,
    Figures,
    Looked,
    Measured,
    Moment,
    Of,
    Point,
    Promises,
    Queue,
    Rate,
    Recovery,
    Rows,
    Selection,
    Share,
    Shift,
    ShiftTime,
    Subject,
    Supervision,
    Targets,
    Trouble,
    Waiting,
    Work,
)

__all__ = [
    "AGREEMENT_DAYS",
    "DAY_US",
    "DEVICES",
    "HOUR_US",
    "MOST_SUBJECTS",
    "NOW_SLOTS",
    "NO_CODE",
    "QUEUES",
    "SHARES",
    "SLOT_US",
    "SOON_US",
    "STAGES",
    "TROUBLES",
    "Agreement",
    "Counted",
    "Decided",
    "Figures",
    "Looked",
    "Measured",
    "Moment",
    "Of",
    "Point",
    "Promises",
    "Queue",
    "Rate",
    "Recovery",
    "Rows",
    "Selection",
    "Share",
    "Shift",
    "ShiftTime",
    "Subject",
    "Supervision",
    "Targets",
    "Trouble",
    "Waiting",
    "Work",
    "agreement",
    "chart",
    "figures",
    "hours",
    "look",
    "measured",
    "promised",
    "queue",
    "queues",
    "rates",
    "recovery",
    "shares",
    "spans",
]

_Who: TypeAlias = tuple[str, str, str]
"""Stage, station and operator of a rate."""


def rates(work: Iterable[Work], moment: Moment, targets: Targets) -> tuple[Rate, ...]:
    """Of every stage the whole, then each station, then each operator that finished something in one of the three spans.

    `now` is what was finished in the last three whole slots, four times. The target is that of one person, times those who
    finished something in this hour or in those slots.
    """
    counts: Counter[tuple[_Who, str]] = Counter()
    people: dict[_Who, set[str]] = {}
    span = spans(moment.at, moment.hour, moment.shift)
    counting = [(name, span[name]) for name in ("now", "hour", "shift")]
    for row in work:
        begins = row.slot * SLOT_US
        inside = [name for name, (since, until) in counting if since <= begins < until]
        for who in _who(row) if inside else ():
            counts.update({(who, name): row.count for name in inside})
            if row.operator and inside != ["shift"]:
                people.setdefault(who, set()).add(row.operator)
    per_hour = dict(targets.per_hour)
    everybody = {who for who, _ in counts} | {(stage, "", "") for stage in STAGES}
    return tuple(
        Rate(
            stage=who[0],
            station=who[1],
            operator=who[2],
            now=counts[who, "now"] * HOUR_US / (NOW_SLOTS * SLOT_US),
            hour=counts[who, "hour"],
            shift=counts[who, "shift"],
            target=per_hour.get(who[0], 0) * len(people.get(who, ())),
        )
        for who in sorted(everybody, key=lambda who: (_place(who[0]), bool(who[2]), who))
    )


def _who(row: Work) -> Iterator[_Who]:
    """The figures that a row counts for."""
    yield row.stage, "", ""
    if row.station:
        yield row.stage, row.station, ""
    if row.operator:
        yield row.stage, "", row.operator


def _place(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def chart(work: Iterable[Work], moment: Moment) -> tuple[Point, ...]:
    """Pieces in every hour of the shift so far, of each stage that had any; hours as on the site's walls."""
    shift, ends = moment.shift, min(moment.at + 1, moment.shift.ends)
    counts: Counter[tuple[int, str]] = Counter()
    for row in work:
        begins = row.slot * SLOT_US
        if shift.begins <= begins < ends:
            counts[_hour(begins, moment.hour), row.stage] += row.count
    stages = sorted({stage for (_, stage), count in counts.items() if count}, key=_place)
    begun = hours(shift, moment.hour, ends)
    return tuple(Point(hour, stage, counts[hour, stage]) for hour in begun for stage in stages)


def hours(shift: Shift, hour: int, until: int = 0) -> range:
    """The beginnings of the hours that a shift touches, up to `until` (0: all of it), as `hour` begins one."""
    return range(_hour(shift.begins, hour), until or shift.ends, HOUR_US)


def _hour(at: int, hour: int) -> int:
    return hour + (at - hour) // HOUR_US * HOUR_US


def promised(waiting: Iterable[Waiting], promises: Promises) -> tuple[Waiting, ...]:
    """With `due`: the first scan of an announced return plus the hours promised to its client."""
    hours = dict(promises.clients)

    def due(each: Waiting) -> int:
        promise = hours.get(each.client, promises.hours)
        return each.received + promise * HOUR_US if each.received and promise else 0

    return tuple(msgspec.structs.replace(each, due=due(each)) for each in waiting)


def queue(name: str, waiting: Iterable[Waiting], at: int) -> Queue:
    """What waits in one queue, or of it."""
    found = list(waiting)
    return Queue(
        queue=name,
        waiting=len(found),
        oldest_since=min((each.since for each in found if each.since), default=0),
        late=sum(0 < each.due <= at for each in found),
        soon=sum(at < each.due <= at + SOON_US for each in found),
    )


def queues(waiting: Iterable[Waiting], at: int) -> tuple[Queue, ...]:
    """All of them, those with nothing in them as well."""
    found: dict[str, list[Waiting]] = {name: [] for name in QUEUES}
    for each in waiting:
        found.setdefault(each.queue, []).append(each)
    return tuple(queue(name, those, at) for name, those in found.items())


def shares(decided: Iterable[Decided], dimension: str) -> tuple[Share, ...]:
    """Units of each code of one of `SHARES`, and its part of all units; most first. An empty name: none was given."""
    counts: Counter[str] = Counter()
    for row in decided:
        counts[str(getattr(row, dimension))] += row.units
    total = counts.total()
    found = sorted(((name, units) for name, units in counts.items() if units), key=lambda each: (-each[1], each[0]))
    return tuple(Share(name, units, units / total) for name, units in found)


def recovery(decided: Iterable[Decided]) -> tuple[Recovery, ...]:
    """Expected value / original value of the units of which both are known, most units first.

    For each currency by itself: what an amount of one is worth in another is known to nobody here.
    """
    sums: dict[str, tuple[int, int, int]] = {}
    for row in decided:
        units, value, expected = sums.get(row.currency, (0, 0, 0))
        sums[row.currency] = (units + row.known, value + row.valued, expected + row.expected)
    found = (
        Recovery(name, units, value, brings, brings / value) for name, (units, value, brings) in sums.items() if value
    )
    return tuple(sorted(found, key=lambda each: (-each.units, each.currency)))


def measured(looked: Iterable[Looked]) -> Measured:
    """Cohen's kappa, (observed - chance) / (1 - chance), chance being that of the two graders' own habits.

    Over several questions both are added up question by question, each as heavy as its answers: what agrees by chance is always
    reckoned within one question. Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20 (1960) 37-46.
    """
    same: Counter[str] = Counter()
    looks: Counter[str] = Counter()
    answers: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for row in looked:
        first, second = answers.setdefault(row.question, (Counter(), Counter()))
        first[row.first] += row.count
        second[row.second] += row.count
        looks[row.question] += row.count
        same[row.question] += row.count if row.first == row.second else 0
    chance = sum(
        (
            Fraction(sum(count * second[answer] for answer, count in first.items()), looks[question])
            for question, (first, second) in answers.items()
            if looks[question]
        ),
        Fraction(0),
    )
    total, agreed = looks.total(), same.total()
    kappa = float((agreed - chance) / (total - chance)) if total > chance else None
    return Measured(total, agreed / total if total else 0.0, kappa)


def agreement(looked: Iterable[Looked], since: int, until: int) -> tuple[Agreement, ...]:
    """Of the days from `since` up to `until` (excluded): each inspector over all questions, then by question.

    `before` is the kappa of as many days before them.
    """
    fresh: dict[tuple[str, str], list[Looked]] = {}
    former: dict[tuple[str, str], list[Looked]] = {}
    for row in looked:
        if 2 * since - until <= row.day < until:
            span = fresh if row.day >= since else former
            for key in ((row.inspector, ""), (row.inspector, row.question)):
                span.setdefault(key, []).append(row)
    found = [(key, measured(rows)) for key, rows in sorted(fresh.items())]
    return tuple(
        Agreement(
            inspector=inspector,
            question=question,
            looks=each.looks,
            agreed=each.agreed,
            kappa=each.kappa,
            before=measured(former.get((inspector, question), ())).kappa,
        )
        for (inspector, question), each in found
        if each.looks
    )


def spans(at: int, hour: int, shift: Shift) -> dict[str, tuple[int, int]]:
    """From when until when (microseconds, excluded) each figure counts that is true of a moment.

    `mix` is for shares and recovery, by the whole hours UTC in which units were decided; `agreement` by days.
    """
    slot, day = at // SLOT_US * SLOT_US, at // DAY_US * DAY_US
    return {
        "now": (slot - NOW_SLOTS * SLOT_US, slot),
        "hour": (hour, at + 1),
        "shift": (shift.begins, at + 1),
        "mix": (shift.begins // HOUR_US * HOUR_US, -(-shift.ends // HOUR_US) * HOUR_US),
        "agreement": (day - (AGREEMENT_DAYS - 1) * DAY_US, day + DAY_US),
    }


def figures(rows: Rows, of: Of, moment: Moment, supervision: Supervision) -> Figures:
    """Everything at once. What waits for sync and how the devices are is for the caller to add."""
    span = spans(moment.at, moment.hour, moment.shift)
    decided = [row for row in rows.decided if span["mix"][0] <= row.hour * HOUR_US < span["mix"][1]]
    return Figures(
        scope=of.scope,
        site=of.site,
        station=of.station,
        at=moment.at,
        hour=moment.hour,
        shift=moment.shift,
        timezone=supervision.timezone,
        rates=rates(rows.work, moment, supervision.targets),
        chart=chart(rows.work, moment),
        queues=queues(promised(rows.waiting, supervision.promises), moment.at),
        functional=shares(decided, "functional"),
        cosmetic=shares(decided, "cosmetic"),
        dispositions=shares(decided, "disposition"),
        reasons=shares(decided, "reason"),
        recovery=recovery(decided),
        agreement=agreement(rows.looked, *(at // DAY_US for at in span["agreement"])),
        kappa=supervision.targets.kappa,
        troubles=tuple(sorted(rows.troubles, key=lambda each: (each.since, each.kind, each.subject))),
    )


def look(counted: Counted, of: Of, moment: Moment, supervision: Supervision) -> Figures:
    """As `figures`, asking for no more rows than these figures need."""
    span = spans(moment.at, moment.hour, moment.shift)
    since = min(span[name][0] for name in ("now", "hour", "shift"))
    first, end = span["agreement"]
    rows = Rows(
        work=counted.work(since, moment.at + 1),
        decided=counted.decided(*span["mix"]),
        looked=counted.looked(2 * first - end, end),
        waiting=counted.waiting(),
        troubles=counted.troubles(),
    )
    return figures(rows, of, moment, supervision)
