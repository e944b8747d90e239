"""One exchange with the central server: a request, and what came back. Over HTTP here; the tests have other channels.

Whatever keeps a whole answer from arriving is a `ChannelError`: no route, a reset, a timeout, a body that ends early.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from typing import Protocol

import httpx
import msgspec

from rl_station.domain.sync_wire import MOST_BYTES

CONNECT_S = 5.0
READ_S = 30.0
"""A server that says nothing for so long is gone. It commits a push within a second."""
WHOLE_S = 120.0
"""The longest that an answer may trickle in."""
MOST_ANSWER = 2 * MOST_BYTES
"""Bytes of an answer as it comes over the wire. A longer one is not from our server."""


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


class HttpChannel:
    """Implements `Channel` over one kept-alive connection. Redirects are answers like any other: our server sends none."""

    def __init__(self, url: str, *, authority: str = "", read_s: float = READ_S) -> None:
        """`authority`: a file with the certificate that signed the server's, where no public one did. Raises ValueError."""
        self._url = url.rstrip("/")
        timeout = httpx.Timeout(read_s, connect=min(CONNECT_S, read_s))
        try:
            verify = ssl.create_default_context(cafile=authority) if authority else True
            self._client = httpx.Client(timeout=timeout, verify=verify, limits=httpx.Limits(max_connections=2))
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"the certificate {authority} cannot be used ({error})") from error

    def exchange(self, request: Request) -> Response:
        headers = {"accept-encoding": "zstd", "user-agent": "rl-station", **request.headers}
        try:
            with self._client.stream(
                request.method,
                self._url + request.path,
                params=dict(request.query) or None,
                headers=headers,
                content=request.body or None,
            ) as answer:
                return Response(status=answer.status_code, headers=dict(answer.headers), body=_whole(answer))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise ChannelError(_said(error)) from error

    def close(self) -> None:
        self._client.close()


def _whole(answer: httpx.Response) -> bytes:
    """The body, undecoded: whoever answers may be anybody. Raises ChannelError."""
    body = bytearray()
    end = time.monotonic() + WHOLE_S
    for part in answer.iter_raw():
        body += part
        if len(body) > MOST_ANSWER or time.monotonic() > end:
            raise ChannelError("an answer without an end")
    return bytes(body)


def _said(error: Exception) -> str:
    """A timeout has no words of its own."""
    return str(error) or type(error).__name__
