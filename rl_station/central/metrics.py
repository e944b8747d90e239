"""What this process counts about itself, for Prometheus (text exposition format 0.0.4)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram, seconds."""

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counters of one process; any thread may count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, Labels]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._asked: dict[tuple[str, str], int] = {}

    def count(self, name: str, by: int = 1, **labels: str) -> None:
        """Add to a counter."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += by

    def took(self, route: str, seconds: float) -> None:
        """A request of a route was answered."""
        with self._lock:
            buckets = self._buckets.setdefault(route, [0] * (len(BUCKETS) + 1))
            for place, bound in enumerate(BUCKETS):
                buckets[place] += seconds <= bound
            buckets[-1] += 1
            self._seconds[route] = self._seconds.get(route, 0.0) + seconds

    def fed(self, site: str, station: str, position: int) -> None:
        """A station asked for the feed after this position."""
        with self._lock:
            self._asked[site, station] = position

    def text(self, gauges: Mapping[tuple[str, Labels], int], positions: Mapping[str, int]) -> str:
        """All of it, with figures of the database: `gauges`, and the feed's position of each site."""
        with self._lock:
            lines = _family("counter", dict(self._counts))
            lag: dict[tuple[str, Labels], int] = {
                ("rl_station_feed_lag", (("site", site), ("station", station))): max(0, positions.get(site, at) - at)
                for (site, station), at in self._asked.items()
            }
            lines += _family("gauge", {**gauges, **lag})
            lines += self._latencies()
        return "\n".join(lines) + "\n"

    def _latencies(self) -> list[str]:
        name = "rl_station_request_seconds"
        lines = [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} histogram"] if self._buckets else []
        for route, buckets in sorted(self._buckets.items()):
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
                lines.append(_line(f"{name}_bucket", (("route", route), ("le", bound)), count))
            lines.append(_line(f"{name}_sum", (("route", route),), round(self._seconds[route], 6)))
            lines.append(_line(f"{name}_count", (("route", route),), buckets[-1]))
        return lines


def _family(kind: str, values: Mapping[tuple[str, Labels], int]) -> list[str]:
    lines: list[str] = []
    last = ""
    for (name, labels), value in sorted(values.items()):
        if name != last:
            lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} {kind}"]
            last = name
        lines.append(_line(name, labels, value))
    return lines


def _line(name: str, labels: Sequence[tuple[str, str]], value: float) -> str:
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


_HELP = {
    "rl_station_events_stored_total": "Events that this process has stored.",
    "rl_station_pushes_total": "Pushes of stations by outcome.",
    "rl_station_responses_total": "Responses by route and status.",
    "rl_station_quarantined_total": "Events stored without being understood.",
    "rl_station_feed_position": "Last position of a site's feed.",
    "rl_station_feed_lag": "Changes that a station had not yet asked this process for.",
    "rl_station_tasks_open": "Tasks that wait for a person.",
    "rl_station_stations": "Enrolled stations.",
    "rl_station_waiting": "Events that the stations said they still had to send.",
    "rl_station_request_seconds": "Time to answer.",
}
