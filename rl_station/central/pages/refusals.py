"""What went wrong, as a page: the same code and reason that a program is told."""

from __future__ import annotations

from collections.abc import Mapping

from rl_station.central.calls import Answer
from rl_station.central.pages import layout
from rl_station.central.pages.html import link, tag
from rl_station.central.pages.layout import Look
from rl_station.central.pages.speaking import speaker
from rl_station.domain.sync_wire import Refused


def page(refused: Refused, status: int, headers: Mapping[str, str]) -> Answer:
    """In the language that the browser asks for; the reason as it stands, in English."""
    say = speaker(headers)
    told = tag("p", refused.message or refused.code, class_="problem", role="alert")
    title = say.named("page.refused", refused.code)
    title = say("page.refused") if title == refused.code else title
    return layout.page(Look(say), title, told, tag("p", link("/", say("page.back"))), status=status)
