"""How a connection comes about: we call the reader, or the reader is set to call us. LLRP 1.1 20.1."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from dataclasses import dataclass
from typing import Protocol

from drivers.contract import DeviceError
from drivers.rfid.llrp.link import Link, in_words
from drivers.transport.links import LinkError, explained, host_and_port

PORT, TLS_PORT = 5084, 5085
_CONNECT_S = 5.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LlrpAddress:
    """Where the reader is, or where it calls. Raises `DeviceError` for what does not fit together.

    `tls_ca`: PEM file of whoever vouches for the reader's certificate, or of the certificate itself; none: the system's.
    `tls_name`: the name in that certificate, where it is not the host. `tls_cert` and `tls_key`: PEM files of the certificate
    that tells the reader who we are, and of its key, where that does not stand in the same file.
    """

    host: str = ""
    port: int | None = None
    listen: str = ""
    tls: bool = False
    tls_ca: str = ""
    tls_name: str = ""
    tls_cert: str = ""
    tls_key: str = ""

    def __post_init__(self) -> None:
        if bool(self.host) == bool(self.listen):
            raise DeviceError("a reader has either a host or an address to listen at")
        if self.listen and (self.tls or self.port is not None):
            raise DeviceError("port and tls are for readers that are called")
        if self.tls_key and not self.tls_cert:
            raise DeviceError("tls_key needs a tls_cert")
        if (self.tls_ca or self.tls_name or self.tls_cert) and not self.tls:
            raise DeviceError("tls_ca, tls_name, tls_cert and tls_key need tls")
        if self.listen:
            try:
                host_and_port(f"tcp://{self.listen}")
            except ValueError as error:
                raise DeviceError(f"listen: {self.listen!r} has to look like host:port") from error

    def where(self) -> tuple[str, int]:
        if self.listen:
            return host_and_port(f"tcp://{self.listen}")
        return self.host, self.port or (TLS_PORT if self.tls else PORT)

    def __str__(self) -> str:
        return self.listen or "{}:{}".format(*self.where())


class Approach(Protocol):
    async def link(self) -> Link:
        """The next connection. Raises `LinkError`."""
        ...

    def close(self) -> None: ...


class Caller:
    """Calls the reader."""

    def __init__(self, address: LlrpAddress) -> None:
        self._address = address

    async def link(self) -> Link:
        host, port = self._address.where()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_S):
                context = self._context()
                name = (self._address.tls_name or host) if context else None
                _, link = await loop.create_connection(Link, host, port, ssl=context, server_hostname=name)
        except TimeoutError as error:
            raise LinkError("no answer") from error
        except ssl.SSLCertVerificationError as error:
            raise LinkError(f"the reader's certificate is not trusted: {error.verify_message}") from error
        except ssl.SSLError as error:
            raise LinkError(in_words(error)) from error
        except OSError as error:
            raise explained(error) from error
        return link

    def close(self) -> None:
        return

    def _context(self) -> ssl.SSLContext | None:
        if not self._address.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self._address.tls_ca or None)
        except OSError as error:
            raise LinkError(f"cannot read tls_ca {self._address.tls_ca}") from error
        if self._address.tls_cert:
            self._show_who_we_are(context)
        return context

    def _show_who_we_are(self, context: ssl.SSLContext) -> None:
        """Raises `LinkError`. Without its own answer OpenSSL would ask the terminal for the key's password."""
        cert, key = self._address.tls_cert, self._address.tls_key
        try:
            context.load_cert_chain(cert, key or None, password=lambda: b"")
        except ssl.SSLError as error:
            files = f"tls_cert {cert} and tls_key {key}" if key else f"tls_cert {cert}"
            raise LinkError(f"{files}: no certificate with its key, or the key has a password") from error
        except OSError as error:
            unread = next(
                (f"{name} {path}" for name, path in (("tls_cert", cert), ("tls_key", key)) if _unread(path)), ""
            )
            raise LinkError(f"cannot read {unread or f'tls_cert {cert}'}") from error


def _unread(path: str) -> bool:
    return bool(path) and not os.access(path, os.R_OK)


class Doorway:
    """Waits for the reader's call. One that lost power comes back while its old connection still looks alive: the newest wins.

    Not so where it calls from another address: whatever looks for open ports must not cost us the reader.
    """

    def __init__(self, address: LlrpAddress) -> None:
        self._address = address
        self._server: asyncio.Server | None = None
        self._arrived: asyncio.Queue[Link] = asyncio.Queue()
        self._current: Link | None = None
        self._told = False

    async def link(self) -> Link:
        """Without a caller it says so the first time, then waits."""
        host, port = self._address.where()
        try:
            if self._server is None:
                loop = asyncio.get_running_loop()
                self._server = await loop.create_server(lambda: Link(self._came), host, port)
        except OSError as error:
            raise explained(error) from error
        if self._arrived.empty() and not self._told:
            self._told = True
            raise LinkError(f"no reader has called {self._address}", absent=True, waited=True)
        self._current = await self._arrived.get()
        self._told = False
        return self._current

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        while not self._arrived.empty():
            self._arrived.get_nowait().abort()

    def _came(self, link: Link) -> None:
        current = self._current
        if current is not None and current.talking and current.caller != link.caller:
            _logger.warning("%s was turned away: a reader is connected from %s", link.caller, current.caller)
            link.abort()
            return
        while not self._arrived.empty():
            self._arrived.get_nowait().abort()
        self._arrived.put_nowait(link)
        if self._current is not None:
            self._current.abort("replaced by a newer connection")
