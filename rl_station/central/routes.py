"""Everything the server does, on one page."""

from __future__ import annotations

from rl_station.central import feed_routes, figure_routes, reading_routes, reference_routes, service_routes, sync_routes
from rl_station.central.openapi import documented
from rl_station.central.pages import routes as pages

ROUTES = documented(
    (
        *(*sync_routes.ROUTES, *feed_routes.ROUTES, *reading_routes.ROUTES, *figure_routes.ROUTES),
        *(*reference_routes.ROUTES, *service_routes.ROUTES, *pages.ROUTES),
    )
)
