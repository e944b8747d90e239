"""The server without its sockets: one request in, one response out. No threads, and no clock or chance but what it is given."""

from __future__ import annotations

import logging
import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import unquote

from sqlalchemy import Engine

from rl_station.central import bodies, identity, quarantine, refolding
from rl_station.central.calls import Answer, Call, Caller, Context, Rejected, Reply, Request, Response, Route
from rl_station.central.database import DatabaseError
from rl_station.central.metrics import Metrics
from rl_station.central.pages import refusals
from rl_station.central.routes import ROUTES
from rl_station.domain.clock import Clock
from rl_station.domain.sync_wire import Refused

RETRY_AFTER = 2
"""Seconds after which a caller may try again while the database is away."""

STATUS = {
    "bad_request": 400,
    "unauthorized": 401,
    "revoked": 403,
    "wrong_station": 403,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "gap": 409,
    "forked": 409,
    "mismatch": 409,
    "cursor_unknown": 409,
    "too_large": 413,
    "unsupported": 415,
    "bad_event": 422,
    "unstorable": 422,
    "failed": 500,
    "busy": 503,
}
"""The status of each code of a Refused; any other is 400."""

_log = logging.getLogger(__name__)
_CLOSED = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Front:
    """Answers requests. Any number of threads may ask at once; replicas share nothing but the database."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        chance: Callable[[int], bytes] = secrets.token_bytes,
        routes: Sequence[Route] = ROUTES,
        pepper: bytes = b"",
    ) -> None:
        self.context = Context(engine, clock, chance, Metrics(), pepper)
        self.routes = tuple(routes)
        self._table = _Table(self.routes)
        self._preparing = threading.Lock()
        self._prepared = False

    def prepare(self) -> None:
        """Bring the database up to what this version needs. Raises DatabaseError; done at the first request otherwise."""
        with self._preparing:
            if not self._prepared:
                identity.prepare(self.context)
                refolding.refresh(self.context.engine, self.context.clock.now())
                quarantine.try_again(self.context.engine, self.context.clock.now())
                self._prepared = True

    def answer(self, request: Request) -> Response:
        """The response to a request. Whatever is wrong with the request becomes a response too."""
        found = self._table.find(request)
        if isinstance(found, Refused):
            return _response(request, None, found)
        route, params = found
        started = self.context.clock.now()
        reply = self._reply(route, params, request)
        response = _response(request, route, reply)
        self._counted(route, response, started)
        return response

    def refuse(self, request: Request, refused: Refused) -> Response:
        """A refusal in the form that the address speaks, for whoever could not even take the request in."""
        found = self._table.find(request)
        return _response(request, None if isinstance(found, Refused) else found[0], refused)

    def _counted(self, route: Route, response: Response, started: int) -> None:
        metrics = self.context.metrics
        metrics.count("rl_station_responses_total", route=route.path, status=str(response.status))
        metrics.took(route.path, (self.context.clock.now() - started) / 1_000_000)

    def _reply(self, route: Route, params: Mapping[str, str], request: Request) -> Reply:
        if any("\0" in text for text in (*params.values(), *request.query.values())):
            return Refused(code="bad_request", message="NUL stands in no name and no parameter.")
        try:
            if route.database:
                self.prepare()
            caller = self._caller(route, request)
            body = bodies.unpacked(request.body, request.headers)
            content = None if route.request is None else bodies.decoded(body, route.speaks, route.request)
            call = Call(
                caller, params, request.query, request.headers, body, content, self.context.clock.now(), request.path
            )
            return route.handler(self.context, call)
        except Rejected as rejected:
            return rejected.refused
        except DatabaseError as error:
            if error.code == "unstorable":
                return Refused(code=error.code, message=str(error))
            _log.warning("%s %s: %s", request.method, route.path, error)
            return Refused(code="busy", message=str(error))

    def _caller(self, route: Route, request: Request) -> Caller:
        if route.access == "open":
            return Caller()
        return identity.caller(self.context, route.access, request.headers.get("authorization", ""))


class _Table:
    """Routes by method and path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = [(re.compile(_pattern(route.path)), route) for route in routes]

    def find(self, request: Request) -> tuple[Route, Mapping[str, str]] | Refused:
        fitting = [(found, route) for pattern, route in self._routes if (found := pattern.fullmatch(request.path))]
        method = "GET" if request.method == "HEAD" else request.method
        for found, route in fitting:
            if route.method == method:
                return route, {name: unquote(text) for name, text in found.groupdict().items()}
        if fitting:
            allowed = ", ".join(sorted(route.method for _, route in fitting))
            return Refused(code="method_not_allowed", message=f"Only {allowed} here.")
        return Refused(code="not_found", message="There is nothing at this address; /docs tells what is where.")


def _pattern(path: str) -> str:
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))


def _response(request: Request, route: Route | None, reply: Reply) -> Response:
    headers = dict(_CLOSED)
    hints = _hints(reply) if isinstance(reply, Refused) else {}
    if isinstance(reply, Refused) and _by_browser(request, route):
        reply = refusals.page(reply, STATUS.get(reply.code, 400), request.headers)
    if isinstance(reply, Answer):
        status, media, body = reply.status, reply.media, reply.body
        headers |= reply.headers
    else:
        status = STATUS.get(reply.code, 400) if isinstance(reply, Refused) else 200
        form = "json" if route is None else route.speaks
        media, body = bodies.MEDIA[form], bodies.encoded(reply, form)
    headers |= hints
    body, said = bodies.packed(body, request.headers)
    return Response(status, {**headers, **said, "content-type": media}, b"" if request.method == "HEAD" else body)


def _by_browser(request: Request, route: Route | None) -> bool:
    """Whether a person reads the answer."""
    wanted = request.headers.get("accept", "").lstrip().lower().startswith("text/html")
    return wanted or (route is not None and route.speaks == "html")


def _hints(refused: Refused) -> dict[str, str]:
    """What the protocol wants to stand in the headers of a refusal."""
    match refused.code:
        case "busy":
            return {"retry-after": str(RETRY_AFTER)}
        case "unauthorized":
            return {"www-authenticate": "Bearer"}
        case "method_not_allowed":
            return {"allow": refused.message.removeprefix("Only ").removesuffix(" here.")}
        case _:
            return {}
