"""The overview: everything a supervisor sees of the site at one look, and the same as a fragment for the script."""

from __future__ import annotations

from sqlalchemy import Connection

from rl_station.central import reading_tasks, statuses, supervising
from rl_station.central.calls import Answer
from rl_station.central.pages import chart, figures, layout, stations, troubles, words
from rl_station.central.pages.figures import Told
from rl_station.central.pages.html import Part, href, tag
from rl_station.central.pages.visit import Visit, page
from rl_station.domain.kpi import Figures, Supervision

EVERY_S = 5
"""Seconds between two looks."""
_LONGEST_GAP_US = 22 * 3600 * 1_000_000
"""What has no name and is longer is a whole day, on nights when clocks are changed, too."""


def show(seen: Visit) -> Answer:
    say = seen.say
    live = tag(
        "div",
        _look(seen),
        id="live",
        data_from=href("live"),
        data_every=EVERY_S,
        data_lost=say("page.live.lost"),
        data_ended=href("sign-in"),
    )
    state = tag("p", "", id="live-state", role="status", class_="state")
    return seen.page(say("page.overview", site=seen.site), state, live, here="/", live=True)


def fragment(seen: Visit) -> Answer:
    return layout.fragment(_look(seen))


def _look(seen: Visit) -> Part:
    def read(connection: Connection) -> tuple[Figures, Supervision, tuple[stations.Station, ...]]:
        return (
            supervising.figures(connection, seen.site, seen.now),
            supervising.supervision(connection, seen.site),
            stations.joined(reading_tasks.stations(connection, seen.site), statuses.told(connection, seen.site)),
        )

    found, settings, there = seen.read(read)
    told = Told(found, supervising.at(seen.now, settings), settings.targets, seen.say)
    return (
        _as_of(seen, told),
        tag("div", figures.by_stage(told), figures.queues(told), class_="columns lead"),
        troubles.begun(seen, found.troubles),
        chart.chart(told, seen.zone),
        tag(
            "div",
            figures.shares(told, "disposition", found.dispositions),
            figures.shares(told, "functional", found.functional),
            figures.shares(told, "cosmetic", found.cosmetic),
            figures.shares(told, "reason", found.reasons),
            figures.recovery(told),
            class_="flow",
        ),
        figures.agreement(told),
        tag("div", figures.by_station(told), figures.by_operator(told), class_="columns wide"),
        stations.listed(seen, there),
    )


def _as_of(seen: Visit, told: Told) -> Part:
    shift = told.moment.shift
    span = [words.moment(each, seen.zone, "%H:%M") for each in (shift.begins, shift.ends)]
    when = tag("time", words.moment(told.figures.at, seen.zone), datetime=words.iso(told.figures.at))
    named = shift.name or seen.say("page.day" if shift.ends - shift.begins > _LONGEST_GAP_US else "page.between")
    return tag("p", seen.say("page.as_of"), " ", when, f" · {named} {span[0]}-{span[1]}", class_="as-of")


ROUTES = (
    page("/", show, "Everything a supervisor sees of the site at one look."),
    page("/live", fragment, "The same, as a part of that page."),
)
