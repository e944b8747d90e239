"""Running the server: in this process until it is told to end, in several, or in a thread beside something else."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import threading
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from rl_station.central.clocks import SystemClock
from rl_station.central.database import open_engine
from rl_station.central.front import Front
from rl_station.central.server import application

DATABASE_VARIABLE = "RL_STATION_CENTRAL_DATABASE"
"""Where the processes of one server find its database; a URL may hold a password, which the list of processes would show."""
PEPPER_VARIABLE = "RL_STATION_PIN_PEPPER"
"""What the PINs of supervisors are hashed with, as at the stations; it is kept out of the database on purpose."""
HEAD_PATIENCE = 20.0
"""Seconds within which a request's first line and headers must have come."""
KEPT_ALIVE = 75
"""Seconds that a connection may rest between two requests."""
_MOST_CONNECTIONS = 2000
_PATIENCE = 10
"""Seconds that requests have to finish when the server ends."""


class Impatient(H11Protocol):
    """Hangs up on who does not finish the head of a request: one byte at a time could hold a connection for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base has it
        super().connection_made(transport)
        # asyncio sees to this only for sockets that name their protocol; else every answer waits 40 ms for its second part.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._began: object = None
        self._look = self.loop.call_later(HEAD_PATIENCE, self._hurry)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)

    def _hurry(self) -> None:
        """Twice in a row in the head of the same request is too long."""
        unfinished = bool(self.conn.trailing_data[0]) and (self.cycle is None or self.cycle.response_complete)
        here = (self.cycle,) if unfinished or self.cycle is None else None
        if here is not None and here == self._began:
            self.transport.close()
            return
        self._began = here
        self._look = self.loop.call_later(HEAD_PATIENCE / 2, self._hurry)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def serve(front: Front, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered then is finished."""
    _spare_the_collector()
    server = uvicorn.Server(_config(application(front)))
    for name in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again once it is done; by then it has been heeded.
        signal.signal(name, lambda *_: None)
    server.run(sockets=[listener])


def serve_many(url: str, host: str, port: int, workers: int) -> None:
    """The same in several processes on one socket, each started again if it dies."""
    os.environ[DATABASE_VARIABLE] = url
    uvicorn.run(f"{__name__}:worker", factory=True, host=host, port=port, workers=workers, **_SETTINGS)


def worker() -> Starlette:
    """The application of one of several processes."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _spare_the_collector()
    front = Front(open_engine(os.environ[DATABASE_VARIABLE]), SystemClock(), pepper=pepper())
    return application(front, one_of_many=True)


def pepper() -> bytes:
    """Empty where the environment names none."""
    return os.environ.get(PEPPER_VARIABLE, "").encode()


def _end_with_parent() -> None:
    """Nobody would end a worker whose parent was killed, and it would go on taking requests on the parent's socket."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _spare_the_collector() -> None:
    """A push makes tens of thousands of values and no cycles: looking for some at every 700th took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


class Beside:
    """A server in a thread of this process, from `start` to `stop`."""

    def __init__(self, front: Front, host: str = "127.0.0.1", port: int = 0, *, one_of_many: bool = False) -> None:
        """Listens from now on. `one_of_many` as in `application`. Raises OSError."""
        self._listener = bind(host, port)
        self._server = uvicorn.Server(_config(application(front, one_of_many=one_of_many)))
        self._thread = threading.Thread(target=self._run, name="central", daemon=True)
        self.host, self.port = host, int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Requests may come at once; they are answered as soon as it runs."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, and end."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(app, **_SETTINGS)


_SETTINGS: dict[str, Any] = {
    "http": Impatient,
    "ws": "none",
    "lifespan": "off",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "limit_concurrency": _MOST_CONNECTIONS,
    "timeout_keep_alive": KEPT_ALIVE,
    "timeout_graceful_shutdown": _PATIENCE,
}
