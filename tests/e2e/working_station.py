"""A station without a screen that works as fast as it can and syncs: `python working_station.py FOLDER STATION PREFIX`.

Real log, real sync on its own thread; the main thread is the store's. Each line on standard output is an event that is durable:
its seq and its hash. A line `rest` on standard input ends the work; the station then only syncs, and says `drained` when the
centre has everything. It may be killed at any time and started again.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchmarks import bulk

from rl_station.domain.scan import ScanSource
from rl_station.station.clocks import SystemClock
from rl_station.station.sync import StationSync, StoreWork
from rl_station.store import Store

_PAUSE_S = 0.002
"""Between two scans; what sync wants written is written then."""


def main(arguments: Sequence[str]) -> None:
    folder, station, prefix = Path(arguments[0]), arguments[1], arguments[2]
    posted: queue.SimpleQueue[StoreWork] = queue.SimpleQueue()
    resting = threading.Event()
    threading.Thread(target=_hear, args=(resting,), daemon=True).start()
    clock = SystemClock()
    with Store.open(folder, station=station, prefix=prefix, clock=clock, purpose="live", ballast=0) as store:
        sync = StationSync(folder, station, clock)
        sync.start(posted.put, lambda: None)
        scans = _scans(prefix, store.head.seq + 1)
        while not (resting.is_set() and store.unsynced().waiting == 0):
            if not resting.is_set():
                _scan(store, next(scans))
                sync.wake()
            _write(store, posted)
        print("drained", flush=True)
        sync.stop()


def _scan(store: Store, given: bulk.Given) -> None:
    source = ScanSource(device="hands", raw=given.code)
    first = store.head.seq + 1
    store.append(given.events, operator=bulk.OPERATOR, source=source)
    for recorded, link in store.entries(first - 1):
        print(recorded.seq, link.hex(), flush=True)


def _scans(prefix: str, first: int) -> Iterator[bulk.Given]:
    return (given for life in bulk.parcels(prefix, first) for given in life)


def _write(store: Store, posted: queue.SimpleQueue[StoreWork]) -> None:
    with contextlib.suppress(queue.Empty):
        posted.get(timeout=_PAUSE_S)(store)


def _hear(resting: threading.Event) -> None:
    """`rest`, or an end of the one who started us."""
    sys.stdin.readline()
    resting.set()


if __name__ == "__main__":
    main(sys.argv[1:])
