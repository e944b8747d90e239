"""What following the site costs the centre: a station that asks every two seconds and hears nothing new, and one that begins.

Everything on this machine, over HTTP, from PostgreSQL. With the seconds of CPU a fleet of any size can be reckoned.
"""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks import processes
from benchmarks.bench import Bench
from benchmarks.central_process import CentralProcess
from benchmarks.figure import CannotMeasureError, Figure, percentile
from benchmarks.sync import backlogs, central, drained
from rl_station.domain.sync_wire import Page
from rl_station.sync import answers, enrolment
from rl_station.sync.channel import Request
from rl_station.sync.downlink import PATH, ROWS
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.http_channel import HttpChannel

POLL, COPY = "feed_poll_ms", "feed_copy_rows_s"
NAMES = (POLL, COPY)

_EVENTS = 100_000
_POLLS = 4_000


def measure(bench: Bench) -> list[Figure]:
    with bench.folder("feed") as folder, central(folder, "postgresql") as (server, database_pid):
        backlog = backlogs(bench, folder / "backlog", 1, bench.samples(_EVENTS))
        drained(server, database_pid, folder, backlog)
        follower = _Follower(server, database_pid, folder / backlog[0].name)
        bench.say("following the feed")
        try:
            cursor, copy = follower.copy()
            return [follower.poll(cursor, bench.samples(_POLLS)), copy]
        finally:
            follower.close()


class _Follower:
    """A station that has a token and reads the feed, page after page."""

    def __init__(self, server: CentralProcess, database_pid: int | None, folder: Path) -> None:
        enrolled = enrolment.read(folder)
        if enrolled is None:
            raise CannotMeasureError(f"{folder} is not enrolled")
        self._enrolled: Enrolled = enrolled
        self._server = server
        self._database_pid = database_pid
        self._channel = HttpChannel(enrolled.url)

    def copy(self) -> tuple[str, Figure]:
        """Fetch a whole copy; gives the cursor behind it."""
        cursor, rows, pages, size = "", 0, 0, 0
        began, before = time.monotonic(), self._cpu()
        while True:
            page, length = self._page(cursor)
            cursor, rows, pages, size = page.cursor, rows + len(page.items), pages + 1, size + length
            if not page.more and not page.snapshot:
                break
        seconds, spent = time.monotonic() - began, self._cpu()
        detail = {
            "rows": rows,
            "pages": pages,
            "seconds": seconds,
            "wire_bytes_per_row": size / rows,
            "server_cpu_us_per_row": (spent[0] - before[0]) / rows * 1e6,
            "database_cpu_us_per_row": (spent[1] - before[1]) / rows * 1e6,
        }
        return cursor, Figure(COPY, rows / seconds, "1/s", detail=detail)

    def poll(self, cursor: str, times: int) -> Figure:
        """Ask for what is not there, again and again."""
        before = self._cpu()
        spent_ms = []
        for _ in range(times):
            begin = time.perf_counter_ns()
            page, _ = self._page(cursor)
            spent_ms.append((time.perf_counter_ns() - begin) / 1e6)
            cursor = page.cursor
        after = self._cpu()
        detail = {
            "polls": times,
            "p99_ms": percentile(spent_ms, 99),
            "server_cpu_us_per_poll": (after[0] - before[0]) / times * 1e6,
            "database_cpu_us_per_poll": (after[1] - before[1]) / times * 1e6,
        }
        return Figure(POLL, percentile(spent_ms, 50), "ms", detail=detail)

    def close(self) -> None:
        self._channel.close()

    def _page(self, cursor: str) -> tuple[Page, int]:
        query = (("limit", str(ROWS)), *((("cursor", cursor),) if cursor else ()))
        headers = {"authorization": f"Bearer {self._enrolled.token}"}
        response = self._channel.exchange(Request(method="GET", path=PATH, query=query, headers=headers))
        page = answers.understood(response, Page)
        if not isinstance(page, Page):
            raise CannotMeasureError(f"the feed does not answer: {page}")
        return page, len(response.body)

    def _cpu(self) -> tuple[float, float]:
        database = 0.0 if self._database_pid is None else processes.cpu_seconds(self._database_pid)
        return self._server.cpu_seconds(), database
