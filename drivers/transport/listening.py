"""A link that the device opens: network scanners that are set to call a server. One at a time, the newest wins."""

from __future__ import annotations

import select
import socket

from drivers.transport.links import LinkError, SocketLink, explained, host_and_port, keep_alive


class Doorway:
    """Waits at an address of this machine. Calling it is an `Opener`; `close` ends the waiting for good.

    A scanner that lost power comes back on a new connection while the old one still looks alive, so a new one takes over.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._server: socket.socket | None = None
        self._told = False

    def __call__(self, stop: int) -> DialledLink:
        """The newest connection. Without one: says so the first time, then waits until there is one or `stop` is readable."""
        try:
            if self._server is None:
                self._server = _listening(self._address)
            if self._told:
                select.select([stop, self._server.fileno()], [], [])
            newest = _newest(self._server)
        except (OSError, ValueError) as error:
            raise explained(error) from error
        self._told = newest is None
        if newest is None:
            raise LinkError(f"nobody has connected to {self._address}", absent=True, waited=True)
        return DialledLink(newest, self._server)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            self._told = False


class DialledLink:
    """One accepted connection, until it ends or another one knocks."""

    def __init__(self, connected: socket.socket, server: socket.socket) -> None:
        self._link = SocketLink(connected)
        self._server = server
        self._both = select.epoll()
        for each in (connected, server):
            self._both.register(each.fileno(), select.EPOLLIN)

    @property
    def descriptor(self) -> int | None:
        return self._both.fileno()

    def read(self) -> bytes:
        data = self._link.read()
        # What the old connection has brought comes first.
        if not data and select.select([self._server], [], [], 0)[0]:
            raise LinkError("replaced by a newer connection")
        return data

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def close(self) -> None:
        self._both.close()
        self._link.close()


def _listening(address: str) -> socket.socket:
    host, port = host_and_port(f"tcp://{address}")
    server = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    server.setblocking(False)
    return server


def _newest(server: socket.socket) -> socket.socket | None:
    newest: socket.socket | None = None
    while True:
        try:
            connected, _ = server.accept()
        except BlockingIOError:
            return newest
        if newest is not None:
            newest.close()
        connected.setblocking(False)
        keep_alive(connected)
        newest = connected
