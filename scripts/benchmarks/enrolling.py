"""A station made known to a central server that runs here, as `central enroll` and `sync enroll` do it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from benchmarks.central_process import CentralProcess
from benchmarks.figure import CannotMeasureError
from rl_station.central import identity
from rl_station.central.calls import Context
from rl_station.central.database import open_engine
from rl_station.domain.sync_wire import MEDIA_TYPE, Enrolment, EnrolRequest, pack
from rl_station.station.clocks import SystemClock
from rl_station.sync import enrolment
from rl_station.sync.channel import Request
from rl_station.sync.enrolment import Enrolled
from rl_station.sync.http_channel import HttpChannel

SITE = "bench"


def enrol(server: CentralProcess, folder: Path, station: str, *, url: str = "") -> None:
    """`url`: where the station will look for the server, if not at its own address."""
    engine = open_engine(server.database, connections=1)
    code = identity.new_code(Context(engine, SystemClock()), SITE, station)
    engine.dispose()
    body = pack(EnrolRequest(station=station, code=code))
    channel = HttpChannel(server.url)
    answer = channel.exchange(Request(method="POST", path="/v1/enrol", headers={"content-type": MEDIA_TYPE}, body=body))
    channel.close()
    if answer.status != 200:  # noqa: PLR2004 - HTTP
        raise CannotMeasureError(f"{station} is not enrolled: {answer}")
    told = msgspec.msgpack.decode(answer.body, type=Enrolment)
    enrolment.write(
        folder,
        Enrolled(
            url=url or server.url,
            site=told.site,
            station=told.station,
            token=told.token,
            server_key=told.server_key.hex(),
        ),
    )
