"""How the server is: for load balancers, for Prometheus, and its own documentation."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from rl_station import __version__
from rl_station.central import tables
from rl_station.central.calls import Answer, Call, Context, Route
from rl_station.central.database import reading
from rl_station.central.metrics import Labels


def health(_context: Context, _call: Call) -> dict[str, str]:
    return {"status": "ok", "version": __version__}


def ready(context: Context, _call: Call) -> dict[str, str]:
    """Answered only while the database answers (else the front says 503)."""
    reading(context.engine, lambda connection: connection.execute(select(1)).scalar_one())
    return {"status": "ok", "version": __version__}


def metrics(context: Context, _call: Call) -> Answer:
    gauges, positions = reading(context.engine, _figures)
    text = context.metrics.text(gauges, positions)
    return Answer(text.encode(), "text/plain; version=0.0.4; charset=utf-8")


def _figures(connection: Connection) -> tuple[dict[tuple[str, Labels], int], dict[str, int]]:
    """From small tables and indexes only."""
    task, station = tables.task.c, tables.station.c
    feed = connection.execute(select(tables.feed.c.site, tables.feed.c.position)).all()
    positions = {str(row.site): int(row.position) for row in feed}
    gauges: dict[tuple[str, Labels], int] = {
        ("rl_station_feed_position", (("site", site),)): at for site, at in positions.items()
    }
    tasks = select(task.site, task.kind, func.count()).where(task.resolved_at.is_(None)).group_by(task.site, task.kind)
    for site, kind, count in connection.execute(tasks):
        gauges["rl_station_tasks_open", (("kind", kind), ("site", site))] = count
    enrolled = select(station.site, func.count()).where(station.revoked_at.is_(None)).group_by(station.site)
    for site, count in connection.execute(enrolled):
        gauges["rl_station_stations", (("site", site),)] = count
    for site, count in _waiting(connection).items():
        gauges["rl_station_waiting", (("site", site),)] = count
    return gauges, positions


def _waiting(connection: Connection) -> dict[str, int]:
    """By site, of stations that were not revoked: what each said last, in whatever life of its log."""
    station, stream = tables.station.c, tables.stream.c
    gone = select(station.site, station.station).where(station.revoked_at.is_not(None))
    revoked = {tuple(row) for row in connection.execute(gone)}
    said = select(stream.site, stream.station, stream.waiting).order_by(stream.received_at, stream.stream)
    last = {(row.site, row.station): int(row.waiting) for row in connection.execute(said)}
    found = dict.fromkeys((site for site, _ in last), 0)
    for where, count in last.items():
        found[where[0]] += 0 if where in revoked else count
    return found


ROUTES = (
    Route("GET", "/health", "open", health, "Whether this process lives.", database=False),
    Route("GET", "/ready", "open", ready, "Whether it can work: the database answers."),
    Route("GET", "/metrics", "open", metrics, "Figures for Prometheus."),
)
