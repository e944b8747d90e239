"""What the server's handlers are given and what they answer: requests, callers, routes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec
from sqlalchemy import Engine

from rl_station.central.metrics import Metrics
from rl_station.central.turns import Turns
from rl_station.domain.clock import Clock
from rl_station.domain.sync_wire import Refused

Access = Literal["open", "station", "reader", "site"]
"""Who may call: anybody; an enrolled station with its token; a program with a reader token; either of the two."""
Form = Literal["json", "msgpack", "html"]
ZSTD = "zstd"


@dataclass(frozen=True, slots=True)
class Request:
    """As it came in: `path` still percent-encoded, names of headers in lower case, `body` as on the wire."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """As it goes out; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a station of a site, or a reader by name (then `station` is empty)."""

    site: str = ""
    station: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What every handler works with. `chance` gives random bytes; `clock` microseconds since 1970 UTC.

    `pepper` is what the PINs of supervisors are hashed with; without it nobody signs in by PIN.
    """

    engine: Engine
    clock: Clock
    chance: Callable[[int], bytes] = secrets.token_bytes
    metrics: Metrics = field(default_factory=Metrics)
    pepper: bytes = field(default=b"", repr=False)
    turns: Turns = field(default_factory=Turns)


class Rejected(Exception):  # noqa: N818  # an answer, from the depth of a handler
    """The request is not carried out, and why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


def bad_request(message: str) -> Rejected:
    return Rejected(Refused(code="bad_request", message=message))


@dataclass(frozen=True, slots=True)
class Call:
    """A request after the door: its caller known, its body unpacked and of the route's type.

    `content` is an instance of the route's `request` type, None where it has none; `body` is what was sent, decompressed.
    `path` is as in the request.
    """

    caller: Caller
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    content: Any
    at: int
    path: str = ""

    def number(self, name: str, default: int, *, most: int = (1 << 63) - 1, least: int = 0) -> int:
        """A number of the query, brought within its limits. Raises Rejected."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 20):  # noqa: PLR2004  # 63 bits have 19 digits
            raise bad_request(f"{name}={text[:40]!r} is no number.")
        return max(least, min(most, int(text)))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in other than the route's form."""

    body: bytes
    media: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Reply: TypeAlias = msgspec.Struct | Mapping[str, Any] | tuple[Any, ...] | list[Any] | Answer
"""What a handler gives: a value to be encoded in the route's form (a Refused decides the status by its code), or an Answer."""

Handler: TypeAlias = Callable[[Context, Call], Reply]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query, for the documentation."""

    name: str
    summary: str
    number: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One thing the server does. `path` may hold `{names}`, each for one segment. Without a `form` stations speak MessagePack,
    all others JSON. `request` None: the handler reads `body` itself, if there is one at all (`takes`, its media types).
    `database`: it needs one.
    """

    method: str
    path: str
    access: Access
    handler: Handler
    summary: str
    request: Any = None
    response: Any = None
    query: tuple[Parameter, ...] = ()
    form: Form | None = None
    takes: tuple[str, ...] = ()
    database: bool = True

    @property
    def speaks(self) -> Form:
        return self.form or ("msgpack" if self.access == "station" else "json")
