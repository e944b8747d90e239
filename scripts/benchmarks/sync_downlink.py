"""Scans that are committed while the centre's whole copy of reference data comes in, against the same scans without it.

One process as in the product: the main thread commits, another fetches, checks and writes pages into `known.db`.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import zstandard

from benchmarks import bulk
from benchmarks.bench import Bench, undisturbed
from benchmarks.bench_site import load, make_site
from benchmarks.figure import Figure, percentile, spread
from rl_station.domain import sync_wire
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Product
from rl_station.domain.scan import ScanSource
from rl_station.domain.sync_wire import MEDIA_TYPE, Item, Page
from rl_station.station.clocks import SystemClock
from rl_station.store import Store
from rl_station.store.known import KnownWriter
from rl_station.sync.channel import Request, Response
from rl_station.sync.downlink import ROWS, Downlink
from rl_station.sync.enrolment import Enrolled

NAMES = ("commit_p99_downlink_over_idle",)
STORM = 500_000
"""Rows of the whole copy."""

_IDLE = 2_000
_EVERY_S = 0.005
"""Between two scans: more than people do, and enough samples."""
_STORED = 10_000
_PRODUCTS = 5
"""One row in so many is a product, the others are announced returns."""


def measure(bench: Bench) -> list[Figure]:
    rows = bench.samples(STORM)
    with bench.folder("downlink") as folder, bench.scratch() as scratch:
        site = load(make_site(folder))
        data = folder / "data"
        built = bulk.build(data, site, bench.samples(_STORED))
        bench.say(f"writing {rows:,} rows of reference data")
        channel = PagesChannel(scratch, rows)
        station = site.station
        with Store.open(data, station=station.id, prefix=station.prefix, clock=SystemClock(), purpose="live") as store:
            scans = (given for life in bulk.parcels(station.prefix, built.parcels + 1) for given in life)
            storm = _Storm(data, channel, station.id)
            with undisturbed():
                idle = [_commit(store, next(scans)) for _ in range(bench.samples(_IDLE))]
                storm.start()
                busy = []
                while storm.is_alive():
                    busy.append(_commit(store, next(scans)))
    detail = {
        **spread(idle, "ms", prefix="idle_"),
        **spread(busy, "ms", prefix="downlink_"),
        "p50_ratio": percentile(busy, 50) / percentile(idle, 50),
        "rows": rows,
        "seconds": storm.seconds,
        "rows_per_s": rows / storm.seconds,
        "wire_bytes_per_row": channel.wire_bytes / rows,
    }
    return [Figure(NAMES[0], percentile(busy, 99) / percentile(idle, 99), "ratio", detail=detail)]


def _commit(store: Store, given: bulk.Given) -> float:
    """Milliseconds of one scan's commit; then the worker takes a moment."""
    begin = time.perf_counter_ns()
    store.append(given.events, operator=bulk.OPERATOR, source=ScanSource(device="bench", raw=given.code))
    spent = (time.perf_counter_ns() - begin) / 1e6
    time.sleep(_EVERY_S)
    return spent


class _Storm(threading.Thread):
    """The sync thread, until it has everything."""

    def __init__(self, folder: Path, channel: PagesChannel, station: str) -> None:
        super().__init__(daemon=True)
        self._channel = channel
        self._writer = KnownWriter(folder, site="bench", station=station, tracking_keys=lambda number: (number,))
        enrolled = Enrolled(url="http://centre", site="bench", station=station, token="", server_key="00" * 32)
        self._downlink = Downlink(self._writer, channel, enrolled, chance=random.Random(1))  # noqa: S311 - no secret
        self.seconds = 0.0

    def run(self) -> None:
        clock = SystemClock()
        began = time.monotonic()
        while not self._channel.given_out:
            time.sleep(self._downlink.step(clock.now()).us / 1e6)
        self.seconds = time.monotonic() - began
        self._writer.close()


class PagesChannel:
    """Implements `Channel`: pages of a feed that lie ready, as they come over the wire."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder = folder
        self._pages = 0
        self.wire_bytes = 0
        self.given_out = False
        packer = zstandard.ZstdCompressor(level=1)
        items = _items(rows)
        while part := tuple(islice(items, ROWS)):
            self._pages += 1
            more = self._pages * ROWS < rows
            page = Page(
                incarnation="bench",
                cursor=str(self._pages),
                asked=str(self._pages - 1) if self._pages > 1 else "",
                items=part,
                digest=sync_wire.digest(part),
                at=0,
                snapshot=more,
                more=more,
            )
            body = packer.compress(sync_wire.pack(page))
            self.wire_bytes += len(body)
            (folder / str(self._pages - 1)).write_bytes(body)

    def exchange(self, request: Request) -> Response:
        number = int(dict(request.query).get("cursor", "0"))
        self.given_out = number == self._pages - 1
        headers = {"content-type": MEDIA_TYPE, "content-encoding": "zstd"}
        return Response(status=200, headers=headers, body=(self._folder / str(number)).read_bytes())

    def close(self) -> None:
        """Nothing is held."""


def _items(rows: int) -> Iterator[Item]:
    encode = msgspec.json.encode
    for number in range(1, rows + 1):
        if number % _PRODUCTS == 0:
            product = Product("velora", f"VA-{number:07d}", f"Dress {number}", "apparel", (f"{number:014d}",))
            yield Item("product", f"velora/{product.sku}", number, encode(product))
        else:
            line = AnnouncedLine(1, f"VA-{number:07d}", 1, serials=(f"SN{number:09d}",), reason="size")
            announced = AnnouncedReturn(
                f"VLR-{number:07d}", "velora", f"VO{number:08d}", (line,), tracking=(f"1Z999AA1{number:010d}",)
            )
            yield Item("return", announced.rma, number, encode(announced))
