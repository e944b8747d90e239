"""How stations follow the site: reference data and work in progress."""

from __future__ import annotations

from rl_station.central import cursors, feed
from rl_station.central.calls import Call, Context, Parameter, Reply, Route
from rl_station.domain.sync_wire import Page


def page(context: Context, call: Call) -> Reply:
    limit = call.number("limit", feed.MOST_ROWS, least=1, most=feed.MOST_ROWS)
    found = feed.page(context, feed.Asked(call.caller.site, call.query.get("cursor", ""), limit, call.at))
    if isinstance(found, Page) and not found.snapshot and (cursor := cursors.opened(found.cursor)) is not None:
        context.metrics.fed(call.caller.site, call.caller.station, cursor.position)
    return found


ROUTES = (
    Route(
        *("GET", "/v1/feed", "station", page, "What changed since the cursor; a whole copy without one."),
        response=Page,
        query=(
            Parameter("cursor", "Where the last page ended."),
            Parameter("limit", f"Items at most, up to {feed.MOST_ROWS}.", number=True),
        ),
    ),
)
