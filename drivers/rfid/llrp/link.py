"""One TCP or TLS connection to a reader, read in small pieces so that a flood never holds up the others in the thread."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable

from drivers.transport.links import explained

CHUNK = 16 * 1024
"""Bytes at a time: decoding more would keep the thread busy for over 100 ms."""

_logger = logging.getLogger(__name__)


def in_words(error: Exception) -> str:
    """As `explained`, for TLS too, whose error numbers are none of the system's: `TLS: tlsv13 alert certificate required`."""
    if isinstance(error, ssl.SSLError):
        return f"TLS: {(error.reason or str(error)).replace('_', ' ').lower()}"
    return explained(error).reason


class Link(asyncio.BufferedProtocol):
    """Hands on what comes in. `lost` is called once, with the reason in words; `made` when the connection stands."""

    def __init__(self, made: Callable[[Link], None] | None = None) -> None:
        self._made = made
        self._buffer = memoryview(bytearray(CHUNK))
        self._transport: asyncio.Transport | None = None
        self._received: Callable[[memoryview], None] | None = None
        self._lost: Callable[[str], None] | None = None
        self._spoken_to = False
        self._over: str | None = None
        self._broken = ""

    @property
    def talking(self) -> bool:
        """Whether the other end has said something, and it has not ended."""
        return self._spoken_to and self._over is None

    @property
    def caller(self) -> str:
        """The address of the other end, without the port; empty where that is not known."""
        peer = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(peer[0]) if peer else ""

    def attach(self, received: Callable[[memoryview], None], lost: Callable[[str], None]) -> None:
        """Who gets what comes in; nothing is read before."""
        self._received, self._lost = received, lost
        if self._over is not None:
            lost(self._over)
        elif self._transport is not None:
            self._transport.resume_reading()

    def send(self, data: bytes) -> None:
        if self._transport is not None and self._over is None:
            self._transport.write(data)

    def abort(self, reason: str = "") -> None:
        """End it now, and say so where there is a reason."""
        self._broken = self._broken or reason
        if self._transport is not None:
            self._transport.abort()

    # --- called by the loop -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_connection gives
        self._transport = transport
        if self._received is None:
            transport.pause_reading()
        if self._made is not None:
            self._made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._received is None:
            return
        self._spoken_to = True
        try:
            self._received(self._buffer[:nbytes])
        except Exception as error:
            # The loop's outermost frame that is ours: whatever failed upstairs, the reader is opened anew.
            _logger.exception("what a reader sent could not be taken")
            self.abort(f"internal error: {error!r}")

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = self._broken or ("closed by the reader" if exc is None else f"connection lost: {in_words(exc)}")
        if self._lost is not None:
            self._lost(self._over)
