"""Every page there is."""

from __future__ import annotations

from rl_station.central.pages import assets, behind, overview, search, sign_in, stations, tasks, things, troubles

ROUTES = (
    *(*overview.ROUTES, *sign_in.ROUTES, *troubles.ROUTES, *behind.ROUTES, *things.ROUTES),
    *(*search.ROUTES, *tasks.ROUTES, *stations.ROUTES, *assets.ROUTES),
)
