"""The real central server on a real socket, with a network before it that does to each exchange what a test says."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

import msgspec
import zstandard
from sqlalchemy import select

from rl_station.central import identity, tables
from rl_station.central.calls import Request, Response
from rl_station.central.database import open_engine, reading
from rl_station.central.front import STATUS, Front
from rl_station.domain.sync_wire import MEDIA_TYPE, Push, Refused, pack

SITE = "test-site"

Serve = Callable[[Request], Response]
Reply = Response | bytes | None
"""What goes back: a response, these very bytes and then the end, or nothing at all."""
Fault = Callable[[Request, Serve], Reply]


class ServerClock:
    """Stands where it was set."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class Centre:
    """A server with one database file. `faults` are used up, one an exchange; `always` is there for every other one."""

    def __init__(self, folder: Path, at: int) -> None:
        self.database = folder / "central.sqlite3"
        self.clock = ServerClock(at)
        self.faults: deque[Fault] = deque()
        self.always: Fault | None = None
        self.pushes: list[Push] = []
        """Every push that came as far as the network, in order."""
        self._open()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def _open(self) -> None:
        self._engine = open_engine(f"sqlite:///{self.database}")
        self.front = Front(self._engine, self.clock)
        self.front.prepare()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def code(self, station: str) -> str:
        """A one-time code."""
        return identity.new_code(self.front.context, SITE, station)

    def revoke(self, station: str) -> None:
        identity.revoke(self.front.context, SITE, station)

    def image(self) -> bytes:
        """The database file as it is now, with nothing left in its WAL."""
        self._engine.dispose()
        content = self.database.read_bytes()
        self._open()
        return content

    def restore(self, image: bytes) -> None:
        """Put an older image of the database in place."""
        self._engine.dispose()
        for left in self.database.parent.glob(self.database.name + "-*"):
            left.unlink()
        self.database.write_bytes(image)
        self._open()

    def incarnation(self) -> str:
        return reading(self._engine, identity.server).incarnation

    def hashes(self) -> dict[str, list[tuple[int, bytes]]]:
        """What is stored: for each epoch its seqs and hashes, in order."""
        event, stream = tables.event.c, tables.stream.c
        rows = reading(
            self._engine,
            lambda connection: connection.execute(
                select(stream.epoch, event.seq, event.hash)
                .join(tables.stream, stream.stream == event.stream)
                .order_by(stream.starts, event.seq)
            ).all(),
        )
        found: dict[str, list[tuple[int, bytes]]] = {}
        for epoch, seq, link in rows:
            found.setdefault(epoch, []).append((seq, link))
        return found

    def quarantined(self) -> list[tuple[int, str]]:
        row = tables.quarantined.c
        return reading(
            self._engine,
            lambda connection: [tuple(each) for each in connection.execute(select(row.seq, row.reason))],
        )

    def tasks(self) -> list[str]:
        """The kinds of what waits for a person."""
        return reading(
            self._engine, lambda connection: sorted(connection.execute(select(tables.task.c.kind)).scalars())
        )

    def exchange(self, request: Request) -> Reply:
        if request.path == "/v1/events" and request.method == "POST":
            self.pushes.append(decoded(request.body))
        fault = self.faults.popleft() if self.faults else self.always
        return self.front.answer(request) if fault is None else fault(request, self.front.answer)

    def __enter__(self) -> Centre:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        self._engine.dispose()


def _handler(centre: Centre) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def do_GET(self) -> None:
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            reply = centre.exchange(request)
            if not isinstance(reply, Response):
                self.wfile.write(reply or b"")
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Tests say what they want to know."""

    return Handler


def decoded(body: bytes) -> Push:
    return msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(body), type=Push)


# --- faults -----------------------------------------------------------------------------------------------------------


def lost_request(request: Request, serve: Serve) -> Reply:
    """The server never hears of it."""
    return None


def lost_answer(request: Request, serve: Serve) -> Reply:
    """The server does it, and nobody hears that it did."""
    serve(request)
    return None


def duplicated(request: Request, serve: Serve) -> Reply:
    """The server hears it twice."""
    serve(request)
    return serve(request)


def truncated(request: Request, serve: Serve) -> Reply:
    """The answer ends in the middle of its body."""
    response = serve(request)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(response.body)}\r\n\r\n"
    return head.encode() + response.body[: len(response.body) // 2]


def cut_short(request: Request, serve: Serve) -> Reply:
    """As `truncated`, by somebody who mends the length."""
    response = serve(request)
    return Response(200, response.headers, response.body[:-20])


def captive_portal(request: Request, serve: Serve) -> Reply:
    """The network's sign-in page, with the best of statuses."""
    return Response(200, {"content-type": "text/html"}, b"<html><body>Please accept our terms</body></html>")


def redirected(request: Request, serve: Serve) -> Reply:
    return Response(302, {"location": "http://login.example/", "content-type": "text/html"}, b"")


def portal_says(status: int) -> Fault:
    """Somebody else's page under this status."""
    return lambda request, serve: Response(status, {"content-type": "text/html"}, b"<html></html>")


def answers(status: int, headers: Mapping[str, str]) -> Fault:
    """A status of a proxy with these headers."""
    return lambda request, serve: Response(status, {"content-type": "text/plain", **headers}, b"no")


def refuses(refused: Refused) -> Fault:
    """Our server's own word, whatever is asked. Of a push it says which epoch it speaks of."""
    headers = {"content-type": MEDIA_TYPE}

    def fault(request: Request, serve: Serve) -> Reply:
        epoch = decoded(request.body).life.epoch if request.method == "POST" else ""
        said = msgspec.structs.replace(refused, epoch=epoch)
        return Response(STATUS.get(refused.code, 400), headers, pack(said))

    return fault


def cannot_take(*seqs: int, form: str = "plain") -> Fault:
    """A server that says of a push with one of these events that it is bad, and not which one."""
    forms = ("plain", "sealed", "withheld")
    refused = refuses(Refused(code="bad_request", message="Something is wrong."))

    def fault(request: Request, serve: Serve) -> Reply:
        push = decoded(request.body)
        for seq, sent in enumerate(push.events, push.first):
            if seq in seqs and forms.index(sent.form) <= forms.index(form):
                return refused(request, serve)
        return serve(request)

    return fault


def takes_at_most(size: int) -> Fault:
    """A proxy with a limit of its own, in bytes on the wire."""

    def fault(request: Request, serve: Serve) -> Reply:
        if len(request.body) > size:
            return Response(413, {"content-type": "text/html"}, b"<html>413</html>")
        return serve(request)

    return fault
