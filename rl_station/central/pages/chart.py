"""The shift hour by hour: a picture for each stage, and the same numbers as a table that leads on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from rl_station.central.pages import links, words
from rl_station.central.pages.figures import Told
from rl_station.central.pages.html import Markup, Part, tag
from rl_station.central.pages.tables import Head, Row, table
from rl_station.domain.kpi import HOUR_US, Point, Selection

WIDE, HIGH = 240, 90
"""Of one picture, without its letters."""
_FOOT, _TOP = 16, 14
_GAP = 0.25
"""Of the room of a bar."""
_MOST_HOURS = 13
"""As many have room for their names."""


def chart(told: Told, zone: tzinfo) -> Markup:
    """Pictures and table, or that there is nothing yet."""
    say, points = told.say, told.figures.chart
    stages = list(dict.fromkeys(point.stage for point in points))
    hours = list(dict.fromkeys(point.at for point in points))
    counts = {(point.at, point.stage): point.count for point in points}
    pictures = [_picture(told, stage, [Point(at, stage, counts[at, stage]) for at in hours], zone) for stage in stages]
    heads = [
        Head(say("page.head.from")),
        *(Head(say.named("screen.sup.stage", stage), number=True) for stage in stages),
    ]
    rows = [_row(told, at, stages, counts, zone) for at in hours] if stages else []
    numbers = table(say("page.sup.chart"), heads, rows, say("page.none_yet"), id_="chart")
    return tag("div", tag("div", pictures, class_="pictures") if pictures else None, numbers)


def _row(told: Told, at: int, stages: list[str], counts: dict[tuple[int, str], int], zone: tzinfo) -> Row:
    hour = words.moment(at, zone, "%H:%M")

    def led() -> Iterator[Part]:
        until = min(at + HOUR_US, told.moment.shift.ends)
        for stage in stages:
            count = counts[at, stage]
            asked = Selection(of="work", name=stage, since=at, until=until)
            name = f"{told.say.named('screen.sup.stage', stage)}, {hour}"
            yield links.figure(count, asked, name)

    return (hour, *led())


def _picture(told: Told, stage: str, points: list[Point], zone: tzinfo) -> Markup:
    """Bars with their numbers above and their hours below; a dashed line at what is wanted of those who work on it now."""
    say = told.say
    wanted = max(
        (r.target for r in told.figures.rates if r.stage == stage and not r.station and not r.operator), default=0
    )
    most = max(wanted, *(point.count for point in points), 1)
    room = WIDE / len(points)
    bars = [
        _bar(point, (place, room), most, _hour(place, point, len(points), zone)) for place, point in enumerate(points)
    ]
    name = say.named("screen.sup.stage", stage)
    told_of = say("page.chart.alt", stage=name, most=max(point.count for point in points), hours=len(points))
    drawn = tag(
        "svg",
        tag("line", x1=0, x2=WIDE, y1=_TOP + HIGH, y2=_TOP + HIGH, class_="axis"),
        bars,
        _target(wanted, most) if wanted else None,
        viewBox=f"0 0 {WIDE} {_TOP + HIGH + _FOOT}",
        role="img",
        aria_label=told_of,
    )
    unit = say("page.chart.target", count=wanted) if wanted else ""
    return tag("figure", tag("figcaption", tag("strong", name), " ", tag("span", unit, class_="hint")), drawn)


def _hour(place: int, point: Point, hours: int, zone: tzinfo) -> str:
    """Every other one where there are too many."""
    return words.moment(point.at, zone, "%H") if hours <= _MOST_HOURS or place % 2 == 0 else ""


def _bar(point: Point, where: tuple[int, float], most: int, hour: str) -> Markup:
    place, room = where
    tall = point.count / most * HIGH
    left, middle = place * room + room * _GAP / 2, (place + 0.5) * room
    shape = {
        "x": f"{left:.1f}",
        "width": f"{room * (1 - _GAP):.1f}",
        "y": f"{_TOP + HIGH - tall:.1f}",
        "height": f"{tall:.1f}",
    }
    return tag(
        "g",
        tag("rect", **shape, class_="part"),
        tag("text", point.count, x=f"{middle:.1f}", y=f"{_TOP + HIGH - tall - 3:.1f}") if point.count else None,
        tag("text", hour, x=f"{middle:.1f}", y=_TOP + HIGH + 12, class_="hour"),
    )


def _target(wanted: int, most: int) -> Markup:
    y = f"{_TOP + HIGH - wanted / most * HIGH:.1f}"
    return tag("line", x1=0, x2=WIDE, y1=y, y2=y, class_="wanted")
