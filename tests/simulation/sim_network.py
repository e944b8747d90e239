"""Everything that can happen between a station and the centre to one request and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim_centre import Centre, Killed
from sim_world import HOUR, MINUTE, SECOND, World

from rl_station.central import calls
from rl_station.sync.channel import ChannelError, Request, Response

HTML = {"content-type": "text/html; charset=utf-8"}
PORTAL = b"<!doctype html><title>Guest Wi-Fi</title><form>Accept the terms</form>"

WEATHER: dict[str, float] = {
    "lost on the way there": 4,
    "lost on the way back": 4,
    "arrives late": 3,
    "arrives late more than once": 2,
    "arrives twice": 3,
    "arrives cut short": 2,
    "answer cut short": 2,
    "answer of another request": 2,
    "captive portal": 2,
    "redirected": 1,
    "413": 2,
    "429": 2,
    "500": 1,
    "502": 1,
    "503": 2,
    "server killed in the middle": 3,
    "server killed after the commit": 2,
}
"""What may happen to an exchange, by weight."""


@dataclass
class Network:
    """`trouble` is the share of exchanges to which something happens."""

    world: World
    centre: Centre
    trouble: float = 0.0
    weather: dict[str, float] = field(default_factory=lambda: dict(WEATHER))
    cut_off: set[str] = field(default_factory=set)
    """Names of machines that have no network at all."""
    kill_at: int | None = None
    """The statement at which a server is killed; any where it is not said."""
    last_answers: list[Response] = field(default_factory=list)

    def exchange(self, machine: str, request: Request) -> Response:
        self.world.now += self.world.chance.randint(2, 300) * 1000
        if machine in self.cut_off:
            raise ChannelError("no route to host")
        if not self.world.one(self.trouble):
            return self._kept(self._serve(request))
        (fate,) = self.world.chance.choices(list(self.weather), weights=list(self.weather.values()))
        self.world.tell(machine, f"{request.method} {request.path}: {fate}")
        self.world.count(fate)
        return self._fates()[fate](request)

    def _fates(self) -> dict[str, Callable[[Request], Response]]:
        return {
            "lost on the way there": self._lost,
            "lost on the way back": self._lost_back,
            "arrives late": lambda request: self._late(request, 1),
            "arrives late more than once": lambda request: self._late(request, 3),
            "arrives twice": self._twice,
            "arrives cut short": self._cut_there,
            "answer cut short": self._cut_back,
            "answer of another request": self._stale,
            "captive portal": lambda _: Response(status=200, headers=HTML, body=PORTAL),
            "redirected": lambda _: Response(status=302, headers={**HTML, "location": "http://10.0.0.1/login"}),
            "413": lambda _: Response(status=413, headers=HTML, body=b"<h1>Request Entity Too Large</h1>"),
            "429": lambda _: Response(status=429, headers={"retry-after": "7"}, body=b"slow down"),
            "500": lambda _: Response(status=500, headers=HTML, body=b"oops"),
            "502": lambda _: Response(status=502, headers=HTML, body=b"bad gateway"),
            "503": lambda _: Response(status=503, headers={"retry-after": "30"}),
            "server killed in the middle": lambda request: self._killed(
                request, self.kill_at or self.world.chance.randint(1, 25)
            ),
            "server killed after the commit": self._lost_back,
        }

    def _serve(self, request: Request, *, kill_after: int | None = None) -> Response:
        asked = calls.Request(request.method, request.path, dict(request.query), dict(request.headers), request.body)
        answer = self.centre.answer(asked, kill_after=kill_after)
        return Response(status=answer.status, headers=answer.headers, body=answer.body)

    def _kept(self, answer: Response) -> Response:
        self.last_answers = [*self.last_answers[-3:], answer]
        return answer

    def _lost(self, request: Request) -> Response:
        raise ChannelError("timed out")

    def _lost_back(self, request: Request) -> Response:
        self._serve(request)
        raise ChannelError("connection reset")

    def _late(self, request: Request, times: int) -> Response:
        for _ in range(times):
            after = self.world.chance.choice((SECOND, 20 * SECOND, 5 * MINUTE, HOUR))
            self.world.at(self.world.now + self.world.chance.randint(1, after), lambda: self._straggler(request))
        raise ChannelError("timed out")

    def _straggler(self, request: Request) -> None:
        self.world.tell("network", f"a late {request.method} {request.path} arrives")
        self._serve(request)

    def _twice(self, request: Request) -> Response:
        self._serve(request)
        return self._kept(self._serve(request))

    def _cut_there(self, request: Request) -> Response:
        if not request.body:
            raise ChannelError("connection reset")
        half = request.body[: self.world.chance.randrange(len(request.body))]
        return self._serve(
            Request(method=request.method, path=request.path, query=request.query, headers=request.headers, body=half)
        )

    def _cut_back(self, request: Request) -> Response:
        whole = self._serve(request)
        half = whole.body[: self.world.chance.randrange(len(whole.body) + 1)]
        return Response(status=whole.status, headers=whole.headers, body=half)

    def _stale(self, request: Request) -> Response:
        """A cache that should not be there answers with what it has."""
        if not self.last_answers:
            return self._lost(request)
        return self.world.chance.choice(self.last_answers)

    def _killed(self, request: Request, after: int) -> Response:
        try:
            return self._serve(request, kill_after=after)
        except Killed as error:
            raise ChannelError("connection reset") from error


@dataclass
class Wire:
    """Implements `Channel` for one machine."""

    network: Network
    machine: str

    def exchange(self, request: Request) -> Response:
        return self.network.exchange(self.machine, request)

    def close(self) -> None:
        """There is nothing to close."""
