"""One exchange with the central server: a request, and what came back. `http_channel` does it over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec


class ChannelError(Exception):
    """No answer. Whether the server has carried out the request is not known."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`path` begins with a slash and is below the server's address; header names are in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """`body` as it came, still under its `content-encoding`; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Channel(Protocol):
    """The way to one central server. Used by one thread."""

    def exchange(self, request: Request) -> Response:
        """Raises ChannelError where no whole answer came back, whatever it may have been."""
        ...

    def close(self) -> None: ...
