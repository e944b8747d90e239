"""The server on its sockets: bodies read within bounds of size and time, and answered by a pool of threads."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Received
from starlette.responses import Response as Sending
from starlette.types import Receive, Scope, Send

from rl_station.central.bodies import MOST_SENT
from rl_station.central.calls import Request, Response
from rl_station.central.front import Front
from rl_station.domain.sync_wire import Refused

THREADS = 8
"""Requests answered at once by one process; the database is what they share."""
MOST_WAITING = 64
"""Requests that wait for a thread; who comes after is asked to come again."""
MOST_HELD = 256 * 1024 * 1024
"""Bytes of bodies in memory at once, whether they are whole yet or not."""
CROWD = 2
"""Requests in progress beside one that is answered; where several processes listen, its caller had better connect anew.

Connections are taken by whichever process is quicker and then kept: eight stations that begin at once may all be with one.
"""
SILENCE = 15.0
"""Seconds that a sender may be silent in the middle of a body."""
WHOLE = 300.0
"""Seconds that a body may take."""
_MOST_PARAMETERS = 50

_log = logging.getLogger(__name__)


def application(front: Front, *, one_of_many: bool = False) -> Starlette:
    """The ASGI application of a front, which knows its routes itself: none here, where a line break in a path fits no pattern.

    `one_of_many`: other processes take connections of the same socket.
    """
    served = Starlette()
    served.router.default = _Door(front, one_of_many=one_of_many)
    return served


class _Door:
    """Takes requests off the wire, one call for each."""

    def __init__(self, front: Front, *, one_of_many: bool) -> None:
        self._front = front
        self._one_of_many = one_of_many
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="central")
        self._waiting = 0
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = Received(scope, receive)
        try:
            response = await self._respond(received)
        except ClientDisconnect:
            return
        headers = dict(response.headers)
        # What is left of a body that was not read is not waited for.
        if response.status in _UNREAD or (self._one_of_many and self._waiting >= CROWD):
            headers["connection"] = "close"
        await Sending(response.body, response.status, headers)(scope, receive, send)

    async def _respond(self, received: Received) -> Response:
        request = _request(received)
        if isinstance(request, Refused):
            return self._front.refuse(Request(received.method, received.url.path), request)
        parts = bytearray()
        try:
            refused = await self._read(received, parts)
            if refused is not None:
                return self._front.refuse(request, refused)
            return await self._answered(replace(request, body=bytes(parts)))
        finally:
            self._held -= len(parts)

    async def _read(self, received: Received, parts: bytearray) -> Refused | None:
        """Gather the body as it is on the wire, no more of it than may be sent. Raises ClientDisconnect."""
        declared = received.headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > MOST_SENT:
            return _TOO_LARGE
        stream = aiter(received.stream())
        try:
            async with asyncio.timeout(WHOLE):
                while True:
                    async with asyncio.timeout(SILENCE):
                        part = await anext(stream, None)
                    if part is None:
                        return None
                    parts += part
                    self._held += len(part)
                    if len(parts) > MOST_SENT:
                        return _TOO_LARGE
                    if self._held > MOST_HELD:
                        return _BUSY
        except TimeoutError:
            return Refused(code="too_slow", message=f"Nothing came for {SILENCE:g} seconds.")

    async def _answered(self, request: Request) -> Response:
        if self._waiting >= MOST_WAITING:
            return self._front.refuse(request, _BUSY)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, request)
        finally:
            self._waiting -= 1

    def _answer(self, request: Request) -> Response:
        try:
            return self._front.answer(request)
        except Exception:  # noqa: BLE001  # the outermost frame of a thread
            _log.exception("%s %s failed", request.method, request.path)
            return self._front.refuse(request, Refused(code="failed", message="The server failed; its log tells why."))


_UNREAD = (408, 413, 503)


def _request(received: Received) -> Request | Refused:
    """All but the body."""
    scope = received.scope
    try:
        path = (scope.get("raw_path") or scope["path"].encode()).decode("ascii")
        query = dict(
            parse_qsl(
                scope["query_string"].decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_MOST_PARAMETERS,
            )
        )
    except ValueError as error:
        return Refused(code="bad_request", message=f"The address cannot be read ({error}).")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(received.method, path.partition("?")[0], query, headers)


_TOO_LARGE = Refused(code="too_large", message=f"At most {MOST_SENT} bytes are taken at once.", limit=MOST_SENT)
_BUSY = Refused(code="busy", message="Too much at once.")
