"""A station that sends its backlog to the centre: `python -m benchmarks.sync_station FOLDER STATION PREFIX`.

The real log and the real uplink, without a screen. Says `ready`, begins at a line on its standard input, and tells how it went
as one line of JSON when the centre has everything.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.figure import CannotMeasureError
from rl_station.station.clocks import SystemClock
from rl_station.station.sync import StoreOutbox
from rl_station.store import Store
from rl_station.sync import enrolment
from rl_station.sync.channel import Request, Response
from rl_station.sync.http_channel import HttpChannel
from rl_station.sync.uplink import Uplink

READY = "ready"
PATIENCE_S = 600.0


class Sent(msgspec.Struct, frozen=True):
    """What a drain was. `pushes_ms`: from a push's first byte to its acknowledgement."""

    events: int
    seconds: float
    pushes_ms: tuple[float, ...]
    wire_bytes: int
    cpu_s: float
    refused: int


class MeasuredChannel:
    """Implements `Channel`: the real one, with a watch."""

    def __init__(self, channel: HttpChannel) -> None:
        self._channel = channel
        self.pushes_ms: list[float] = []
        self.wire_bytes = 0
        self.refused = 0

    def exchange(self, request: Request) -> Response:
        begin = time.perf_counter_ns()
        response = self._channel.exchange(request)
        self.pushes_ms.append((time.perf_counter_ns() - begin) / 1e6)
        self.wire_bytes += len(request.body)
        self.refused += response.status != 200  # noqa: PLR2004 - HTTP
        return response

    def close(self) -> None:
        self._channel.close()


def main(arguments: Sequence[str]) -> None:
    folder, station, prefix = Path(arguments[0]), arguments[1], arguments[2]
    clock = SystemClock()
    enrolled = enrolment.read(folder)
    if enrolled is None:
        raise CannotMeasureError(f"{folder} is not enrolled")
    with Store.open(folder, station=station, prefix=prefix, clock=clock, purpose="live", ballast=0) as store:
        outbox = StoreOutbox(folder, lambda work: work(store))
        channel = MeasuredChannel(HttpChannel(enrolled.url))
        uplink = Uplink(outbox, channel, enrolled, clock=clock, chance=random.Random(station))  # noqa: S311 - spreads retries
        print(READY, flush=True)
        sys.stdin.readline()
        began, waiting = time.monotonic(), outbox.head() - outbox.acknowledged()
        before = time.process_time()
        while outbox.acknowledged() < outbox.head():
            pause = uplink.step(clock.now())
            if time.monotonic() - began > PATIENCE_S:
                raise CannotMeasureError(f"the centre does not take the backlog: {uplink.state}")
            if outbox.acknowledged() < outbox.head():
                time.sleep(pause.us / 1e6)
        seconds = time.monotonic() - began
        sent = Sent(
            waiting,
            seconds,
            tuple(channel.pushes_ms),
            channel.wire_bytes,
            time.process_time() - before,
            channel.refused,
        )
        channel.close()
        outbox.close()
    print(msgspec.json.encode(sent).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
