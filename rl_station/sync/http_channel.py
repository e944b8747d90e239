"""The way to the central server over HTTP.

Whatever keeps a whole answer from arriving is a `ChannelError`: no route, a reset, a timeout, a body that ends early.
"""

from __future__ import annotations

import ssl
import time

import httpx

from rl_station.domain.sync_wire import MOST_BYTES
from rl_station.sync.channel import ChannelError, Request, Response

CONNECT_S = 5.0
READ_S = 30.0
"""A server that says nothing for so long is gone. It commits a push within a second."""
WHOLE_S = 120.0
"""The longest that an answer may trickle in."""
MOST_ANSWER = 2 * MOST_BYTES
"""Bytes of an answer as it comes over the wire. A longer one is not from our server."""


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
