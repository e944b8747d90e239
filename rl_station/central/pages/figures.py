"""The figures of a site as tables, every number with the way to what is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from rl_station.central.pages import links, words
from rl_station.central.pages.html import Markup, Part, href, link, tag
from rl_station.central.pages.speaking import Speaker
from rl_station.central.pages.tables import Cell, Head, Row, facts, table
from rl_station.domain.kpi import (
    NO_CODE,
    Agreement,
    Figures,
    Moment,
    Queue,
    Rate,
    Recovery,
    Selection,
    Share,
    Targets,
    spans,
)
from rl_station.i18n import quantities

BAR = 100
"""Length of a bar that is all of it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What figures are told with: the look itself, when it was taken, what is wanted, in which language."""

    figures: Figures
    moment: Moment
    targets: Targets
    say: Speaker


def by_stage(told: Told) -> Markup:
    rates = [rate for rate in told.figures.rates if not rate.station and not rate.operator]
    return _rates(told, "page.sup.by_stage", "", rates)


def by_station(told: Told) -> Markup:
    return _rates(told, "screen.sup.by_station", "station", [rate for rate in told.figures.rates if rate.station])


def by_operator(told: Told) -> Markup:
    return _rates(told, "screen.sup.by_operator", "operator", [rate for rate in told.figures.rates if rate.operator])


def queues(told: Told) -> Markup:
    say = told.say
    heads = [
        Head(say("page.queue")),
        *(Head(say(f"page.head.{name}"), number=True) for name in ("waiting", "oldest", "late", "soon")),
    ]
    rows = [_queue(told, each) for each in told.figures.queues]
    return table(say("page.sup.queues"), heads, rows, say("page.none"), id_="queues")


def shares(told: Told, dimension: str, found: tuple[Share, ...]) -> Markup:
    say = told.say
    heads = [
        Head(say(f"page.mix.{dimension}")),
        *(Head(say(f"page.head.{name}"), number=True) for name in ("units", "share")),
        Head(say("page.head.bar")),
    ]
    rows = [_share(told, dimension, each) for each in found]
    return table(say(f"page.sup.mix.{dimension}"), heads, rows, say("page.none_yet"), id_=dimension)


def recovery(told: Told) -> Markup:
    """Of each currency by itself."""
    say, found = told.say, told.figures.recovery
    if not found:
        return tag("section", tag("h2", say("page.sup.recovery")), tag("p", say("page.none_yet"), class_="none"))
    return facts(say("page.sup.recovery"), [line for each in found for line in _recovered(told, each)])


def agreement(told: Told) -> Markup:
    say = told.say
    heads = [
        Head(say("page.head.inspector")),
        Head(say("page.head.question")),
        *(Head(say(f"page.head.{name}"), number=True) for name in ("looks", "agreed", "kappa", "before")),
    ]
    rows = [_agreed(told, each) for each in told.figures.agreement]
    return table(say("page.sup.agreement"), heads, rows, say("page.no_looks"), id_="agreement")


def _recovered(told: Told, found: Recovery) -> Iterator[tuple[str, Part]]:
    say = told.say
    asked = _decided(told, Selection(of="recovery", value=found.currency or NO_CODE))

    yield say("page.recovery.rate"), links.figure(quantities.percent(found.rate), asked, say("page.recovery.rate"))
    yield say("page.recovery.expected"), words.amount(found.expected, found.currency)
    yield say("page.recovery.value"), words.amount(found.value, found.currency)
    yield say("page.head.units"), links.figure(found.units, asked, say("page.head.units"))


# --- rows -------------------------------------------------------------------------------------------------------------


def _rates(told: Told, caption: str, by: str, rates: list[Rate]) -> Markup:
    say = told.say
    heads = [
        *([Head(say(f"page.head.{by}"), short=True)] if by else []),
        Head(say("page.head.stage")),
        *(Head(say(f"page.head.{name}"), number=True) for name in ("now", "hour", "shift", "target")),
        Head(say("page.head.against"), short=True),
    ]
    rows = [_rate(told, by, rate) for rate in rates]
    return table(say(caption), heads, rows, say("page.none_yet"), id_=f"by-{by or 'stage'}")


def _rate(told: Told, by: str, rate: Rate) -> Row:
    say = told.say
    stage = say.named("screen.sup.stage", rate.stage)
    span = _spans(told)
    figures: dict[str, str | int] = {
        "now": quantities.per_hour(rate.now) if rate.now else 0,
        "hour": rate.hour,
        "shift": rate.shift,
    }
    whom = {"station": rate.station, "operator": rate.operator}

    def led() -> Iterator[Part]:
        for name, shown in figures.items():
            since, until = span[name]
            asked = Selection(of="work", name=rate.stage, since=since, until=until, **whom)
            yield links.figure(
                shown, asked, f"{' '.join(filter(None, (*whom.values(), stage)))}, {say(f'page.head.{name}')}"
            )

    return (*([whom[by]] if by else []), stage, *led(), rate.target or "-", _against(say, rate))


def _against(say: Speaker, rate: Rate) -> Cell:
    """Words, not only a colour."""
    if not rate.target:
        return Cell("")
    if rate.now >= rate.target:
        return Cell(f"▲ {say('page.target.reached')}", "good")
    return Cell(f"▼ {say('page.target.below', part=quantities.percent(rate.now / rate.target))}", "warn")


def _queue(told: Told, queue: Queue) -> Row:
    say = told.say
    name = say.named("screen.sup.queue", queue.queue)
    oldest = quantities.age(told.moment.at - queue.oldest_since) if queue.oldest_since else "-"

    def led(shown: str | int, what: str, due: str = "") -> Part:
        if shown == 0:
            return shown
        where = href("waiting", queue=queue.queue, due=due)
        return link(where, shown, aria_label=f"{name}, {say(f'page.head.{what}')}: {shown}")

    return (
        name,
        led(queue.waiting, "waiting"),
        led(oldest, "oldest") if queue.oldest_since else "-",
        Cell(led(f"! {queue.late}", "late", "late"), "bad") if queue.late else "0",
        Cell(led(queue.soon, "soon", "soon"), "warn" if queue.soon else ""),
    )


def _share(told: Told, dimension: str, share: Share) -> Row:
    asked = _decided(told, Selection(of="share", name=dimension, value=share.name or NO_CODE))
    name = words.coded(told.say, dimension, share.name)
    return name, links.figure(share.units, asked, name), quantities.percent(share.share), bar(share.share)


def bar(part: float) -> Markup:
    """A picture of a number that stands beside it."""
    done = tag("rect", width=max(1, round(part * BAR)), height=10, class_="part")
    return tag("svg", done, viewBox=f"0 0 {BAR} 10", class_="bar", aria_hidden="true", width=BAR, height=10)


def _agreed(told: Told, each: Agreement) -> Row:
    since, until = _spans(told)["agreement"]
    asked = Selection(of="agreement", name=each.question, operator=each.inspector, since=since, until=until)
    low = each.kappa is not None and each.kappa < told.targets.kappa
    kappa = f"▼ {quantities.kappa(each.kappa)} {told.say('page.kappa.low')}" if low else quantities.kappa(each.kappa)
    label = f"{each.inspector} {each.question}".strip()
    return (
        each.inspector,
        each.question or told.say("page.all_questions"),
        links.figure(each.looks, asked, label),
        quantities.percent(each.agreed),
        Cell(kappa, "bad" if low else ""),
        quantities.kappa(each.before),
    )


def _decided(told: Told, selection: Selection) -> Selection:
    """In the hours of the shift, which is how decided units are counted."""
    since, until = _spans(told)["mix"]
    return replace(selection, since=since, until=until)


def _spans(told: Told) -> dict[str, tuple[int, int]]:
    return spans(told.moment.at, told.moment.hour, told.moment.shift)
