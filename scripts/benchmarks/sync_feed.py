"""What a station costs the centre from day to day: each scan sent at once, a question every two seconds; and one that begins.

Everything on this machine, over HTTP, from PostgreSQL. With the seconds of CPU a fleet of any size can be reckoned.
"""

from __future__ import annotations

import time
from pathlib import Path

import zstandard

from benchmarks import processes, sync_cost
from benchmarks.bench import Bench
from benchmarks.central_process import CentralProcess
from benchmarks.enrolling import enrol
from benchmarks.figure import CannotMeasureError, Figure, percentile
from benchmarks.sync import backlogs, central, drained
from rl_station.domain import sync_wire
from rl_station.domain.sync_wire import MEDIA_TYPE, Ack, Page
from rl_station.store import open_reader
from rl_station.sync import answers, enrolment
from rl_station.sync.channel import Request
from rl_station.sync.downlink import PATH, ROWS
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.http_channel import HttpChannel

POLL, COPY, LIVE = "feed_poll_ms", "feed_copy_rows_s", "push_of_a_scan_ms"
NAMES = (POLL, COPY, LIVE)

_EVENTS = 100_000
_POLLS = 4_000
_SCANS = 2_000
_EVENTS_OF_A_SCAN = 2


def measure(bench: Bench) -> list[Figure]:
    with bench.folder("feed") as folder, central(folder, "postgresql") as (server, database_pid):
        full, scanning = backlogs(bench, folder / "backlog", 2, bench.samples(_EVENTS))
        drained(server, database_pid, folder, [full])
        enrol(server, scanning, scanning.name)
        live = _Follower(server, database_pid, scanning)
        follower = _Follower(server, database_pid, folder / full.name)
        bench.say("following the feed")
        try:
            cursor, copy = follower.copy()
            polls = follower.poll(cursor, bench.samples(_POLLS))
            return [polls, copy, live.scan(scanning, bench.samples(_SCANS))]
        finally:
            follower.close()
            live.close()


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

    def scan(self, folder: Path, times: int) -> Figure:
        """Send what a scan leads to, and wait for the acknowledgement, as often as a worker scans."""
        packer = zstandard.ZstdCompressor(level=1)
        headers = {
            "authorization": f"Bearer {self._enrolled.token}",
            "content-type": MEDIA_TYPE,
            "content-encoding": "zstd",
        }
        spent_ms, size, before = [], 0, self._cpu()
        with open_reader(folder) as reader:
            until = times * _EVENTS_OF_A_SCAN
            for push in sync_cost.sent(reader, self._enrolled.station, 0, until, _EVENTS_OF_A_SCAN):
                body = packer.compress(sync_wire.pack(push))
                begin = time.perf_counter_ns()
                response = self._channel.exchange(Request(method="POST", path="/v1/events", headers=headers, body=body))
                spent_ms.append((time.perf_counter_ns() - begin) / 1e6)
                size += len(body)
                if not isinstance(said := answers.understood(response, Ack), Ack):
                    raise CannotMeasureError(f"the centre does not take a scan: {said}")
        after = self._cpu()
        detail = {
            "pushes": times,
            "events_per_push": _EVENTS_OF_A_SCAN,
            "p99_ms": percentile(spent_ms, 99),
            "wire_bytes_per_push": size / times,
            "server_cpu_us_per_push": (after[0] - before[0]) / times * 1e6,
            "database_cpu_us_per_push": (after[1] - before[1]) / times * 1e6,
        }
        return Figure(LIVE, percentile(spent_ms, 50), "ms", detail=detail)

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
