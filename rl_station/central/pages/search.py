"""Search by any code: one thing is shown at once, of several there is a list."""

from __future__ import annotations

from rl_station.central import reading
from rl_station.central.calls import Answer
from rl_station.central.pages import layout, links
from rl_station.central.pages.html import href, tag
from rl_station.central.pages.tables import Row, heads, table
from rl_station.central.pages.visit import Visit, page
from rl_station.domain.sync_wire import WORK_KINDS


def show(seen: Visit) -> Answer:
    say, code = seen.say, seen.call.query.get("code", "").strip()
    found = seen.read(lambda connection: reading.search(connection, seen.site, code)) if code else ()
    if len(found) == 1 and found[0].kind in WORK_KINDS:
        return layout.see(href(links.THINGS[found[0].kind], found[0].key))
    columns = heads(say, "kind", "id", "state", "disposition", "client")
    rows: list[Row] = [
        (
            say.named("page.kind", each.kind),
            links.thing(each.kind, each.key),
            each.status,
            each.disposition,
            each.client,
        )
        for each in found
    ]
    asked = tag("p", tag("span", code, class_="code"), class_="as-of") if code else None
    listed = table(say("page.subjects", count=len(found)), columns, rows, say("page.search.nothing"), id_="subjects")
    return seen.page(say("page.search"), asked, listed)


ROUTES = (page("/search", show, "Everything that a code stands for."),)
