"""The sections of the overview, made of figures: every number with what is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rl_station.domain import kpi
from rl_station.domain.kpi import (
    STAGES,
    Agreement,
    Figures,
    Queue,
    Rate,
    Selection,
    Share,
    Subject,
    Trouble,
)
from rl_station.domain.messages import message
from rl_station.i18n.quantities import age, percent
from rl_station.tui.supervision.sections import Bar, Cell, Chart, Line, Section, Table
from rl_station.tui.supervision.words import amount, clock, rate
from rl_station.tui.wording import Say, safe, screen

_HOUR = 3_600_000_000
_NAMES = {"functional": "grade", "cosmetic": "grade", "disposition": "disposition", "reason": "reason"}
_CODES = frozenset({"functional", "cosmetic"})
"""Dimensions whose codes everybody knows."""

GROUPS = ("stage", "station", "operator")
"""What throughput can be told by."""


@dataclass(frozen=True, slots=True)
class Told:
    """Figures and how to say them. `stage`: whose bars are shown."""

    figures: Figures
    say: Say
    stage: str = STAGES[0]

    def word(self, code: str, **params: str | int) -> str:
        return self.say(screen(f"sup.{code}", **params))


def sections(told: Told) -> dict[str, Section]:
    """All of them by name."""
    made: list[Section] = [
        *(_throughput(told, group) for group in GROUPS),
        _chart(told),
        _queues(told),
        _troubles(told),
        *_mixes(told),
        _recovery(told),
        _agreement(told),
        _health(told),
    ]
    return {section.name: section for section in made}


# --- throughput -------------------------------------------------------------------------------------------------------


def _spans(figures: Figures) -> dict[str, tuple[int, int]]:
    """Since when and until when each figure counts."""
    return kpi.spans(figures.at, figures.hour, figures.shift)


def _throughput(told: Told, group: str) -> Table:
    wanted: dict[str, Callable[[Rate], bool]] = {
        "stage": lambda rate: not rate.station and not rate.operator,
        "station": lambda rate: bool(rate.station) and not rate.operator,
        "operator": lambda rate: bool(rate.operator),
    }
    rates = [each for each in told.figures.rates if wanted[group](each)]
    return Table(
        name=f"by_{group}",
        title=told.word(f"by_{group}"),
        heads=tuple(told.word(head) for head in ("now", "hour", "shift_so_far", "target")),
        lines=tuple(_rate_line(told, each) for each in rates),
        least=min(len(STAGES), len(rates)) if group == "stage" else 2,
        empty=told.word("none"),
    )


def _rate_line(told: Told, each: Rate) -> Line:
    who = " ".join(filter(None, (each.station, each.operator)))
    stage = told.word(f"stage.{each.stage}")

    def behind(span: str) -> Selection:
        since, until = _spans(told.figures)[span]
        return Selection(
            of="work", name=each.stage, station=each.station, operator=each.operator, since=since, until=until
        )

    tone = "" if not each.target else "good" if each.now >= each.target else "warn"
    return Line(
        id=f"{each.stage}.{each.station}.{each.operator}",
        label=safe(f"{who} {stage}" if who else stage),
        cells=(
            Cell(rate(each.now), tone, behind("now")),
            Cell(str(each.hour), "", behind("hour")),
            Cell(str(each.shift), "", behind("shift")),
            Cell(str(each.target) if each.target else "-", "", behind("hour")),
        ),
    )


def _chart(told: Told) -> Chart:
    figures = told.figures
    counts = {point.at: point.count for point in figures.chart if point.stage == told.stage}
    target = next((each.target for each in _totals(figures) if each.stage == told.stage), 0)
    hours = list(kpi.hours(figures.shift, figures.hour)) or sorted(counts)
    bars = tuple(
        Bar(
            id=clock(at, "%H"),
            label=clock(at, "%H"),
            count=counts.get(at, 0),
            opens=Selection(of="work", name=told.stage, since=max(at, figures.shift.begins), until=at + _HOUR),
            reached=0 < target <= counts.get(at, 0),
            over=at + _HOUR <= figures.at,
        )
        for at in hours
    )
    most = max((bar.count for bar in bars), default=0)
    return Chart("chart", told.word("chart", stage=f"@screen.sup.stage.{told.stage}", most=most), bars)


def _totals(figures: Figures) -> Iterable[Rate]:
    return (each for each in figures.rates if not each.station and not each.operator)


# --- what waits, what is wrong ----------------------------------------------------------------------------------------


def _queues(told: Told) -> Table:
    return Table(
        name="queues",
        title=told.word("queues"),
        heads=tuple(told.word(head) for head in ("waiting", "oldest", "late", "soon")),
        lines=tuple(_queue_line(told, each) for each in told.figures.queues),
        least=len(told.figures.queues),
        empty=told.word("none"),
    )


def _queue_line(told: Told, each: Queue) -> Line:
    behind = Selection(of="queue", name=each.queue)
    oldest = age(told.figures.at - each.oldest_since) if each.waiting else "-"
    return Line(
        id=each.queue,
        label=told.word(f"queue.{each.queue}"),
        cells=(
            Cell(str(each.waiting), "", behind),
            Cell(oldest, "", behind),
            Cell(str(each.late), "bad" if each.late else "", behind),
            Cell(str(each.soon), "warn" if each.soon else "", behind),
        ),
    )


def _troubles(told: Told) -> Table:
    found = told.figures.troubles
    return Table(
        name="troubles",
        title=f"{told.word('troubles')} {len(found)}",
        heads=(told.word("since"),),
        lines=tuple(_trouble_line(told, each) for each in found),
        least=3,
        empty=told.word("no_trouble"),
    )


def _trouble_line(told: Told, each: Trouble) -> Line:
    behind = Subject(each.subject_kind, each.subject, each.since, each.kind)
    words = (told.word(f"trouble.{each.kind}"), each.subject, each.client, each.station, each.operator, each.detail)
    return Line(
        id=f"{each.kind}.{each.subject}",
        label=safe(" ".join(filter(None, words))),
        cells=(Cell(age(told.figures.at - each.since), "", behind),),
        tone="bad" if each.kind in {"recall", "hazard", "swap"} else "warn",
    )


# --- what became of the goods -----------------------------------------------------------------------------------------


def _mixes(told: Told) -> Iterable[Table]:
    figures = told.figures
    parts = {
        "disposition": figures.dispositions,
        "functional": figures.functional,
        "cosmetic": figures.cosmetic,
        "reason": figures.reasons,
    }
    return (_mix(told, name, shares) for name, shares in parts.items())


def _mix(told: Told, dimension: str, shares: tuple[Share, ...]) -> Table:
    def line(share: Share) -> Line:
        since, until = _spans(told.figures)["mix"]
        behind = Selection(of="share", name=dimension, value=share.name or kpi.NO_CODE, since=since, until=until)
        cells = (Cell(percent(share.share), "", behind), Cell(str(share.units), "", behind))
        short = share.name if dimension in _CODES else ""
        return Line(share.name or "-", _named(told, dimension, share.name), cells, part=share.share, short=short)

    return Table(
        name=dimension,
        title=told.word(f"mix.{dimension}"),
        heads=("%", told.word("units")),
        lines=tuple(map(line, shares)),
        empty=told.word("none"),
    )


def _named(told: Told, dimension: str, code: str) -> str:
    if not code:
        return told.word("unknown")
    text = f"{_NAMES[dimension]}.{code}"
    said = told.say(message(text))
    return safe(code) if said == text else said


def _recovery(told: Told) -> Table:
    found = told.figures.recovery
    since, until = _spans(told.figures)["mix"]
    behind = Selection(of="recovery", since=since, until=until)
    share = "-" if found.rate is None else percent(found.rate)
    of = told.word("recovery.of", expected=amount(found.expected), value=amount(found.value))
    line = Line("recovery", of, (Cell(share, "", behind), Cell(str(found.units), "", behind)))
    return Table("recovery", told.word("recovery"), ("%", told.word("units")), (line,))


def _agreement(told: Told) -> Table:
    return Table(
        name="agreement",
        title=told.word("agreement"),
        heads=tuple(told.word(head) for head in ("looks", "agreed", "kappa", "drift")),
        lines=tuple(_agreement_line(told, each) for each in told.figures.agreement),
        least=2,
        main=2,
        empty=told.word("no_looks"),
    )


def _agreement_line(told: Told, each: Agreement) -> Line:
    since, until = _spans(told.figures)["agreement"]
    behind = Selection(of="agreement", name=each.question, operator=each.inspector, since=since, until=until)
    drift = "-" if each.kappa is None or each.before is None else f"{each.kappa - each.before:+.2f}"
    return Line(
        id=f"{each.inspector}.{each.question}",
        label=safe(" ".join(filter(None, (each.inspector, each.question)))),
        cells=(
            Cell(str(each.looks), "", behind),
            Cell(percent(each.agreed), "", behind),
            Cell("-" if each.kappa is None else f"{each.kappa:.2f}", _kappa_tone(told, each), behind),
            Cell(drift, "", behind),
        ),
    )


def _kappa_tone(told: Told, each: Agreement) -> str:
    return "" if each.kappa is None else "warn" if each.kappa < told.figures.kappa else "good"


# --- devices and sync -------------------------------------------------------------------------------------------------


def _health(told: Told) -> Table:
    waiting = told.figures.waiting_to_sync
    unsent = Cell("?", "warn") if waiting is None else Cell(str(waiting))
    lines = [Line("sync", told.word("unsent"), (unsent,))]
    for name, state, reason in sorted(told.figures.devices, key=lambda device: device[1] == "ready"):
        word = told.say(screen(f"device.{state}"))
        tone = "good" if state == "ready" else "info" if state == "opening" else "bad" if state == "lost" else "warn"
        behind = Subject("device", name, 0, reason)
        lines.append(Line(name, safe(f"{name} {reason}".strip()), (Cell(word, tone, behind),), short=safe(name)))
    return Table(
        "health", told.word("health"), ("",), tuple(sorted(lines, key=lambda line: line.cells[0].tone == "good"))
    )
